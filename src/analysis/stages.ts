import type { Assessment } from '../exposure/assess-site.ts';
import { lookOutM } from '../exposure/distances.ts';
import { undecidedSectors } from '../exposure/assess-site.ts';
import type { Tile } from '../site/tile.ts';

/** Height whose look-out distance the first stage covers [ft]: 5600 ft for any low building. */
const LOW_BUILDING_FT = 30;

/** Tiles of the first look: all that a low building needs. */
export function firstLook(tiles: readonly Tile[]): Tile[] {
  const reachM = lookOutM(LOW_BUILDING_FT);
  return tiles.filter((tile) => Math.hypot(tile.eastM, tile.northM) <= reachM);
}

/**
 * Tiles further out that can still change an answer: those that touch a sector which the ground
 * seen so far leaves undecided.
 */
export function furtherLook(
  tiles: readonly Tile[],
  seen: readonly Tile[],
  assessment: Assessment,
): Tile[] {
  const done = new Set(seen.map(({ id }) => id));
  const sectors = undecidedSectors(assessment);
  return tiles.filter(
    (tile) => !done.has(tile.id) && sectors.some((sector) => touchesSector(tile, sector)),
  );
}

/** True if any of the tile's ground may lie within the sector's bearings. */
export function touchesSector(
  { eastM, northM, sizeM }: Tile,
  { fromDeg, toDeg }: { fromDeg: number; toDeg: number },
): boolean {
  const distanceM = Math.hypot(eastM, northM);
  const halfDiagonalM = sizeM * Math.SQRT1_2;
  if (distanceM <= halfDiagonalM) return true;
  const bearingDeg = (Math.atan2(eastM, northM) * 180) / Math.PI;
  const halfWidthDeg = (Math.asin(halfDiagonalM / distanceM) * 180) / Math.PI;
  const fromStart = (((bearingDeg - fromDeg) % 360) + 360) % 360;
  const width = toDeg - fromDeg;
  return fromStart <= width + halfWidthDeg || fromStart >= 360 - halfWidthDeg;
}
