import type { Assessment } from '../exposure/assess-site.ts';
import { lookOutM } from '../exposure/distances.ts';
import { undecidedSectors } from '../exposure/assess-site.ts';
import type { LngLat } from '../site/lng-lat.ts';
import { planTiles } from '../site/tile-grid.ts';
import type { Tile } from '../site/tile.ts';

/** Height whose look-out distance the first stage covers [ft]: 5600 ft for any low building. */
const LOW_BUILDING_FT = 30;

/** Tiles of the first look: all that a low building needs. */
export function firstLook(tiles: readonly Tile[]): Tile[] {
  const reachM = lookOutM(LOW_BUILDING_FT);
  return tiles.filter((tile) => Math.hypot(tile.eastM, tile.northM) <= reachM);
}

/**
 * Tiles further out, within the look-out distance, that can still change an answer: those that
 * touch a sector which the ground seen so far leaves undecided.
 */
export function furtherLook(
  tiles: readonly Tile[],
  seen: ReadonlySet<string>,
  assessment: Assessment,
): Tile[] {
  const sectors = undecidedSectors(assessment);
  return tiles.filter(
    (tile) => !seen.has(tile.id) && sectors.some((sector) => touchesSector(tile, sector)),
  );
}

/**
 * Centres within the look-out distance leave slivers of the circle's rim without a tile. Where
 * nothing but such a sliver keeps a sector open, the tiles that cover it are looked at too.
 */
export function rimLook(
  site: LngLat,
  { lookOutM: reachM, strideM }: { lookOutM: number; strideM: number },
  seen: ReadonlySet<string>,
  assessment: Assessment,
): Tile[] {
  const onlyRim = undecidedSectors(assessment).filter(({ name }) => {
    const verdict = assessment.sectors.find((sector) => sector.name === name);
    return verdict?.notExcluded.some(({ tileIds }) => tileIds.length === 0);
  });
  if (onlyRim.length === 0) return [];
  const wider = planTiles(site, { radiusM: reachM + strideM * Math.SQRT1_2, strideM });
  return wider.filter(
    (tile) =>
      !seen.has(tile.id) &&
      nearestM(tile) < reachM &&
      onlyRim.some((sector) => touchesSector(tile, sector)),
  );
}

/** Distance from the site to the nearest ground of a tile [m]. */
export const nearestM = ({
  eastM,
  northM,
  sizeM,
}: Pick<Tile, 'eastM' | 'northM' | 'sizeM'>): number =>
  Math.hypot(Math.max(0, Math.abs(eastM) - sizeM / 2), Math.max(0, Math.abs(northM) - sizeM / 2));

/** True if any of the tile's ground may lie within the sector's bearings. */
export function touchesSector(
  { eastM, northM, sizeM }: Pick<Tile, 'eastM' | 'northM' | 'sizeM'>,
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
