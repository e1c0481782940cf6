/**
 * Keeps the built app – pages, scripts, wasm binaries, the model that comes along – on the device,
 * so that it opens and computes without a network. A new version is fetched beside the old one and
 * takes over when the last page of the old one is closed: no page loses its own scripts.
 */
import { cleanupOutdatedCaches, getCacheKeyForURL, precacheAndRoute } from 'workbox-precaching';

/** Every file of the build; a hash in the name stands for a revision. Filled in by vite.config.ts. */
declare const UPWIND_PRECACHE: { url: string; revision: string | null }[];

interface ServiceWorkerScope {
  addEventListener(type: 'activate', listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEventLike) => void): void;
  clients: { claim(): Promise<void> };
}
interface ExtendableEvent {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEventLike {
  request: Request;
  respondWith(response: Promise<Response>): void;
}
const scope = self as unknown as ServiceWorkerScope;

// Before the precache's own listener, which only knows GET: checkpoints are asked for by HEAD first.
scope.addEventListener('fetch', (event) => {
  const key = event.request.method === 'HEAD' ? getCacheKeyForURL(event.request.url) : undefined;
  if (!key) return;
  event.respondWith(
    caches.match(key).then((kept) => {
      return kept ? new Response(null, { headers: kept.headers }) : fetch(event.request);
    }),
  );
});
cleanupOutdatedCaches();
precacheAndRoute(UPWIND_PRECACHE);
// The very first visit already works offline, without being loaded again.
scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()));
