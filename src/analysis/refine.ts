import { fromLocal } from '../site/geodesy.ts';
import type { LngLat } from '../site/lng-lat.ts';
import type { Tile } from '../site/tile.ts';

/** Quarters of a tile, clockwise from the north-east, as offsets in quarters of its side. */
const QUARTERS = [
  ['ne', 1, 1],
  ['se', 1, -1],
  ['sw', -1, -1],
  ['nw', -1, 1],
] as const;

/**
 * The four quarters of a tile. Each is judged by a picture of the model's usual size around its
 * own middle, so that the stride is halved while the scale stays what the model knows. Where a
 * quarter overlaps its tile, the quarter holds.
 */
export function quarterTiles(site: LngLat, tile: Tile): Tile[] {
  const step = tile.sizeM / 4;
  return QUARTERS.map(([name, east, north]) => {
    const eastM = tile.eastM + east * step;
    const northM = tile.northM + north * step;
    const corner = (e: number, n: number): LngLat =>
      fromLocal(site, { eastM: eastM + e * step, northM: northM + n * step });
    const southWest = corner(-1, -1);
    return {
      id: `${tile.id}/${name}`,
      centre: fromLocal(site, { eastM, northM }),
      sizeM: tile.sizeM / 2,
      eastM,
      northM,
      ring: tile.ring,
      footprint: [southWest, corner(1, -1), corner(1, 1), corner(-1, 1), { ...southWest }],
    };
  });
}
