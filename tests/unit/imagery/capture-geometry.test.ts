import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { captureTiles, isPatch } from '../../../src/imagery/capture.ts';
import type { ImagerySource } from '../../../src/imagery/image-source.ts';
import type { Patch } from '../../../src/imagery/patch.ts';
import { resolveImagery } from '../../../src/imagery/sources/resolve-source.ts';
import { createNodeFetch } from '../../../src/platform/node/fetch-imagery.ts';
import { createNodeImageDecoder } from '../../../src/platform/node/image-decoder.ts';
import type { LngLat } from '../../../src/site/lng-lat.ts';
import { planTiles } from '../../../src/site/tile-grid.ts';
import { paintedColour, startTileServer } from '../../support/tile-server.ts';
import type { TileServer } from '../../support/tile-server.ts';

let server: TileServer;
beforeAll(async () => {
  server = await startTileServer();
});
afterAll(() => server.close());

const SIZE = 96;
const HALF_WORLD = Math.PI * 6378137;

async function captureAt(site: LngLat, source: ImagerySource, radiusM = 0): Promise<Patch[]> {
  const ports = { fetch: createNodeFetch(), decoder: createNodeImageDecoder() };
  const patches: Patch[] = [];
  const tiles = planTiles(site, { radiusM });
  for await (const patch of captureTiles(tiles, { source, ...ports, sizePx: SIZE, retries: 0 })) {
    expect(patch).toHaveProperty('rgb');
    if (isPatch(patch)) patches.push(patch);
  }
  return patches;
}

/** Largest departure from the painted ground, by a projection written out here. */
function departure(patch: Patch, site: LngLat): number {
  const phi = (site.lat * Math.PI) / 180;
  const step = 250 / SIZE / Math.cos(phi);
  const x0 = 6378137 * ((site.lng * Math.PI) / 180);
  const y0 = 6378137 * Math.log(Math.tan(Math.PI / 4 + phi / 2));
  let worst = 0;
  for (let row = 0; row < SIZE; row += 5) {
    for (let column = 0; column < SIZE; column += 5) {
      const x = x0 + (column + 0.5 - SIZE / 2) * step;
      const y = y0 - (row + 0.5 - SIZE / 2) * step;
      // The painted waves do not close around the world, so pixels beside the seam are left out.
      if (Math.abs(Math.abs(x) - HALF_WORLD) < 3 * step) continue;
      const wrapped =
        x > HALF_WORLD ? x - 2 * HALF_WORLD : x < -HALF_WORLD ? x + 2 * HALF_WORLD : x;
      paintedColour(wrapped, y).forEach((level, c) => {
        worst = Math.max(worst, Math.abs(level - patch.rgb[(row * SIZE + column) * 3 + c]!));
      });
    }
  }
  return worst;
}

const sources: [string, () => ImagerySource][] = [
  ['XYZ', () => resolveImagery(server.template(), { maxZoom: 18 })],
  ['WMS', () => resolveImagery(`${server.url}/wms`, { wmsLayer: 'ortho' })],
  ['ArcGIS', () => resolveImagery(`${server.url}/rest/ImageServer`)],
];

describe.each(sources)('%s: the ground is where the projection says', (_, make) => {
  test.each([
    ['on the equator', { lng: 9.4, lat: 0.02 }],
    ['at 61° north', { lng: 24.9, lat: 61 }],
    ['at 55° south', { lng: -68.3, lat: -54.8 }],
    ['at 84.9° north', { lng: 10, lat: 84.9 }],
    ['on the antimeridian', { lng: 180, lat: -16.8 }],
    ['just west of it', { lng: 179.9997, lat: 66 }],
  ])('%s', async (_place, site) => {
    const [patch] = await captureAt(site, make());
    expect(patch!.coverage).toBe(1);
    // At 84.9° the painted waves are ten pixels long, and a triangle filter of one pixel flattens
    // them by 1 − sinc²(1/10) = 3.3 of their 100 levels; elsewhere they are long beside it.
    expect(departure(patch!, site)).toBeLessThanOrEqual(site.lat > 80 ? 5 : 3);
  });
});

test('an image service is asked once per square kilometre when the ground was flown', async () => {
  const from = server.requests.length;
  const patches = await captureAt({ lng: 9.4, lat: 40 }, sources[2]![1](), 360);
  expect(patches).toHaveLength(9);
  for (const { provenance } of patches) {
    expect(provenance).toMatchObject({ acquired: '2022-05-02', nativeMetresPerPixel: 0.6 });
  }
  const asked = server.requests.slice(from).filter((path) => path.includes('/query?'));
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.length).toBeLessThanOrEqual(4);
  expect(new Set(asked).size).toBe(asked.length);
});

test('a layer that the map service does not have: its own words', async () => {
  const source = resolveImagery(`${server.url}/wms`, { wmsLayer: 'roads' });
  await expect(captureAt({ lng: 1, lat: 1 }, source)).rejects.toThrow(
    /^No pictures from WMS roads: 127\.0\.0\.1:\d+ says: Layer is not defined\. Check/,
  );
});
