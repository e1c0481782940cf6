import { paintScene } from '../../src/demo/paint-scene.ts';
import type { RgbImage } from '../../src/imagery/patch.ts';

const SIDE_M = 250;
const SIDE_PX = 224;

/** A tile of 250 m and 224 px of the built-in scene; `x`, `y` is its centre in scene metres. */
export function sceneTile({ x, y }: { x: number; y: number }): RgbImage {
  const rgba = paintScene({
    west: x - SIDE_M / 2,
    north: y + SIDE_M / 2,
    metresPerPixel: SIDE_M / SIDE_PX,
    width: SIDE_PX,
    height: SIDE_PX,
  });
  const rgb = new Uint8Array(SIDE_PX * SIDE_PX * 3);
  for (let i = 0, o = 0; i < rgba.length; i += 4) {
    rgb[o++] = rgba[i]!;
    rgb[o++] = rgba[i + 1]!;
    rgb[o++] = rgba[i + 2]!;
  }
  return { width: SIDE_PX, height: SIDE_PX, rgb };
}
