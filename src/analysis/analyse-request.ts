import type { FetchLike, ImageDecoder, ImagerySource } from '../imagery/image-source.ts';
import type { Roughness } from '../roughness/category.ts';
import type { LngLat } from '../site/lng-lat.ts';
import { assertSite } from '../site/place.ts';
import { DEFAULT_TILE_M } from '../site/tile-grid.ts';
import { UserError } from '../site/user-error.ts';
import type { Classifier, ModelInfo } from '../vit/classifier.ts';
import type { TileCache } from '../imagery/tile-cache.ts';
import type { Override, SiteResult } from './site-result.ts';

/** A site and how to judge it. Lengths in metres unless the name says feet. */
export interface AnalyseRequest {
  site: LngLat;
  siteName?: string | null;
  /** Mean roof height [ft]. */
  heightFt: number;
  /** Distance between tile centres [m]. */
  strideM?: number;
  /** Ground that the model sees around each centre [m]; null takes the checkpoint's own. */
  tileM?: number | null;
  edition?: '7-16' | '7-22';
  /** Share of other ground still read as "prevails", 0 to 1. */
  tolerance?: number;
  /** Take a tile below the confidence floor as either of its two likeliest categories. */
  conservative?: boolean;
  /** Confidence below which a tile is unsure; null takes the checkpoint's own. */
  confidenceFloor?: number | null;
  /** Look again, at half the stride, at the boundary tiles that could change a direction. */
  refine?: boolean;
  /** Wind directions beside the eight, such as those square to the building's faces [°]. */
  extraBearingsDeg?: number[];
  /** What people have said of tiles, by tile id. */
  labels?: ReadonlyMap<string, Roughness>;
  overrides?: Override[];
}

/** What the analysis needs from its host. */
export interface AnalysePorts {
  source: ImagerySource;
  classifier: Classifier;
  fetch: FetchLike;
  decoder: ImageDecoder;
  /** Pictures fetched before, kept on this device. */
  cache?: TileCache | null;
}

/** A request with every choice made. */
export interface AnalysisPlan {
  site: LngLat;
  siteName: string | null;
  heightFt: number;
  settings: SiteResult['settings'];
  /** True where neither the request nor the checkpoint says how much ground a tile shows. */
  tileMAssumed: boolean;
}

const TALLEST_FT = 3000;
/** Smallest and largest ground that one tile may show [m]. */
const TILE_M_RANGE = { min: 20, max: 4000 };

/**
 * Settles every choice before anything is fetched.
 * @throws UserError naming the value that is out of range
 */
export function planAnalysis(
  request: AnalyseRequest,
  model: ModelInfo,
  lookOutM: (heightFt: number) => number,
): AnalysisPlan {
  const site = assertSite(request.site);
  const heightFt = inRange('The mean roof height [ft]', request.heightFt, 1, TALLEST_FT);
  const tileM = request.tileM ?? model.tileM ?? DEFAULT_TILE_M;
  inRange('The tile size [m]', tileM, TILE_M_RANGE.min, TILE_M_RANGE.max);
  const strideM = inRange('The tile spacing [m]', request.strideM ?? DEFAULT_TILE_M, 20, 2000);
  return {
    site,
    siteName: request.siteName ?? null,
    heightFt,
    tileMAssumed: request.tileM == null && model.tileM === null,
    settings: {
      tileM,
      strideM,
      lookOutM: lookOutM(heightFt),
      edition: request.edition ?? '7-22',
      tolerance: inRange('The tolerance', request.tolerance ?? 0, 0, 1),
      conservative: request.conservative ?? false,
      confidenceFloor: inRange(
        'The confidence floor',
        request.confidenceFloor ?? model.confidenceFloor,
        0,
        1,
      ),
      refine: request.refine ?? false,
      extraBearingsDeg: (request.extraBearingsDeg ?? []).map((bearing) =>
        inRange('A wind direction [°]', bearing, 0, 360),
      ),
    },
  };
}

function inRange(what: string, value: number, min: number, max: number): number {
  if (Number.isFinite(value) && value >= min && value <= max) return value;
  throw new UserError(`${what} must be from ${min} to ${max}, not ${value}.`);
}
