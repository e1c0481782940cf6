import { unzipSync } from 'fflate';
import { parquetReadObjects } from 'hyparquet';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { LabelRecord } from '../../src/labels/label.ts';
import { decodePng } from '../../src/labels/png.ts';

/**
 * The page itself over a nano model that sees the scene well and names it badly
 * (scripts/model/nano-demo.ts); tiles 500 m apart, so that a site is read in seconds.
 */
export const LABELS_PAGE = `<style>body { margin: 0 }</style><script type="module">
  import { browserPorts } from '/components/shared/session-ports.ts';
  import { analyseSite } from '/src/analysis/analyse-site.ts';
  import { createBrowserFetch } from '/src/platform/browser/fetch-imagery.ts';
  import { createBrowserImageDecoder } from '/src/platform/browser/image-decoder.ts';
  import { createBrowserTileCache } from '/src/platform/browser/tile-cache.ts';
  import '/components/upwind-app/upwind-app.ts';
  const hosts = { fetch: createBrowserFetch(), decoder: createBrowserImageDecoder(), cache: createBrowserTileCache() };
  const app = document.createElement('upwind-app');
  app.ports = {
    ...browserPorts({ modelUrl: '/tests/fixtures/vit-nano-demo/', modelName: 'vit-nano-demo' }),
    analyse: ({ site, settings }, means, { signal, onEvent }) => analyseSite(
      { site: site.at, heightFt: site.heightFt, edition: settings.edition, tolerance: settings.tolerance, strideM: 500 },
      { ...means, ...hosts },
      { signal, onProgress: onEvent },
    ),
  };
  if (!location.search) app.firstSite = async () => {
    const { DEMO_SITE } = await import('/src/demo/demo-source.ts');
    return { at: DEMO_SITE, name: null, heightFt: 25 };
  };
  document.body.prepend(app);
</script>`;

export interface StoredLabels {
  labels: unknown[];
  waiting: number;
  /** SHA-256 of each label's picture as it is kept, by the label's id. */
  pictures: Record<string, string>;
}

/** What lies in the browser's store, read past all of our code. */
export const storedIn = (page: Page): Promise<StoredLabels> =>
  page.evaluate(async (): Promise<StoredLabels> => {
    const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> => {
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    };
    // Opening a database that is not there would make an empty one.
    const there = (await indexedDB.databases()).some(({ name }) => name === 'upwind-labels');
    if (!there) return { labels: [], pictures: {}, waiting: 0 };
    return new Promise((resolve, reject) => {
      const opening = indexedDB.open('upwind-labels');
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const db = opening.result;
        const tx = db.transaction(['labels', 'pixels', 'candidates']);
        const labels = tx.objectStore('labels').getAll();
        const keys = tx.objectStore('pixels').getAllKeys();
        const pixels = tx.objectStore('pixels').getAll();
        const waiting = tx.objectStore('candidates').count();
        tx.oncomplete = async () => {
          db.close();
          const hashes = await Promise.all(pixels.result.map(sha256));
          const pictures = Object.fromEntries(
            keys.result.map((key, i) => [String(key), hashes[i]!]),
          );
          resolve({ labels: labels.result, pictures, waiting: waiting.result });
        };
      };
    });
  });

/** The room that the origin of the page has at first [bytes]. */
export const ROOM_BYTES = 64e6;

/**
 * Chromium asks for the quota only every half minute, or for a write that needs more than was left
 * then: writes that much elsewhere until it is refused.
 */
export async function untilDiskIsFull(page: Page): Promise<void> {
  await page.evaluate(async (bytes) => {
    const db = await new Promise<IDBDatabase>((done, failed) => {
      const opening = indexedDB.open('disk-probe');
      opening.onupgradeneeded = () => opening.result.createObjectStore('bytes');
      opening.onsuccess = () => done(opening.result);
      opening.onerror = () => failed(opening.error);
    });
    const write = () =>
      new Promise<string>((done) => {
        const tx = db.transaction('bytes', 'readwrite', { durability: 'strict' });
        tx.objectStore('bytes').put(new Uint8Array(bytes), 'key');
        tx.oncomplete = () => done('written');
        tx.onabort = () => done(tx.error?.name ?? 'aborted');
      });
    while ((await write()) !== 'QuotaExceededError') {
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    db.close();
  }, ROOM_BYTES);
}

/** Looks into the archive with other readers than ours. */
export async function checkArchive(
  bytes: Uint8Array,
  labels: readonly LabelRecord[],
): Promise<void> {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    const names = Object.keys(unzipSync(bytes));
    expect(names.filter((name) => name.endsWith('.png'))).toHaveLength(labels.length);
    expect(names).toContain('train/metadata.csv');
    return;
  }
  const buffer = bytes.buffer as ArrayBuffer;
  const rows = await parquetReadObjects({
    file: { byteLength: buffer.byteLength, slice: (a: number, b?: number) => buffer.slice(a, b) },
    utf8: false,
  });
  expect(rows.map(({ id }) => id as string).sort()).toEqual(labels.map(({ id }) => id));
  for (const { image } of rows) expect(decodePng(image.bytes)).not.toBeNull();
}

/** Moves through the page with Tab until the deepest focused element fits. */
export async function tabTo(page: Page, role: string, name: string): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    const found = await page.evaluate(
      ({ role, name }) => {
        let active = document.activeElement;
        while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
        return active?.getAttribute('role') === role && active.textContent!.trim() === name;
      },
      { role, name },
    );
    if (found) return;
  }
  throw new Error(`Tab never came to the ${role} ${name}.`);
}
