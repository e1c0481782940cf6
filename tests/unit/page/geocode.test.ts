import { afterEach, expect, test, vi } from 'vitest';
import { geocode } from '../../../components/shared/geocode.ts';

const TEMPLATE = 'https://places.test/search?q={query}';
const quiet = new AbortController().signal;

/** Lets `fetch` answer with `body`; returns the addresses asked for. */
function answerWith(body: unknown, status = 200): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url);
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

test('reads Nominatim, whose numbers are text, and passes over what is no place', async () => {
  const asked = answerWith([
    { lat: '-34.0368', lon: '20.5126', display_name: 'Swellendam' },
    { lat: '95', lon: '20', display_name: 'Off the Earth' },
    { display_name: 'Nowhere' },
  ]);
  expect(await geocode(TEMPLATE, 'Main & First $&', quiet)).toEqual([
    { name: 'Swellendam', at: { lng: 20.5126, lat: -34.0368 } },
  ]);
  expect(asked).toEqual(['https://places.test/search?q=Main%20%26%20First%20%24%26']);
});

test('reads Photon, which answers GeoJSON', async () => {
  answerWith({
    features: [
      {
        geometry: { coordinates: [-74.006, 40.7128] },
        properties: { name: 'City Hall', city: 'New York', country: 'United States' },
      },
    ],
  });
  expect(await geocode(TEMPLATE, 'city hall', quiet)).toEqual([
    { name: 'City Hall, New York, United States', at: { lng: -74.006, lat: 40.7128 } },
  ]);
});

test.each([
  ['https://places.test/search', [], 200, /\{query\}/],
  ['places.test/{query}', [], 200, /http address/],
  [TEMPLATE, 'busy', 503, /answered 503/],
  [TEMPLATE, '<html>', 200, /did not answer/],
])('says what is wrong: %s, %j, %i', async (template, body, status, words) => {
  answerWith(body, status);
  await expect(geocode(template, 'city hall', quiet)).rejects.toThrow(words);
});
