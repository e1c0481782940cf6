import type { ImageRequest, ImagerySource, MercatorBounds } from '../imagery/image-source.ts';
import type { LngLat } from '../site/lng-lat.ts';
import { squareAround } from '../site/mercator.ts';
import type { CanvasWindow } from './canvas.ts';
import { DEMO_MAX_ZOOM, DEMO_TILE_TEMPLATE } from './demo-protocol.ts';
import { DEMO_CENTRE, GROUND_PER_MERCATOR, sceneOfMercatorX, sceneOfMercatorY } from './frame.ts';

/** The default site: a hall at the head of the bay, sea to the south and west, town to the north. */
export const DEMO_SITE: LngLat = DEMO_CENTRE;
export const DEMO_SITE_NAME = 'Hall by the bay (synthetic)';
export const DEMO_ATTRIBUTION = 'Synthetic demo scene, painted by Upwind: not a real place';

/** Paints somewhere else, such as in a worker. */
export type ScenePainter = (
  window: CanvasWindow,
  signal?: AbortSignal,
) => Promise<Uint8ClampedArray>;

const paintHere: ScenePainter = async (window, signal) => {
  signal?.throwIfAborted();
  // Loaded with the first picture: the noise and the towns behind it take a while to come to life.
  const { paintScene } = await import('./paint-scene.ts');
  return paintScene(window);
};

/**
 * The built-in scene as a source like any other: it plans one picture a tile, at the tile's own
 * pixels, and paints it without a network.
 */
export function demoSource({
  painter = paintHere,
}: { painter?: ScenePainter } = {}): ImagerySource {
  return {
    id: 'demo',
    name: 'Demo coast (synthetic)',
    attribution: DEMO_ATTRIBUTION,
    terms: {
      summary: 'Made for Upwind and painted on this device: free to use. It shows no real place.',
      url: null,
      exportAllowed: true,
    },
    synthetic: true,
    mapTiles: { template: DEMO_TILE_TEMPLATE, maxZoom: DEMO_MAX_ZOOM },
    planTile(tile, targetMetresPerPixel) {
      const bounds = squareAround(tile.centre, tile.sizeM);
      const sizePx = Math.max(1, Math.round(tile.sizeM / targetMetresPerPixel));
      const url = patchUrl(bounds, sizePx);
      return {
        tileId: tile.id,
        bounds,
        requests: [{ key: url, url, publicUrl: url, bounds }],
        nativeMetresPerPixel: tile.sizeM / sizePx,
      };
    },
    async paint(request, signal) {
      const window = windowOfRequest(request);
      const rgba = await painter(window, signal);
      return { width: window.width, height: window.height, rgba };
    },
  };
}

function patchUrl({ west, south, east, north }: MercatorBounds, sizePx: number): string {
  const bbox = [west, south, east, north].map((metres) => metres.toFixed(2)).join(',');
  return `upwind-demo://patch?bbox=${bbox}&size=${sizePx}`;
}

/** Where a request's picture lies in the scene. */
function windowOfRequest({ url, bounds }: ImageRequest): CanvasWindow {
  const size = Number(/[?&]size=(\d+)/.exec(url)?.[1]);
  if (!(size >= 1)) throw new Error(`Not a request for the demo scene: ${url}`);
  return {
    west: sceneOfMercatorX(bounds.west),
    north: sceneOfMercatorY(bounds.north),
    metresPerPixel: ((bounds.east - bounds.west) * GROUND_PER_MERCATOR) / size,
    width: size,
    height: Math.max(
      1,
      Math.round((size * (bounds.north - bounds.south)) / (bounds.east - bounds.west)),
    ),
  };
}
