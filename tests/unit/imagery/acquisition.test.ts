import { expect, test } from 'vitest';
import { acquisitionDates } from '../../../src/imagery/acquisition.ts';
import type { ImagerySource } from '../../../src/imagery/image-source.ts';
import { xyzSource } from '../../../src/imagery/sources/xyz.ts';
import { planTiles } from '../../../src/site/tile-grid.ts';

const noFetch = async (): Promise<Response> => new Response();
const places = planTiles({ lng: 8, lat: 47 }, { radiusM: 1706.88 }).map((tile) => tile.centre);
const dated = (acquiredAt: ImagerySource['acquiredAt']): ImagerySource => ({
  ...xyzSource({ template: 'https://t.test/{z}/{x}/{y}' }),
  acquiredAt,
});
const unknown = { acquired: null, nativeMetresPerPixel: null };

test('a site of 145 tiles asks far fewer questions, the same ones in whatever order', async () => {
  const ask = async (order: typeof places): Promise<string[]> => {
    const asked: string[] = [];
    const date = acquisitionDates(
      dated(async ({ lng, lat }) => {
        asked.push(`${lng.toFixed(9)} ${lat.toFixed(9)}`);
        return { acquired: '2020-01-02', nativeMetresPerPixel: 0.5 };
      }),
      noFetch,
    );
    const answers = await Promise.all(order.map((place) => date(place)));
    expect(new Set(answers.map(({ acquired }) => acquired))).toEqual(new Set(['2020-01-02']));
    return asked.sort();
  };
  const asked = await ask(places);
  expect(asked.length).toBeLessThan(40);
  expect(await ask([...places].reverse())).toEqual(asked);
});

test('a service that fails twice is asked no more, and costs no tile', async () => {
  let asked = 0;
  const date = acquisitionDates(
    dated(async () => {
      asked++;
      throw new TypeError('Failed to fetch');
    }),
    noFetch,
  );
  for (const place of places) expect(await date(place)).toEqual(unknown);
  expect(asked).toBe(2);
});

test('a source without dates', async () => {
  const date = acquisitionDates(xyzSource({ template: 'https://t.test/{z}/{x}/{y}' }), noFetch);
  expect(await date(places[0]!)).toEqual(unknown);
});

test('an abort is not mistaken for a service that fails', async () => {
  const stop = new AbortController();
  const date = acquisitionDates(
    dated(() => new Promise(() => {})),
    noFetch,
    stop.signal,
  );
  const asking = date(places[0]!);
  stop.abort();
  await expect(asking).rejects.toMatchObject({ name: 'AbortError' });
});
