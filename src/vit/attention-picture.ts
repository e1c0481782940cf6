import type { RgbImage } from '../imagery/patch.ts';
import type { AttentionMap } from './classifier.ts';

/** How bright the least attended place stays, 0 to 1. */
const DIMMEST = 0.22;

/**
 * The picture with light on what a model looked at: brightness goes from a fifth at the least
 * attended patch to all of it at the most attended, bilinear between patch centres. Brightness
 * alone, so that it reads the same without colour.
 * @param image pixels that the model saw, [height, width, 3]
 * @param map attention of the same ground, [side, side]
 */
export function attentionPicture(image: RgbImage, map: AttentionMap): RgbImage {
  const { width, height } = image;
  const rgb = new Uint8Array(width * height * 3);
  const [least, most] = extent(map.weights);
  const scale = most > least ? (1 - DIMMEST) / (most - least) : 0;
  for (let y = 0; y < height; y++) {
    const row = ((y + 0.5) / height) * map.side - 0.5;
    for (let x = 0; x < width; x++) {
      const column = ((x + 0.5) / width) * map.side - 0.5;
      // Where attention is the same everywhere, all of it is lit.
      const light = scale === 0 ? 1 : DIMMEST + (bilinear(map, column, row) - least) * scale;
      const at = (y * width + x) * 3;
      for (let c = 0; c < 3; c++) rgb[at + c] = Math.round(image.rgb[at + c]! * light);
    }
  }
  return { width, height, rgb };
}

/** Thirds of a tile, row by row from the north-west. */
export const TILE_PARTS = ['NW', 'N', 'NE', 'W', 'middle', 'E', 'SW', 'S', 'SE'] as const;
export type TilePart = (typeof TILE_PARTS)[number];

/** The ninth of the tile with the most attention, and its share of all: the picture in words. */
export function mostAttended({ side, weights }: AttentionMap): { part: TilePart; share: number } {
  const shares = new Float64Array(9);
  const third = (i: number) => Math.min(2, Math.floor(((i + 0.5) * 3) / side));
  for (let i = 0; i < weights.length; i++) {
    shares[third(Math.floor(i / side)) * 3 + third(i % side)]! += weights[i]!;
  }
  const share = Math.max(...shares);
  return { part: TILE_PARTS[shares.indexOf(share)]!, share };
}

function extent(values: Float32Array): [number, number] {
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

/** Value at a place in patches, the edge's beyond the outermost centres. */
function bilinear({ side, weights }: AttentionMap, column: number, row: number): number {
  const x = Math.min(side - 1, Math.max(0, column));
  const y = Math.min(side - 1, Math.max(0, row));
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [x1, y1] = [Math.min(side - 1, x0 + 1), Math.min(side - 1, y0 + 1)];
  const at = (i: number, j: number) => weights[j * side + i]!;
  const north = at(x0, y0) + (at(x1, y0) - at(x0, y0)) * (x - x0);
  const south = at(x0, y1) + (at(x1, y1) - at(x0, y1)) * (x - x0);
  return north + (south - north) * (y - y0);
}
