import { expect, test } from 'vitest';
import { firstLook, touchesSector } from '../../src/analysis/stages.ts';
import { planTiles } from '../../src/site/tile-grid.ts';

const site = { lng: 20.5126, lat: -34.0368 };
const square = (eastM: number, northM: number) => ({
  ...planTiles(site, { radiusM: 0 })[0]!,
  eastM,
  northM,
});

test('a low building needs the 145 tiles of 5600 ft; a tall one starts with the same', () => {
  // 300 ft: 600·10 + 20·300 = 12 000 ft = 3657.6 m.
  const tall = planTiles(site, { radiusM: 3657.6 });
  expect(tall.length).toBeGreaterThan(600);
  expect(firstLook(tall)).toHaveLength(145);
  expect(firstLook(planTiles(site, { radiusM: 1706.88 }))).toHaveLength(145);
});

test.each([
  // 250 m tile, half diagonal 176.8 m; at 2000 m it spans ±5.07°.
  ['in the middle of the sector', 765, 1848, { fromDeg: 0, toDeg: 45 }, true],
  [
    'its edge reaches over the border',
    2000 * Math.sin(0.855),
    2000 * Math.cos(0.855),
    { fromDeg: 0, toDeg: 45 },
    true,
  ],
  [
    'well past the border',
    2000 * Math.sin(0.89),
    2000 * Math.cos(0.89),
    { fromDeg: 0, toDeg: 45 },
    false,
  ],
  ['on the far side', -765, -1848, { fromDeg: 0, toDeg: 45 }, false],
  ['across north', -100, 2000, { fromDeg: 0, toDeg: 45 }, true],
  ['a sector that spans north', 0, 2000, { fromDeg: 337.5, toDeg: 382.5 }, true],
  ['the tile under the site touches all', 0, 0, { fromDeg: 90, toDeg: 135 }, true],
])('a tile %s', (_what, eastM, northM, sector, expected) => {
  expect(touchesSector(square(eastM, northM), sector)).toBe(expected);
});
