import type { LngLat } from '../site/lng-lat.ts';
import type { Tile } from '../site/tile.ts';
import type { RgbImage } from './patch.ts';

/** What a source lets people do with its pictures. */
export interface ImageryTerms {
  /** One line, shown beside the picker. */
  summary: string;
  url: string | null;
  /** False where labelled tiles may be trained on here but not handed on as a dataset. */
  exportAllowed: boolean;
}

/** A Web Mercator rectangle [m, EPSG:3857]. */
export interface MercatorBounds {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** One request of a fetch plan; `key` is equal for equal pictures. */
export interface ImageRequest {
  key: string;
  url: string;
  /** The URL as provenance may show it: keys and tokens removed. */
  publicUrl: string;
  /** Ground that the whole picture covers. */
  bounds: MercatorBounds;
}

/** What has to be asked for to see one tile. */
export interface TilePlan {
  tileId: string;
  bounds: MercatorBounds;
  requests: ImageRequest[];
  /** Ground size of a source pixel at the tile's centre [m/px], if it is known beforehand. */
  nativeMetresPerPixel: number | null;
}

/** Decoded picture with alpha, row-major RGBA. */
export interface RgbaImage {
  width: number;
  height: number;
  rgba: Uint8Array | Uint8ClampedArray;
}

/** Turns PNG, JPEG or WebP bytes into pixels. Rejects with a `UserError` on anything else. */
export interface ImageDecoder {
  decode(bytes: Uint8Array, options?: { signal?: AbortSignal }): Promise<RgbaImage>;
}

/** Fetches bytes. Implemented by `platform/`; tests pass their own. */
export type FetchLike = (url: string, init: { signal: AbortSignal }) => Promise<Response>;

/**
 * A place where aerial pictures come from. `planTile` is pure; capture performs the plan.
 */
export interface ImagerySource {
  readonly id: string;
  readonly name: string;
  readonly attribution: string;
  readonly terms: ImageryTerms;
  readonly synthetic: boolean;
  /** URL template MapLibre can show as base layer (`{z}/{x}/{y}`, `{bbox-epsg-3857}`), if there is one. */
  readonly mapTiles: { template: string; maxZoom: number; tileSize?: number } | null;
  planTile(tile: Tile, targetMetresPerPixel: number): TilePlan;
  /** Sources that need no network (the demo scene) paint a request themselves. */
  paint?(request: ImageRequest, signal?: AbortSignal): Promise<RgbaImage>;
  /** Acquisition date at a place, ISO date, where the service tells it. */
  acquiredAt?(
    place: LngLat,
    fetchLike: FetchLike,
    signal?: AbortSignal,
  ): Promise<{ acquired: string | null; nativeMetresPerPixel: number | null }>;
}

export type { RgbImage };
