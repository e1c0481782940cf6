import { patchesPerSide } from '../checkpoint/config.ts';
import type { VitConfig } from '../checkpoint/config.ts';
import type { PreprocessorConfig } from '../checkpoint/preprocessor-config.ts';
import type { RgbImage } from '../imagery/patch.ts';
import { resizeRgb } from '../imagery/resample.ts';
import { UserError } from '../site/user-error.ts';

/**
 * The picture at the model's size, as the checkpoint asks: equal to Pillow's resize.
 * @throws UserError where the checkpoint does not resize and the picture has another size
 */
export function resizeForModel(
  image: RgbImage,
  { resize }: PreprocessorConfig,
  imageSize: number,
): RgbImage {
  if (image.width === imageSize && image.height === imageSize) return image;
  if (!resize) {
    throw new UserError(
      `This model does not resize pictures (do_resize is false): it needs ${imageSize}×${imageSize} px, not ${image.width}×${image.height}.`,
    );
  }
  return resizeRgb(image, resize);
}

/**
 * What `ViTImageProcessor` gives: resize, × rescale, (x − mean) / std.
 * @returns [images, 3, side, side], row-major
 */
export function pixelValues(
  images: readonly RgbImage[],
  preprocessor: PreprocessorConfig,
  imageSize: number,
): Float32Array {
  const area = imageSize * imageSize;
  const values = new Float32Array(images.length * 3 * area);
  const table = levelValues(preprocessor);
  images.forEach((image, index) => {
    const { rgb } = resizeForModel(image, preprocessor, imageSize);
    for (let channel = 0; channel < 3; channel++) {
      const levels = table.subarray(channel * 256, (channel + 1) * 256);
      const start = (index * 3 + channel) * area;
      for (let i = 0; i < area; i++) values[start + i] = levels[rgb[i * 3 + channel]!]!;
    }
  });
  return values;
}

/** Value of each level of each channel after rescale and normalisation, [3, 256]. */
export function levelValues({
  rescale,
  mean,
  std,
}: Pick<PreprocessorConfig, 'rescale' | 'mean' | 'std'>): Float32Array {
  return Float32Array.from({ length: 3 * 256 }, (_, i) => {
    const channel = i >> 8;
    return ((i & 255) * rescale - mean[channel]!) / std[channel]!;
  });
}

/**
 * Pixel values cut into patches, so that the patch embedding is one matmul.
 * @param pixels [images, 3, side, side]
 * @returns [images·patches, 3·patch²]; a row has the order channel, row, column, as the convolution
 *   weight has
 */
export function toPatches(pixels: Float32Array, config: VitConfig): Float32Array {
  const { imageSize: side, patchSize: p } = config;
  const perSide = patchesPerSide(config);
  const images = pixels.length / (3 * side * side);
  const patches = new Float32Array(pixels.length);
  let out = 0;
  for (let image = 0; image < images; image++) {
    for (let row = 0; row < perSide; row++) {
      for (let column = 0; column < perSide; column++) {
        for (let channel = 0; channel < 3; channel++) {
          const plane = (image * 3 + channel) * side * side;
          for (let y = 0; y < p; y++) {
            const from = plane + (row * p + y) * side + column * p;
            patches.set(pixels.subarray(from, from + p), out);
            out += p;
          }
        }
      }
    }
  }
  return patches;
}

/** Pictures straight to patches. */
export function imagesToPatches(
  images: readonly RgbImage[],
  preprocessor: PreprocessorConfig,
  config: VitConfig,
): Float32Array {
  return toPatches(pixelValues(images, preprocessor, config.imageSize), config);
}
