import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { captureTiles, isPatch } from '../../src/imagery/capture.ts';
import type { MissingPatch, Patch } from '../../src/imagery/patch.ts';
import { resolveImagery } from '../../src/imagery/sources/resolve-source.ts';
import { createNodeFetch } from '../../src/platform/node/fetch-imagery.ts';
import { createNodeImageDecoder } from '../../src/platform/node/image-decoder.ts';
import { planTiles } from '../../src/site/tile-grid.ts';
import { startTileServer } from '../support/tile-server.ts';
import type { TileServer } from '../support/tile-server.ts';

// An orthophoto of farms and veld, z12–16, a strip between 20.499 and 20.526 E.
const folder = resolve('../shared/imagery/swellendam');
const there = existsSync(folder);
if (!there) console.log(`skipped: no real imagery at ${folder}`);
const site = { lng: 20.5126, lat: -34.0368 };

describe.skipIf(!there)('a real orthophoto', () => {
  let server: TileServer;
  beforeAll(async () => {
    server = await startTileServer({ folder });
  });
  afterAll(() => server.close());

  const capture = async (radiusM: number): Promise<(Patch | MissingPatch)[]> => {
    const results: (Patch | MissingPatch)[] = [];
    const source = resolveImagery(server.template(), { maxZoom: 16 });
    const ports = { source, fetch: createNodeFetch(), decoder: createNodeImageDecoder() };
    const tiles = planTiles(site, { radiusM });
    for await (const result of captureTiles(tiles, { ...ports, sizePx: 224 })) results.push(result);
    return results;
  };

  test('145 tiles: those past the strip’s edge are unknown, the rest are seen', async () => {
    const began = performance.now();
    const results = await capture(1706.88);
    console.log(`145 tiles captured in ${Math.round(performance.now() - began)} ms`);
    const tiles = new Map(planTiles(site, { radiusM: 1706.88 }).map((tile) => [tile.id, tile]));
    expect(results).toHaveLength(145);
    for (const result of results) {
      const lngs = tiles.get(result.tileId)!.footprint.map(({ lng }) => lng);
      const [west, east] = [Math.min(...lngs), Math.max(...lngs)];
      if (west > 20.4995 && east < 20.5255) {
        expect(result).toMatchObject({ coverage: 1, width: 224, height: 224 });
      } else if (east < 20.4985 || west > 20.5265) {
        expect(result).toMatchObject({ missing: 'transparent' });
      }
    }
    expect(results.filter(isPatch).length).toBeGreaterThan(100);
    expect(new Set(server.requests).size).toBe(server.requests.length);
  });

  test('a patch shows what lies on the ground: level with the source’s own pixels', async () => {
    const [patch] = (await capture(0)).filter(isPatch);
    // The pixel of the pyramid under the site's own position, found by the tile formula alone.
    const n = 2 ** 16 * 256;
    const x = Math.floor(((site.lng + 180) / 360) * n);
    const phi = (site.lat * Math.PI) / 180;
    const y = Math.floor(((1 - Math.log(Math.tan(Math.PI / 4 + phi / 2)) / Math.PI) / 2) * n);
    const file = `${folder}/16/${x >> 8}/${y >> 8}.png`;
    const around = { left: (x & 255) - 15, top: (y & 255) - 15, width: 31, height: 31 };
    const seen = await sharp(file).removeAlpha().extract(around).raw().toBuffer();
    const means = [0, 1, 2].map(
      (c) => seen.reduce((sum, level, i) => (i % 3 === c ? sum + level : sum), 0) / 31 ** 2,
    );
    // 31 source pixels of 1.979 m are 55 of the patch's of 1.116 m.
    const sums = [0, 0, 0];
    for (let row = 85; row < 140; row++) {
      for (let column = 85; column < 140; column++) {
        for (let c = 0; c < 3; c++) sums[c]! += patch!.rgb[(row * 224 + column) * 3 + c]!;
      }
    }
    sums.forEach((sum, c) => expect(Math.abs(sum / 55 ** 2 - means[c]!)).toBeLessThan(2));
  });
});
