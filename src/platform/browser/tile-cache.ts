import { openDB } from 'idb';
import type { DBSchema, IDBPDatabase } from 'idb';
import type { TileCache } from '../../imagery/tile-cache.ts';

interface TileDatabase extends DBSchema {
  /** Compressed pictures by key. */
  pictures: { key: string; value: Uint8Array };
  /** Kept apart, so that weighing the cache does not read its pictures. */
  notes: {
    key: string;
    value: { key: string; bytes: number; stored: number; used: number };
    indexes: { used: number };
  };
}

export interface BrowserTileCacheOptions {
  name?: string;
  maxBytes?: number;
  maxAgeMs?: number;
  /** The clock [ms]. */
  now?: () => number;
}

const MAX_BYTES = 200 * 2 ** 20;
const MAX_AGE_MS = 30 * 24 * 3600 * 1000;

/**
 * Pictures in IndexedDB, within a byte budget; what was used longest ago goes first. Where the
 * browser keeps nothing (private windows, a full disk) capture runs without it.
 */
export function createBrowserTileCache(options: BrowserTileCacheOptions = {}): TileCache {
  const { name = 'upwind-tiles', maxBytes = MAX_BYTES, maxAgeMs = MAX_AGE_MS } = options;
  const now = options.now ?? Date.now;
  let opening: Promise<IDBPDatabase<TileDatabase>> | null = null;
  let totalBytes: number | null = null;

  const database = (): Promise<IDBPDatabase<TileDatabase>> => {
    opening ??= openDB<TileDatabase>(name, 1, {
      upgrade(db) {
        db.createObjectStore('pictures');
        db.createObjectStore('notes', { keyPath: 'key' }).createIndex('used', 'used');
      },
      // Another tab may bring a newer version: let go of ours and open again when asked.
      blocking: () => void close(),
      terminated: () => void (opening = null),
    });
    return opening;
  };
  const close = async (): Promise<void> => {
    const open = opening;
    opening = null;
    (await open)?.close();
  };

  /** Deletes in order of last use until at most `target` bytes are left. */
  const shrink = async (db: IDBPDatabase<TileDatabase>, target: number): Promise<void> => {
    const change = db.transaction(['pictures', 'notes'], 'readwrite');
    let freed = 0;
    let cursor = await change.objectStore('notes').index('used').openCursor();
    while (cursor && (totalBytes ?? 0) - freed > target) {
      freed += cursor.value.bytes;
      await change.objectStore('pictures').delete(cursor.value.key);
      await cursor.delete();
      cursor = await cursor.continue();
    }
    await change.done;
    // Others may have added meanwhile, so what went is taken off, not the sum set.
    totalBytes = (totalBytes ?? 0) - freed;
  };

  return {
    async get(key) {
      try {
        const db = await database();
        const note = await db.get('notes', key);
        if (!note || now() - note.stored > maxAgeMs) return null;
        const bytes = await db.get('pictures', key);
        if (!bytes) return null;
        await db.put('notes', { ...note, used: now() });
        return bytes;
      } catch {
        return null;
      }
    },
    async put(key, bytes) {
      try {
        const db = await database();
        totalBytes ??= (await db.getAll('notes')).reduce((sum, note) => sum + note.bytes, 0);
        const change = db.transaction(['pictures', 'notes'], 'readwrite');
        const before = await change.objectStore('notes').get(key);
        void change.objectStore('pictures').put(bytes, key);
        const [stored, used] = [now(), now()];
        void change.objectStore('notes').put({ key, bytes: bytes.length, stored, used });
        await change.done;
        totalBytes += bytes.length - (before?.bytes ?? 0);
        if (totalBytes > maxBytes) await shrink(db, maxBytes * 0.9);
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'QuotaExceededError') return;
        await database()
          .then((db) => shrink(db, (totalBytes ?? 0) / 2))
          .catch(() => undefined);
      }
    },
    async clear() {
      const db = await database();
      await Promise.all([db.clear('pictures'), db.clear('notes')]);
      totalBytes = 0;
    },
  };
}
