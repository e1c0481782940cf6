/**
 * The core of Upwind. Importing it does nothing: no network, no page, no compute backend.
 * `upwind/node` brings the host on the command line: pictures, checkpoints, and an engine.
 * @module upwind
 */
export type { LngLat } from './site/lng-lat.ts';
export type { Tile } from './site/tile.ts';
export { UserError } from './site/user-error.ts';
export { SOFTWARE_VERSION } from './site/version.ts';
export { assertSite, parsePlace } from './site/place.ts';
export { parseHeight } from './site/height.ts';
export { planTiles } from './site/tile-grid.ts';
export type { GridOptions } from './site/tile-grid.ts';
export { metresPerPixel } from './site/mercator.ts';
export { buildingNormals, DIRECTIONS, SECTORS } from './site/sectors.ts';
export type { Sector, WindDirection } from './site/sectors.ts';

export type { MissingPatch, Patch, Provenance, RgbImage } from './imagery/patch.ts';
export type {
  FetchLike,
  ImageDecoder,
  ImageRequest,
  ImagerySource,
  ImageryTerms,
  TilePlan,
} from './imagery/image-source.ts';
export { captureTiles } from './imagery/capture.ts';
export type { CaptureOptions, CaptureProgress } from './imagery/capture.ts';
export { resolveImagery } from './imagery/sources/resolve-source.ts';
export type { ResolveOptions } from './imagery/sources/resolve-source.ts';
export type { TileCache } from './imagery/tile-cache.ts';
export { demoSource, DEMO_SITE } from './demo/demo-source.ts';

export type { Checkpoint } from './checkpoint/checkpoint.ts';
export type { CheckpointFiles } from './checkpoint/file-set.ts';
export { readCheckpoint } from './checkpoint/read-checkpoint.ts';
export { writeCheckpoint } from './checkpoint/write-checkpoint.ts';

export type {
  BackendInfo,
  BackendName,
  Classification,
  Classifier,
  ModelInfo,
} from './vit/classifier.ts';

export { ROUGHNESS } from './roughness/category.ts';
export type { Roughness } from './roughness/category.ts';
export { Z0_BANDS } from './roughness/z0.ts';
export type { Z0Band } from './roughness/z0.ts';
export type { ClassifiedArea } from './roughness/classified-area.ts';
export { tilesToAreas } from './roughness/tiles-to-areas.ts';

export { exposureOfFetch } from './exposure/exposure-of-fetch.ts';
export { assessSite } from './exposure/assess-site.ts';
export type { AssessSiteOptions, Assessment } from './exposure/assess-site.ts';
export { EDITION_TABLES } from './exposure/editions.ts';
export type { Edition } from './exposure/editions.ts';
export { exposureDistancesFt } from './exposure/distances.ts';
export { kz } from './exposure/kz.ts';

export { analyseSite } from './analysis/analyse-site.ts';
export type { AnalyseOptions } from './analysis/analyse-site.ts';
export type { AnalysePorts, AnalyseRequest } from './analysis/analyse-request.ts';
export type { AnalysisEvent, AnalysisListener } from './analysis/analysis-event.ts';
export { reassess } from './analysis/reassess.ts';
export type { Reassessment } from './analysis/reassess.ts';
export { parseSiteResult } from './analysis/site-result.ts';
export type {
  DirectionResult,
  Override,
  SectorResult,
  SiteResult,
  TileResult,
} from './analysis/site-result.ts';

export { directionsCsv } from './report/csv.ts';
export { sectorsGeojson, tilesGeojson } from './report/geojson.ts';
export { resultJson } from './report/json.ts';
