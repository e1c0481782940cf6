import { expect, test } from 'vitest';
import { runBatch } from '../../src/analysis/batch.ts';
import type { BatchStore } from '../../src/analysis/batch.ts';
import { parseSiteList } from '../../src/analysis/site-list.ts';
import type { ListedSite } from '../../src/analysis/site-list.ts';
import type { SiteResult } from '../../src/analysis/site-result.ts';
import { UserError } from '../../src/site/user-error.ts';
import { mockResult } from '../support/mock-result.ts';

test('a list is read whatever the order of its columns, with a byte order mark and blank lines', () => {
  const text =
    '\uFEFFHeight,Name,Longitude,Latitude\n25ft,"Hall, north",20.5,-34.03\n\n7.62m,Barn,-180,10\n';
  expect(parseSiteList(text)).toEqual([
    { line: 2, name: 'Hall, north', site: { lng: 20.5, lat: -34.03 }, heightFt: 25 },
    { line: 4, name: 'Barn', site: { lng: -180, lat: 10 }, heightFt: 25 },
  ]);
});

test('a bare height is feet, or metres where the column says so', () => {
  expect(parseSiteList('name,lat,lng,height\na,1,2,40')[0]!.heightFt).toBe(40);
  // 12.192 m is 40 ft exactly.
  expect(parseSiteList('name,lat,lng,height_m\na,1,2,12.192')[0]!.heightFt).toBeCloseTo(40, 9);
});

test.each([
  ['', /no column name, lat, lng, height/],
  ['name,lat,lng\na,1,2', /no column height/],
  ['name,lat,lng,height\n', /empty/],
  ['name,lat,lng,height\na,,2,25', /line 2:/],
  ['name,lat,lng,height\na,1,2,25\nb,91,2,25\nc,1,2,tall', /line 3:.*line 4:/],
  ['name,lat,lng,height\na,1,2,=CMD()', /line 2:.*height/],
])('a list with errors says which lines: %j', (text, message) => {
  expect(() => parseSiteList(text)).toThrow(UserError);
  expect(() => parseSiteList(text)).toThrow(message);
});

const listOf = (n: number): ListedSite[] =>
  Array.from({ length: n }, (_, i) => ({
    line: i + 2,
    name: `site ${i}`,
    site: { lng: i, lat: 0 },
    heightFt: 25,
  }));

function memoryStore(): BatchStore & { saved: Map<string, SiteResult> } {
  const saved = new Map<string, SiteResult>();
  return {
    saved,
    load: async ({ name }) => saved.get(name) ?? null,
    save: async ({ name }, result) => void saved.set(name, result),
  };
}

test('a batch stopped half-way goes on where it was: nothing lost, nothing done twice', async () => {
  const store = memoryStore();
  const list = listOf(9);
  const analysed: string[] = [];
  const stop = new AbortController();
  const analyse = async ({ name }: ListedSite) => {
    if (analysed.length === 4) {
      stop.abort();
      stop.signal.throwIfAborted();
    }
    analysed.push(name);
    return mockResult();
  };
  const first = async () => {
    for await (const _entry of runBatch(list, { analyse, store, signal: stop.signal }));
  };
  await expect(first()).rejects.toMatchObject({ name: 'AbortError' });
  expect(store.saved.size).toBe(4);

  const again: string[] = [];
  const entries = [];
  for await (const entry of runBatch(list, {
    analyse: async ({ name }) => (again.push(name), mockResult()),
    store,
  })) {
    entries.push(entry.listed.name);
  }
  expect([...analysed, ...again]).toEqual(list.map(({ name }) => name));
  expect(entries).toEqual(list.map(({ name }) => name));
});

test('a site that cannot be analysed is named and the rest goes on; a defect stops the batch', async () => {
  const analyse = async ({ name }: ListedSite) => {
    if (name === 'site 1') throw new UserError('no imagery there');
    return mockResult();
  };
  const errors: (string | null)[] = [];
  for await (const { error } of runBatch(listOf(3), { analyse, store: memoryStore() })) {
    errors.push(error);
  }
  expect(errors).toEqual([null, 'no imagery there', null]);

  const broken = runBatch(listOf(2), {
    analyse: async () => {
      throw new TypeError('defect');
    },
    store: memoryStore(),
  });
  await expect(broken.next()).rejects.toThrow('defect');
});

test('a pause holds the batch between two sites', async () => {
  let goOn = () => {};
  let paused = true;
  const analysed: string[] = [];
  const run = (async () => {
    const options = {
      analyse: async ({ name }: ListedSite) => (analysed.push(name), mockResult()),
      store: memoryStore(),
      mayGoOn: () =>
        paused ? new Promise<void>((resolve) => (goOn = resolve)) : Promise.resolve(),
    };
    for await (const _entry of runBatch(listOf(2), options));
  })();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(analysed).toEqual([]);
  paused = false;
  goOn();
  await run;
  expect(analysed).toEqual(['site 0', 'site 1']);
});
