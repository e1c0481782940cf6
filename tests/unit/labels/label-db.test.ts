import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { afterEach, describe, expect, test } from 'vitest';
import { parseLabel } from '../../../src/labels/label.ts';
import { StoreFullError } from '../../../src/labels/label-store.ts';
import {
  IndexedDbLabelStore,
  asStoreError,
  openLabelStore,
} from '../../../src/platform/browser/label-db.ts';
import { LABEL_DB_VERSION } from '../../../src/platform/browser/label-db-schema.ts';
import { entryOf, tileOf } from '../../support/labels.ts';

let names = 0;
const opened: { close(): void }[] = [];
const fresh = () => `labels-test-${++names}`;
async function open(name: string): Promise<IndexedDbLabelStore> {
  const store = await IndexedDbLabelStore.open(name);
  opened.push(store);
  return store;
}
afterEach(() => {
  for (const store of opened.splice(0)) store.close();
});

describe('label database', () => {
  test('keeps labels and pictures over closing and opening', async () => {
    const name = fresh();
    const entry = await entryOf({ seed: 1 }, 'B', { label: 'C', note: 'orchard' });
    const first = await open(name);
    await first.put(entry.label, entry.png);
    first.close();
    const second = await open(name);
    expect(await second.list()).toEqual([entry.label]);
    expect(await second.pixels(entry.label.id)).toEqual(entry.png);
    expect((await second.status()).labels).toBe(1);
  });

  test('keeps the bytes of a picture, not the buffer that they are a part of', async () => {
    const store = await open(fresh());
    const [{ label, png }, tile] = [await entryOf({ seed: 1 }, 'B'), await tileOf({ seed: 2 })];
    // A page of a parquet file holds many pictures, each a view of it.
    const within = (bytes: Uint8Array) => {
      const page = new Uint8Array(2 ** 20);
      page.set(bytes, 1000);
      return page.subarray(1000, 1000 + bytes.length);
    };
    await store.put(label, within(png));
    await store.putCandidates('1,1', [{ draft: tile.draft, png: within(tile.png) }]);
    const kept = [await store.pixels(label.id), await store.candidatePixels(tile.draft.id)];
    expect(kept).toEqual([png, tile.png]);
    expect(kept.map((one) => one!.buffer.byteLength)).toEqual([png.length, tile.png.length]);
  });

  test('more labels than are read at a time are listed, each once, in order', async () => {
    const store = await open(fresh());
    const { label, png } = await entryOf({ seed: 1 }, 'B');
    const ids = Array.from({ length: 1100 }, (_, i) => (i * 7919).toString(16).padStart(64, '0'));
    await store.putMany(ids.map((id) => ({ label: { ...label, id }, png })));
    expect((await store.list()).map(({ id }) => id)).toEqual(ids.toSorted());
  });

  test('writes all of a group or none of it', async () => {
    const store = await open(fresh());
    const [a, b] = [await entryOf({ seed: 1 }, 'B'), await entryOf({ seed: 2 }, 'B')];
    const broken = { label: b.label } as typeof b;
    await expect(store.putMany([a, broken])).rejects.toThrow('no picture');
    expect(await store.list()).toEqual([]);
    expect(await store.pixels(a.label.id)).toBeNull();
  });

  test('a crash in the middle of a write leaves the label as it was', async () => {
    const name = fresh();
    const store = await open(name);
    const entry = await entryOf({ seed: 1 }, 'B');
    await store.put(entry.label, entry.png);
    // A transaction that never completes, as when the process ends.
    const raw = await openDB(name);
    const tx = raw.transaction(['labels', 'pixels'], 'readwrite');
    await tx.objectStore('labels').put({ ...entry.label, label: 'D' });
    tx.done.catch(() => undefined);
    tx.abort();
    raw.close();
    expect(await store.get(entry.label.id)).toEqual(entry.label);
  });

  test('candidates are replaced site by site', async () => {
    const store = await open(fresh());
    const [a, b, c] = await Promise.all([
      tileOf({ seed: 1, siteId: '1,1' }),
      tileOf({ seed: 2, siteId: '1,1' }),
      tileOf({ seed: 3, siteId: '2,2' }),
    ]);
    await store.putCandidates('1,1', [a]);
    await store.putCandidates('2,2', [c]);
    await store.putCandidates('1,1', [b]);
    const ids = (await store.candidates()).map(({ id }) => id).sort();
    expect(ids).toEqual([b.draft.id, c.draft.id].sort());
    expect(await store.candidatePixels(a.draft.id)).toBeNull();
    expect(await store.candidatePixels(b.draft.id)).toEqual(b.png);
  });

  test('another tab hears of a change', async () => {
    const name = fresh();
    const [mine, theirs] = [await open(name), await open(name)];
    const heard = new Promise((resolve) => theirs.subscribe(resolve));
    const entry = await entryOf({ seed: 1 }, 'B');
    await mine.put(entry.label, entry.png);
    expect(await heard).toEqual({ ids: [entry.label.id], elsewhere: true });
    expect(await theirs.get(entry.label.id)).toEqual(entry.label);
  });

  test('a newer version in another tab is let by; labels made here are kept and told', async () => {
    const name = fresh();
    const store = await openLabelStore(name);
    opened.push(store);
    const entry = await entryOf({ seed: 1 }, 'B');
    const newer = await openDB(name, LABEL_DB_VERSION + 1);
    await store.put(entry.label, entry.png);
    expect(await store.get(entry.label.id)).toEqual(entry.label);
    expect(await store.list()).toEqual([entry.label]);
    const status = await store.status();
    expect(status.unsaved).toBe(1);
    expect(status.message).toMatch(/newer Upwind.*reload/);
    newer.close();
  });

  test('a full disk is one kind of error, whichever way the browser says it', () => {
    const full = new DOMException('', 'QuotaExceededError');
    expect(asStoreError(full)).toBeInstanceOf(StoreFullError);
    expect(asStoreError(new DOMException('', 'AbortError'), full)).toBeInstanceOf(StoreFullError);
    const other = new DOMException('', 'AbortError');
    expect(asStoreError(other)).toBe(other);
  });
});

describe('migrations', () => {
  /** Records as each older version wrote them. */
  async function write(
    name: string,
    version: 1 | 2,
  ): Promise<Awaited<ReturnType<typeof entryOf>>[]> {
    const entries = [await entryOf({ seed: 1 }, 'B'), await entryOf({ seed: 2 }, 'D')];
    const db = await openDB(name, version, {
      upgrade(db) {
        const labels = db.createObjectStore('labels', { keyPath: 'id' });
        if (version === 1) return;
        labels.createIndex('siteId', 'siteId');
        labels.createIndex('label', 'label');
        db.createObjectStore('pixels');
      },
    });
    for (const { label, png } of entries) {
      const old: Record<string, unknown> = { ...label };
      for (const key of ['history', 'signature', 'urls']) delete old[key];
      await db.put('labels', version === 1 ? { ...old, png } : old);
      if (version === 2) await db.put('pixels', png, label.id);
    }
    db.close();
    return entries;
  }

  test.each([1, 2] as const)(
    'from version %i: every label and picture is there',
    async (version) => {
      const name = fresh();
      const entries = await write(name, version);
      const store = await open(name);
      const labels = await store.list();
      expect(labels).toEqual(
        entries.map(({ label }) => ({ ...label, urls: [] })).sort((a, b) => (a.id < b.id ? -1 : 1)),
      );
      for (const label of labels) expect(parseLabel(label)).toEqual(label);
      for (const { label, png } of entries) expect(await store.pixels(label.id)).toEqual(png);
      await store.putCandidates('1,1', [await tileOf({ seed: 9, siteId: '1,1' })]);
      await store.setValue('labeller', 'Ann');
      expect(await store.getValue('labeller')).toBe('Ann');
    },
  );

  test('from nothing', async () => {
    expect(await (await open(fresh())).list()).toEqual([]);
  });
});
