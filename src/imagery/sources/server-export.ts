import { squareAround, WORLD_M } from '../../site/mercator.ts';
import type { Tile } from '../../site/tile.ts';
import type { ImageRequest, MercatorBounds, TilePlan } from '../image-source.ts';
import { publicUrl, shortHash } from '../public-url.ts';

/** A picture that a server cuts out on demand. */
export interface ExportRequest {
  bounds: MercatorBounds;
  widthPx: number;
  heightPx: number;
}

/**
 * Plans one tile for a server that exports any rectangle: one picture at the tile's own pixels;
 * two where the tile spans the antimeridian, for servers know only one copy of the world.
 * @param toUrl address of the picture of a rectangle within ±20037508 m
 */
export function planExport(
  tile: Tile,
  targetMetresPerPixel: number,
  toUrl: (request: ExportRequest) => string,
): TilePlan {
  const bounds = squareAround(tile.centre, tile.sizeM);
  const sizePx = Math.max(1, Math.round(tile.sizeM / targetMetresPerPixel));
  const requests = withinWorld(bounds).map(({ asked, placed }): ImageRequest => {
    const share = (placed.east - placed.west) / (bounds.east - bounds.west);
    const widthPx = Math.max(1, Math.round(sizePx * share));
    const url = toUrl({ bounds: asked, widthPx, heightPx: sizePx });
    const shown = publicUrl(url);
    return { key: `${shortHash(url)} ${shown}`, url, publicUrl: shown, bounds: placed };
  });
  return { tileId: tile.id, bounds, requests, nativeMetresPerPixel: null };
}

/** Pieces of a rectangle: where each lies in the one world servers know, and where it was meant. */
function withinWorld(bounds: MercatorBounds): { asked: MercatorBounds; placed: MercatorBounds }[] {
  const half = WORLD_M / 2;
  const first = Math.floor((bounds.west + half) / WORLD_M);
  const last = Math.ceil((bounds.east + half) / WORLD_M) - 1;
  const pieces: { asked: MercatorBounds; placed: MercatorBounds }[] = [];
  for (let copy = first; copy <= last; copy++) {
    const shift = copy * WORLD_M;
    const west = Math.max(bounds.west, shift - half);
    const east = Math.min(bounds.east, shift + half);
    const placed = { ...bounds, west, east };
    pieces.push({ asked: { ...bounds, west: west - shift, east: east - shift }, placed });
  }
  return pieces;
}

/** Rectangle as services want it: millimetres are more than enough. */
export const bboxText = ({ west, south, east, north }: MercatorBounds): string =>
  [west, south, east, north].map((metres) => String(Number(metres.toFixed(3)))).join(',');
