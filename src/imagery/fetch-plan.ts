import { metresPerPixel } from '../site/mercator.ts';
import type { Tile } from '../site/tile.ts';
import { UserError } from '../site/user-error.ts';
import type { ImageRequest, ImagerySource, TilePlan } from './image-source.ts';

/** Everything that has to be asked for to see some tiles. */
export interface FetchPlan {
  /** One per tile, in the tiles' order. */
  tiles: TilePlan[];
  /** Each picture once, in the order of first use. */
  requests: ImageRequest[];
  /** How many tiles use a picture, by the request's key. */
  uses: Map<string, number>;
}

/** Zooms of a pyramid. */
export interface Pyramid {
  minZoom: number;
  maxZoom: number;
  tileSizePx: number;
}

/**
 * Plans the pictures behind tiles. Pure: nothing is asked for yet.
 * @param sizePx pixels that a tile will have
 */
export function planFetch(
  source: ImagerySource,
  tiles: readonly Tile[],
  sizePx: number,
): FetchPlan {
  if (!Number.isInteger(sizePx) || sizePx <= 0) {
    throw new UserError(`A picture side of ${sizePx} px is not possible.`);
  }
  const plans = tiles.map((tile) => source.planTile(tile, tile.sizeM / sizePx));
  const requests = new Map<string, ImageRequest>();
  const uses = new Map<string, number>();
  for (const request of plans.flatMap((plan) => plan.requests)) {
    if (!requests.has(request.key)) requests.set(request.key, request);
    uses.set(request.key, (uses.get(request.key) ?? 0) + 1);
  }
  return { tiles: plans, requests: [...requests.values()], uses };
}

/**
 * Lowest zoom at least as fine as the target, or the finest there is.
 * @param target ground size wanted [m/px]
 * @returns the zoom and its ground size at this latitude [m/px]
 */
export function chooseZoom(
  latDeg: number,
  target: number,
  { minZoom, maxZoom, tileSizePx }: Pyramid,
): { zoom: number; metresPerPixel: number } {
  for (let zoom = minZoom; ; zoom++) {
    const size = metresPerPixel(latDeg, zoom, tileSizePx);
    if (size <= target * (1 + 1e-6) || zoom >= maxZoom) return { zoom, metresPerPixel: size };
  }
}

/** How far a model may be taken from the scale it learnt before people must be told. */
export const SCALE_TOLERANCE = 0.15;

/**
 * What to tell people if a model meets ground at another scale than it learnt.
 * @param modelTileM ground side of the model's inputs [m]; null if its checkpoint does not say
 * @param tileM ground side of the tiles it is shown [m]
 * @returns one line, or null where the scales agree within 15 %
 */
export function scaleWarning(modelTileM: number | null, tileM: number): string | null {
  if (modelTileM === null || Math.abs(tileM / modelTileM - 1) <= SCALE_TOLERANCE) return null;
  return `The model learnt tiles of ${modelTileM} m; these are ${tileM} m, ${Math.round((tileM / modelTileM) * 100)} % of that. Expect more mistakes.`;
}
