import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distanceM, toLocal } from '../../../src/site/geodesy.ts';
import { planTiles } from '../../../src/site/tile-grid.ts';
import { UserError } from '../../../src/site/user-error.ts';

const site = { lng: 20.5126, lat: -34.0368 };
const feet = 0.3048;

describe('planTiles', () => {
  test.each([
    [5600, 145], // h ≤ 30 ft
    [0, 1],
    [(250 / feet) * 0.999, 1],
    [250 / feet, 5],
    [(250 * Math.SQRT2) / feet, 9],
  ])('%d ft: %d tiles', (radiusFt, count) => {
    expect(planTiles(site, { radiusM: radiusFt * feet })).toHaveLength(count);
  });

  test('the site is at the middle of the first tile', () => {
    const [first] = planTiles(site, { radiusM: 1706.88 });
    expect(first).toMatchObject({
      id: 'e0n0',
      centre: site,
      sizeM: 250,
      eastM: 0,
      northM: 0,
      ring: 0,
    });
  });

  test('nearest ring first, each clockwise from north', () => {
    const ids = planTiles(site, { radiusM: 530 }).map(({ id }) => id);
    expect(ids).toEqual(
      ['e0n0', 'e0n1', 'e1n1', 'e1n0', 'e1n-1', 'e0n-1', 'e-1n-1', 'e-1n0', 'e-1n1'].concat([
        ...['e0n2', 'e2n0', 'e0n-2', 'e-2n0'],
      ]),
    );
    const tiles = planTiles(site, { radiusM: 3000 });
    expect(tiles.map((t) => t.ring)).toEqual(tiles.map((t) => t.ring).sort((a, b) => a - b));
    expect(new Set(tiles.map((t) => t.id)).size).toBe(tiles.length);
  });

  test('neighbours share their corners exactly, so no sliver of ground is lost', () => {
    const tiles = planTiles({ lng: 24.9, lat: 60.2 }, { radiusM: 1706.88 });
    const at = new Map(tiles.map((tile) => [tile.id, tile.footprint]));
    expect(at.get('e3n2')![1]).toEqual(at.get('e4n2')![0]);
    expect(at.get('e3n2')![2]).toEqual(at.get('e4n3')![0]);
    expect(at.get('e-1n-4')![3]).toEqual(at.get('e-1n-3')![0]);
  });

  test('overlapping tiles keep the ids of the coarse grid', () => {
    const coarse = planTiles(site, { radiusM: 600 });
    const fine = planTiles(site, { radiusM: 600, strideM: 125, tileM: 250 });
    expect(fine.length).toBeGreaterThan(3 * coarse.length);
    const byId = new Map(fine.map((tile) => [tile.id, tile]));
    for (const { id, eastM, northM } of coarse)
      expect(byId.get(id)).toMatchObject({ eastM, northM });
    expect(byId.get('e0.5n-0.5')).toMatchObject({ eastM: 125, northM: -125, sizeM: 250 });
  });

  test('across the antimeridian footprints stay in one piece', () => {
    for (const lng of [179.995, -179.995, 180]) {
      for (const { centre, footprint } of planTiles({ lng, lat: 52 }, { radiusM: 1706.88 })) {
        const lngs = footprint.map((corner) => corner.lng);
        expect(Math.max(...lngs) - Math.min(...lngs)).toBeLessThan(0.01);
        expect(centre.lng).toBeGreaterThan(Math.min(...lngs));
        expect(centre.lng).toBeLessThan(Math.max(...lngs));
      }
    }
  });

  test('anywhere: true distances, closed counter-clockwise squares of the right area', () => {
    const place = fc.record({
      lng: fc.double({ min: -180, max: 180, noNaN: true }),
      lat: fc.double({ min: -84.9, max: 84.9, noNaN: true }),
    });
    fc.assert(
      fc.property(place, fc.integer({ min: 0, max: 8 }), (at, pick) => {
        for (const tile of planTiles(at, { radiusM: 360 }).slice(pick, pick + 1)) {
          expect(distanceM(at, tile.centre)).toBeCloseTo(Math.hypot(tile.eastM, tile.northM), 5);
          expect(tile.footprint).toHaveLength(5);
          expect(tile.footprint[4]).toEqual(tile.footprint[0]);
          const local = tile.footprint.map((corner) => toLocal(at, corner));
          const twice = local
            .slice(1)
            .reduce(
              (sum, p, i) => sum + local[i]!.eastM * p.northM - p.eastM * local[i]!.northM,
              0,
            );
          expect(twice / 2).toBeCloseTo(250 * 250, 1); // positive: counter-clockwise
        }
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    [{ radiusM: NaN }, /look-out/],
    [{ radiusM: -1 }, /look-out/],
    [{ radiusM: 1000, tileM: 0 }, /Tile size/],
    [{ radiusM: 1000, strideM: -5, tileM: 250 }, /spacing/],
    [{ radiusM: 1e5, strideM: 10 }, /Choose larger tiles/],
  ])('refuses %o', (options, words) => {
    expect(() => planTiles(site, options)).toThrow(UserError);
    expect(() => planTiles(site, options)).toThrow(words);
  });
});
