import { expect, test } from 'vitest';
import type {
  ImageDecoder,
  ImageRequest,
  ImagerySource,
} from '../../../src/imagery/image-source.ts';
import { PictureStore } from '../../../src/imagery/picture-store.ts';
import type { PictureStoreOptions } from '../../../src/imagery/picture-store.ts';
import type { TileCache } from '../../../src/imagery/tile-cache.ts';
import { xyzSource } from '../../../src/imagery/sources/xyz.ts';
import { UserError } from '../../../src/site/user-error.ts';
import { pngHeader } from '../../support/tile-server.ts';

const bounds = { west: 0, south: 0, east: 1, north: 1 };
const request = (key: string): ImageRequest => ({
  ...{ key, bounds, url: `https://tiles.test/${key}`, publicUrl: `https://tiles.test/${key}` },
});
const png = new Uint8Array(pngHeader(2, 2));
const uses = new Map([
  ['a', 2],
  ['b', 1],
]);

/** A store over counted doubles of network, decoder and cache. */
function counted(options: Partial<PictureStoreOptions> = {}) {
  const count = { fetched: [] as string[], decoded: 0, held: new Map<string, Uint8Array>() };
  const decoder: ImageDecoder = {
    async decode() {
      count.decoded++;
      return { width: 2, height: 2, rgba: new Uint8Array(16) };
    },
  };
  const cache: TileCache = {
    get: async (key) => count.held.get(key) ?? null,
    put: async (key, bytes) => void count.held.set(key, bytes),
    clear: async () => count.held.clear(),
  };
  const store = new PictureStore({
    source: xyzSource({ template: 'https://tiles.test/{z}/{x}/{y}' }),
    fetch: async (url) => {
      count.fetched.push(url);
      return new Response(png, { headers: { 'content-type': 'image/png' } });
    },
    ...{ decoder, cache, uses, retries: 0 },
    ...options,
  });
  return { store, count };
}

test('two tiles that ask at once share one fetch and one decoding', async () => {
  const { store, count } = counted();
  const [one, two] = await Promise.all([store.get(request('a')), store.get(request('a'))]);
  expect(one).toBe(two);
  expect(count).toMatchObject({ fetched: ['https://tiles.test/a'], decoded: 1 });
});

test('pixels pushed out of memory are decoded again, not fetched again', async () => {
  const { store, count } = counted({ decodedBytes: 16 });
  await store.get(request('a'));
  await store.get(request('b'));
  await store.get(request('a'));
  expect(count.fetched).toHaveLength(2);
  expect(count.decoded).toBe(3);
});

test('after its last use a picture is let go', async () => {
  const { store, count } = counted({ cache: null });
  await store.get(request('a'));
  store.release('a');
  await store.get(request('a'));
  expect(count.fetched).toHaveLength(1);
  store.release('a');
  await store.get(request('a'));
  expect(count.fetched).toHaveLength(2);
});

test('the on-device cache spares the network, and damaged entries do not count', async () => {
  const { store, count } = counted();
  await store.get(request('a'));
  expect(count.held.get('a')).toEqual(png);
  const again = counted();
  again.count.held.set('a', png).set('b', png.subarray(0, 30));
  await again.store.get(request('a'));
  await again.store.get(request('b'));
  expect(again.count.fetched).toEqual(['https://tiles.test/b']);
  expect(again.store.stats).toMatchObject({ cached: 1, bytes: png.length, answered: 2 });
});

test('what the decoder refuses is the server’s fault, in words', async () => {
  const decode = async (): Promise<never> => {
    throw new UserError('This picture cannot be decoded.');
  };
  const { store } = counted({ decoder: { decode } });
  await expect(store.get(request('a'))).rejects.toMatchObject({
    name: 'FetchFailure',
    message: 'tiles.test sends a damaged picture: This picture cannot be decoded.',
  });
});

test('a source that paints its own pictures needs neither network nor decoder', async () => {
  const paint: ImagerySource['paint'] = async () => ({
    ...{ width: 1, height: 1, rgba: new Uint8Array([1, 2, 3, 255]) },
  });
  const source = { ...xyzSource({ template: 'https://tiles.test/{z}/{x}/{y}' }), paint };
  const { store, count } = counted({ source });
  expect((await store.get(request('a')))?.rgba).toEqual(new Uint8Array([1, 2, 3, 255]));
  expect(count).toMatchObject({ fetched: [], decoded: 0 });
});
