import { fromLocal } from './geodesy.ts';
import type { LngLat } from './lng-lat.ts';
import { assertSite } from './place.ts';
import type { Tile } from './tile.ts';
import { UserError } from './user-error.ts';

/** Ground side of a tile, and distance between tile centres, if nobody says otherwise [m]. */
export const DEFAULT_TILE_M = 250;
/** More tiles than this is a slip of the keyboard, not a site. */
const MOST_TILES = 10_000;

/** How far out, how large and how close the tiles lie. */
export interface GridOptions {
  /** How far out tile centres may lie [m]. */
  radiusM: number;
  /** Distance between tile centres [m]. */
  strideM?: number;
  /** Ground side of a tile [m]; equal to `strideM` unless said. */
  tileM?: number;
}

/**
 * Tiles around a site: centres every `strideM` east and north, none further than `radiusM`, the
 * site at the middle of the first. Nearest ring first, each ring clockwise from north, so that
 * the ground beside the building is known first.
 *
 * Offsets live in the site's azimuthal equidistant frame, where neighbours share their corners
 * exactly: no slivers of unknown ground between tiles. A tile's picture is the Mercator square on
 * the same centre, which differs from the footprint by the convergence of meridians and by the
 * sphere's scale: under 2 m at a corner for 250 m tiles within 2 km, to |lat| 85°.
 *
 * With `strideM` below `tileM` the tiles overlap. Ids count in tiles, so `e0.5n0` lies half a tile
 * east, and a tile has the same id in the coarse grid and in the fine one.
 * @returns 145 tiles for the 5600 ft (1706.88 m) of a building up to 30 ft high
 * @throws UserError if the site, a length or the number of tiles is out of bounds
 */
export function planTiles(
  site: LngLat,
  { radiusM, strideM = DEFAULT_TILE_M, tileM = strideM }: GridOptions,
): Tile[] {
  const origin = assertSite(site);
  assertLengths({ radiusM, strideM, tileM });
  const reach = Math.floor(radiusM / strideM + 1e-9);
  const tiles: Tile[] = [];
  for (let ring = 0; ring <= reach; ring++) {
    for (const [column, row] of ringClockwise(ring)) {
      // A centre exactly at the radius counts.
      if (Math.hypot(column, row) * strideM > radiusM * (1 + 1e-9)) continue;
      tiles.push(makeTile(origin, { eastM: column * strideM, northM: row * strideM, tileM, ring }));
    }
  }
  return tiles;
}

/** Offsets on a Chebyshev ring, clockwise from due north. */
function ringClockwise(ring: number): [column: number, row: number][] {
  if (ring === 0) return [[0, 0]];
  const offsets: [number, number][] = [];
  for (let i = 0; i <= ring; i++) offsets.push([i, ring]);
  for (let i = ring - 1; i >= -ring; i--) offsets.push([ring, i]);
  for (let i = ring - 1; i >= -ring; i--) offsets.push([i, -ring]);
  for (let i = -ring + 1; i <= ring; i++) offsets.push([-ring, i]);
  for (let i = -ring + 1; i < 0; i++) offsets.push([i, ring]);
  return offsets;
}

function makeTile(
  site: LngLat,
  { eastM, northM, tileM, ring }: { eastM: number; northM: number; tileM: number; ring: number },
): Tile {
  const half = tileM / 2;
  const corner = (east: number, north: number): LngLat =>
    fromLocal(site, { eastM: eastM + east * half, northM: northM + north * half });
  const southWest = corner(-1, -1);
  return {
    id: `e${inTiles(eastM, tileM)}n${inTiles(northM, tileM)}`,
    centre: fromLocal(site, { eastM, northM }),
    sizeM: tileM,
    eastM,
    northM,
    ring,
    footprint: [southWest, corner(1, -1), corner(1, 1), corner(-1, 1), { ...southWest }],
  };
}

const inTiles = (offsetM: number, tileM: number): number =>
  Number((offsetM / tileM).toFixed(4)) + 0; // + 0 turns −0 into 0

function assertLengths({ radiusM, strideM, tileM }: Required<GridOptions>): void {
  for (const [name, value] of Object.entries({ 'Tile size': tileM, 'Tile spacing': strideM })) {
    if (!Number.isFinite(value) || value <= 0) {
      throw new UserError(`${name} must be a length above 0 m, not ${value}.`);
    }
  }
  if (!Number.isFinite(radiusM) || radiusM < 0) {
    throw new UserError(`The look-out distance must be 0 m or more, not ${radiusM}.`);
  }
  const expected = Math.PI * (radiusM / strideM) ** 2;
  if (expected > MOST_TILES) {
    throw new UserError(
      `Tiles every ${strideM} m out to ${Math.round(radiusM)} m would be about ${Math.round(expected)}; ` +
        `at most ${MOST_TILES} are taken. Choose larger tiles.`,
    );
  }
}
