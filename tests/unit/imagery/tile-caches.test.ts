import 'fake-indexeddb/auto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBrowserTileCache } from '../../../src/platform/browser/tile-cache.ts';
import { createNodeTileCache, defaultCacheFolder } from '../../../src/platform/node/tile-cache.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upwind-cache-'));
});
afterAll(() => rm(folder, { recursive: true }));

const bytes = (length: number, fill = 7): Uint8Array => new Uint8Array(length).fill(fill);
let names = 0;
const kinds = {
  'in the browser': (options: { maxBytes?: number; maxAgeMs?: number }) =>
    createBrowserTileCache({ name: `cache-${names++}`, ...options }),
  'in Node': (options: { maxBytes?: number; maxAgeMs?: number }) =>
    createNodeTileCache({ folder: join(folder, `cache-${names++}`), ...options }),
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(Object.entries(kinds))('pictures kept %s', (_, make) => {
  test('come back as they went in', async () => {
    const cache = make({});
    expect(await cache.get('a')).toBeNull();
    await cache.put('a', bytes(5, 1));
    await cache.put('b', bytes(6, 2));
    await cache.put('a', bytes(4, 3));
    expect(await cache.get('a')).toEqual(bytes(4, 3));
    expect(await cache.get('b')).toEqual(bytes(6, 2));
    await cache.clear();
    expect(await cache.get('a')).toBeNull();
  });

  test('go when they were used longest ago, within the budget', async () => {
    const cache = make({ maxBytes: 1000 });
    for (const key of ['a', 'b', 'c']) {
      await cache.put(key, bytes(300));
      await pause(15);
    }
    expect(await cache.get('a')).not.toBeNull(); // now the oldest use is b's
    await pause(15);
    await cache.put('d', bytes(300));
    const kept = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (key) => !!(await cache.get(key))),
    );
    expect(kept).toEqual([true, false, true, true]);
  });

  test('grow stale', async () => {
    const cache = make({ maxAgeMs: 20 });
    await cache.put('a', bytes(9));
    await pause(40);
    expect(await cache.get('a')).toBeNull();
  });

  test('survive being asked for all at once', async () => {
    const cache = make({ maxBytes: 5000 });
    await Promise.all(Array.from({ length: 40 }, (_, i) => cache.put(`k${i}`, bytes(300, i))));
    const kept = await Promise.all(Array.from({ length: 40 }, (_, i) => cache.get(`k${i}`)));
    const total = kept.reduce((sum, value) => sum + (value?.length ?? 0), 0);
    expect(total).toBeLessThanOrEqual(5000);
    expect(total).toBeGreaterThan(0);
    kept.forEach((value, i) => value && expect(value).toEqual(bytes(300, i)));
  });
});

test('a second visit finds what the first kept', async () => {
  await createBrowserTileCache({ name: 'visits' }).put('a', bytes(3));
  expect(await createBrowserTileCache({ name: 'visits' }).get('a')).toEqual(bytes(3));
});

describe('the folder of the Node cache', () => {
  test('holds whole files only, and names nothing', async () => {
    const own = join(folder, 'plain');
    const cache = createNodeTileCache({ folder: own });
    await cache.put('https://t.test/1/2/3.png', bytes(10));
    const files = (await readdir(own, { recursive: true })).join(' ');
    expect(files).toMatch(/[0-9a-f]{64}$/);
    expect(files).not.toContain('part');
  });

  test('that cannot be written costs nothing but speed', async () => {
    const file = join(folder, 'not-a-folder');
    await writeFile(file, '');
    const cache = createNodeTileCache({ folder: file });
    await cache.put('a', bytes(3));
    expect(await cache.get('a')).toBeNull();
  });

  test('a renewed use does not make a picture young again', async () => {
    const cache = createNodeTileCache({ folder: join(folder, 'ages'), maxAgeMs: 200 });
    await cache.put('a', bytes(3));
    await pause(100);
    await cache.get('a');
    await pause(150);
    expect(await cache.get('a')).toBeNull();
  });

  test('lies where the system keeps caches', () => {
    expect(defaultCacheFolder({ XDG_CACHE_HOME: '/x' })).toBe(join('/x', 'upwind', 'tiles'));
  });
});
