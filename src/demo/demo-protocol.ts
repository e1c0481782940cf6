import { tileWindow } from './frame.ts';
import { paintScene } from './paint-scene.ts';

/** URL template of the demo scene's map tiles. */
export const DEMO_TILE_TEMPLATE = 'upwind-demo://{z}/{x}/{y}';
/** Finest zoom worth asking for: 0.11 m/px. */
export const DEMO_MAX_ZOOM = 20;
export const DEMO_TILE_PX = 256;

/** Address of a tile in an `upwind-demo://z/x/y` URL; null for any other text. */
export function parseDemoTileUrl(url: string): { z: number; x: number; y: number } | null {
  const match = /^upwind-demo:\/\/(\d+)\/(\d+)\/(\d+)$/.exec(url);
  return match && { z: Number(match[1]), x: Number(match[2]), y: Number(match[3]) };
}

/** One 256 px XYZ tile, RGBA row-major; transparent outside the scene. */
export function paintTile(z: number, x: number, y: number): Uint8ClampedArray<ArrayBuffer> {
  return paintScene({ ...tileWindow(z, x, y), width: DEMO_TILE_PX, height: DEMO_TILE_PX });
}
