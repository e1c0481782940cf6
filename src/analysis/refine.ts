import type { Assessment } from '../exposure/assess-site.ts';
import { boundaryTilesThatDecide } from '../exposure/refinement.ts';
import type { Override } from '../exposure/verdict.ts';
import { fromLocal } from '../site/geodesy.ts';
import type { LngLat } from '../site/lng-lat.ts';
import type { Tile } from '../site/tile.ts';
import { isQuarter } from './quarters.ts';
import type { Refinement, TileResult } from './site-result.ts';

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

/** Tiles that are worth a finer look: on a boundary that decides, as the model saw them, whole. */
export function refinable(
  deciding: readonly string[],
  tiles: readonly TileResult[],
  overrides: readonly Override[],
): TileResult[] {
  const ids = new Set(deciding);
  // Where a person has spoken the model is not asked again.
  for (const { target, id } of overrides) if (target === 'tile') ids.delete(id);
  return tiles.filter((tile) => ids.has(tile.id) && tile.by !== 'person' && !isQuarter(tile));
}

/** The quarters to look at, and what to keep of the answer before. Nothing is fetched here. */
export function planRefinement(
  site: LngLat,
  strideM: number,
  { tiles, assessment, overrides }: RefinementInput,
): { quarters: Tile[]; refinement: Refinement } {
  const { ids, byDirection } = boundaryTilesThatDecide(assessment);
  const coarse = refinable(ids, tiles, overrides);
  return {
    quarters: coarse.flatMap((tile) =>
      quarterTiles(site, { ...tile, centre: { lng: tile.lng, lat: tile.lat } }),
    ),
    refinement: {
      tileIds: coarse.map(({ id }) => id),
      sizeM: strideM / 2,
      before: assessment.directions
        .filter(({ name }) => byDirection[name]?.some((id) => coarse.some((one) => one.id === id)))
        .map(({ name, exposure, exposureStrict, distanceToChangeFt }) => ({
          name,
          exposure,
          exposureStrict,
          distanceToChangeFt,
        })),
    },
  };
}

export interface RefinementInput {
  tiles: readonly TileResult[];
  assessment: Assessment;
  overrides: readonly Override[];
}
