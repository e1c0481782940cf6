import type { PreprocessorConfig } from '../checkpoint/preprocessor-config.ts';
import type { RgbImage } from '../imagery/patch.ts';
import { patchCount, patchLength } from './vit-shape.ts';
import type { VitShape } from './vit-shape.ts';

/**
 * Normalises pictures of the model's size and cuts them into patches, ready for one product with
 * the projection: wasm has no gradient kernel for the convolution that this replaces.
 * @param images each imageSize × imageSize
 * @returns [images·patches, 3·patch²], each patch in the (channel, y, x) order of the weight
 */
export function patchRows(
  images: readonly RgbImage[],
  shape: VitShape,
  { rescale, mean, std }: Pick<PreprocessorConfig, 'rescale' | 'mean' | 'std'>,
): Float32Array {
  const { imageSize, patchSize } = shape;
  const [count, length, side] = [patchCount(shape), patchLength(shape), imageSize / patchSize];
  const rows = new Float32Array(images.length * count * length);
  const levels = mean.map((m, c) =>
    Float32Array.from({ length: 256 }, (_, level) => (level * rescale - m) / std[c]!),
  );
  let at = 0;
  for (const { width, height, rgb } of images) {
    if (width !== imageSize || height !== imageSize) {
      throw new Error(`patchRows needs ${imageSize} px pictures, not ${width}×${height}.`);
    }
    for (let patch = 0; patch < count; patch++) {
      const corner = Math.floor(patch / side) * patchSize * imageSize + (patch % side) * patchSize;
      for (let channel = 0; channel < 3; channel++) {
        const level = levels[channel]!;
        for (let y = 0; y < patchSize; y++) {
          let from = (corner + y * imageSize) * 3 + channel;
          for (let x = 0; x < patchSize; x++, from += 3) rows[at++] = level[rgb[from]!]!;
        }
      }
    }
  }
  return rows;
}
