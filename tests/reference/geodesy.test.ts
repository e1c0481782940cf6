import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  destination,
  distanceM,
  fromLocal,
  initialBearingDeg,
  toLocal,
  wrapLng,
} from '../../src/site/geodesy.ts';
import {
  lngLatToMercator,
  mercatorToLngLat,
  metresPerPixel,
  squareAround,
  xyzBounds,
  xyzCovering,
} from '../../src/site/mercator.ts';

describe('geodesy on WGS84', () => {
  // GeographicLib's own documentation: Wellington to Salamanca, and JFK to Heathrow.
  test('Wellington to Salamanca', () => {
    const wellington = { lat: -41.32, lng: 174.81 };
    const salamanca = { lat: 40.96, lng: -5.5 };
    expect(distanceM(wellington, salamanca)).toBeCloseTo(19959679.26735382, 4);
    expect(initialBearingDeg(wellington, salamanca)).toBeCloseTo(161.06766998616, 9);
  });

  test('JFK to London', () => {
    const reached = destination({ lat: 40.6, lng: -73.8 }, 51.198882845579824, 5551759.400319);
    expect(reached.lat).toBeCloseTo(51.6, 8);
    expect(reached.lng).toBeCloseTo(-0.5, 8);
  });

  test('a degree of latitude at the equator is 110 574 m, of longitude 111 320 m', () => {
    expect(distanceM({ lat: -0.5, lng: 9 }, { lat: 0.5, lng: 9 })).toBeCloseTo(110574.3, 0);
    expect(distanceM({ lat: 0, lng: 9 }, { lat: 0, lng: 10 })).toBeCloseTo(111319.49, 1);
  });

  test('the local frame goes there and back, also over the antimeridian', () => {
    const place = fc.record({
      lng: fc.double({ min: -180, max: 180, noNaN: true }),
      lat: fc.double({ min: -85, max: 85, noNaN: true }),
    });
    const offset = fc.double({ min: -20000, max: 20000, noNaN: true });
    fc.assert(
      fc.property(place, offset, offset, (site, eastM, northM) => {
        const there = fromLocal(site, { eastM, northM });
        expect(Math.abs(there.lng - site.lng)).toBeLessThan(30);
        const back = toLocal(site, { lng: wrapLng(there.lng), lat: there.lat });
        expect(Math.hypot(back.eastM - eastM, back.northM - northM)).toBeLessThan(1e-6);
      }),
    );
  });
});

describe('Web Mercator', () => {
  test('EPSG guidance note 7-2, example of method 1024', () => {
    const { x, y } = lngLatToMercator({ lat: 24 + 22 / 60 + 54.433 / 3600, lng: -(100 + 20 / 60) });
    expect(x).toBeCloseTo(-11169055.58, 2);
    expect(y).toBeCloseTo(2800000.0, 1);
  });

  test('metres per pixel', () => {
    expect(metresPerPixel(0, 0)).toBeCloseTo(156543.03392804, 6);
    expect(metresPerPixel(40, 16)).toBeCloseTo(1.83, 2);
    expect(metresPerPixel(60, 10)).toBeCloseTo(156543.03392804 / 1024 / 2, 9);
    expect(metresPerPixel(0, 3, 512)).toBe(metresPerPixel(0, 4));
  });

  test('a square of 250 m has sides of 250 m, within 0.7 % of WGS84', () => {
    for (const lat of [0, 25, 45, 61, -84]) {
      const square = squareAround({ lng: 5, lat }, 250);
      const at = (x: number, y: number) => mercatorToLngLat({ x, y });
      const middle = (square.south + square.north) / 2;
      const across = distanceM(at(square.west, middle), at(square.east, middle));
      const along = distanceM(at(square.west, square.south), at(square.west, square.north));
      expect(Math.abs(across / 250 - 1)).toBeLessThan(0.007);
      expect(Math.abs(along / 250 - 1)).toBeLessThan(0.007);
    }
  });

  test('which picture shows a place: Brandenburg Gate at zoom 16', () => {
    // Tile numbers as in the OpenStreetMap wiki's formula, worked by hand: n = 65536,
    // x = n (13.3777+180)/360 = 35203.34, y = n (1 − asinh(tan 52.5163°)/π)/2 = 21493.98.
    const [found] = xyzCovering(squareAround({ lng: 13.3777, lat: 52.5163 }, 1), 16);
    expect(found).toEqual({ z: 16, x: 35203, y: 21493 });
  });

  test('a square on a picture’s own edges is covered by that picture alone', () => {
    expect(xyzCovering(xyzBounds({ z: 14, x: 8802, y: 5373 }), 14)).toEqual([
      { z: 14, x: 8802, y: 5373 },
    ]);
  });

  test('columns run on beyond the antimeridian, rows end at the poles', () => {
    const columns = xyzCovering(squareAround({ lng: 180, lat: 0.001 }, 10), 3).map(({ x }) => x);
    expect(columns).toEqual([7, 8]);
    const world = xyzBounds({ z: 0, x: 0, y: 0 });
    expect(
      xyzCovering({ ...world, north: world.north * 2, south: world.south * 2 }, 1),
    ).toHaveLength(4);
  });
});
