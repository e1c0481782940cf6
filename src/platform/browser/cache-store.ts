import type { ByteStore } from '../byte-store.ts';

/** Keys need the form of a URL; nothing is ever asked of this host. */
const keyUrl = (key: string): string => `https://cache.upwind.invalid/${encodeURIComponent(key)}`;

/**
 * The browser's Cache Storage as a store.
 * @returns null where the browser withholds it (plain http, some private windows)
 */
export function cacheStore(name = 'upwind-models'): ByteStore | null {
  if (!globalThis.caches) return null;
  return {
    async get(key) {
      try {
        const response = await (await caches.open(name)).match(keyUrl(key));
        return response ? new Uint8Array(await response.arrayBuffer()) : null;
      } catch {
        return null;
      }
    },
    async put(key, bytes) {
      try {
        const body = new Blob([bytes as Uint8Array<ArrayBuffer>]);
        await (await caches.open(name)).put(keyUrl(key), new Response(body));
      } catch {
        // A full disk costs the next visit a download, nothing else.
      }
    },
  };
}
