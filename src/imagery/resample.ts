import { UserError } from '../site/user-error.ts';
import type { RgbaImage } from './image-source.ts';
import type { RgbImage } from './patch.ts';

/** Pillow's numbers, as `preprocessor_config.json` writes them: 2 bilinear, 3 bicubic. */
export type ResampleFilter = 'bilinear' | 'bicubic';

/** A rectangle in source pixels; edges may fall between pixels, as in Pillow's `box=`. */
export interface PixelBox {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Interleaved 8-bit samples, row-major. */
export interface Raster {
  width: number;
  height: number;
  channels: number;
  data: Uint8Array | Uint8ClampedArray;
}

export interface ResampleOptions {
  /** Output size [px]. */
  width: number;
  height: number;
  filter?: ResampleFilter;
  /** Part of the source to show; the whole of it unless said. */
  box?: PixelBox;
}

/** Samples that make one output pixel: the first, and a weight for each from there. */
interface Coefficients {
  /** Taps kept per output pixel. */
  taps: number;
  first: Int32Array;
  count: Int32Array;
  /** Fixed point, `taps` per output pixel. */
  weights: Int32Array;
}

/** Fraction bits of the weights: 32 less 8 for the sample and 2 for overshoot and sign. */
const PRECISION_BITS = 22;
const HALF = 1 << (PRECISION_BITS - 1);

const kernels: Record<ResampleFilter, { support: number; weigh: (x: number) => number }> = {
  bilinear: { support: 1, weigh: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weigh: keysCubic },
};

/** Keys' cubic with a = −0.5, the one Pillow uses. */
function keysCubic(x: number): number {
  const a = -0.5;
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return (((d - 5) * d + 8) * d - 4) * a;
  return 0;
}

/**
 * Weights along one axis. When it shrinks, the kernel widens by the same factor, so that every
 * source sample takes part: that is the antialiasing.
 */
function coefficients(
  sourceSize: number,
  from: number,
  to: number,
  options: { size: number; filter: ResampleFilter },
): Coefficients {
  const { support: radius, weigh } = kernels[options.filter];
  const scale = (to - from) / options.size;
  const widening = Math.max(1, scale);
  const support = radius * widening;
  const taps = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(options.size);
  const count = new Int32Array(options.size);
  const weights = new Int32Array(options.size * taps);
  const exact = new Float64Array(taps);
  for (let out = 0; out < options.size; out++) {
    const centre = from + (out + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(sourceSize, Math.trunc(centre + support + 0.5));
    let sum = 0;
    for (let i = 0; i < end - start; i++) {
      exact[i] = weigh((start + i - centre + 0.5) / widening);
      sum += exact[i]!;
    }
    for (let i = 0; i < end - start; i++) {
      const scaled = (exact[i]! / (sum || 1)) * (1 << PRECISION_BITS);
      weights[out * taps + i] = Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    }
    first[out] = start;
    count[out] = end - start;
  }
  return { taps, first, count, weights };
}

/**
 * Resizes 8-bit samples with an antialiased separable filter in fixed point, level for level as
 * Pillow's `Image.resize(size, resample, box)`: the same pixels in every browser and in Node.
 * Rows first, rounded to 8 bits, then columns, as Pillow does.
 * @throws UserError if the box is empty or leaves the source
 */
export function resample(source: Raster, options: ResampleOptions): Raster {
  const { width, height, filter = 'bilinear' } = options;
  const box = options.box ?? { left: 0, top: 0, right: source.width, bottom: source.height };
  assertBox(source, box, { width, height });
  const alongRows = width !== source.width || box.left !== 0 || box.right !== width;
  const alongColumns = height !== source.height || box.top !== 0 || box.bottom !== height;
  const down = coefficients(source.height, box.top, box.bottom, { size: height, filter });
  // Only the source rows that some output row reads.
  const firstRow = alongColumns ? down.first[0]! : 0;
  const lastRow = alongColumns ? down.first[height - 1]! + down.count[height - 1]! : height;
  let image = source;
  if (alongRows) {
    const across = coefficients(source.width, box.left, box.right, { size: width, filter });
    image = filterRows(source, across, { width, firstRow, lastRow });
    for (let row = 0; row < height; row++) down.first[row]! -= firstRow;
  }
  if (alongColumns) image = filterColumns(image, down, height);
  return image === source ? { ...source, data: source.data.slice() } : image;
}

function filterRows(
  source: Raster,
  { taps, first, count, weights }: Coefficients,
  { width, firstRow, lastRow }: { width: number; firstRow: number; lastRow: number },
): Raster {
  const { channels, data } = source;
  const height = lastRow - firstRow;
  const out = new Uint8ClampedArray(width * height * channels);
  for (let row = 0; row < height; row++) {
    const rowStart = (row + firstRow) * source.width;
    for (let column = 0; column < width; column++) {
      const from = (rowStart + first[column]!) * channels;
      const weightStart = column * taps;
      const to = (row * width + column) * channels;
      for (let channel = 0; channel < channels; channel++) {
        let sum = HALF;
        for (let tap = 0, at = from + channel; tap < count[column]!; tap++, at += channels) {
          sum += data[at]! * weights[weightStart + tap]!;
        }
        out[to + channel] = sum >> PRECISION_BITS;
      }
    }
  }
  return { width, height, channels, data: out };
}

function filterColumns(
  source: Raster,
  { taps, first, count, weights }: Coefficients,
  height: number,
): Raster {
  const { width, channels, data } = source;
  const stride = width * channels;
  const out = new Uint8ClampedArray(stride * height);
  // Whole rows at a time, for the cache's sake.
  const sums = new Int32Array(stride);
  for (let row = 0; row < height; row++) {
    sums.fill(HALF);
    for (let tap = 0; tap < count[row]!; tap++) {
      const weight = weights[row * taps + tap]!;
      const from = (first[row]! + tap) * stride;
      for (let i = 0; i < stride; i++) sums[i]! += data[from + i]! * weight;
    }
    for (let i = 0; i < stride; i++) out[row * stride + i] = sums[i]! >> PRECISION_BITS;
  }
  return { width, height, channels, data: out };
}

function assertBox(source: Raster, box: PixelBox, size: { width: number; height: number }): void {
  const whole = [size.width, size.height].every((side) => Number.isInteger(side) && side > 0);
  const inside =
    box.left >= 0 &&
    box.top >= 0 &&
    box.right <= source.width &&
    box.bottom <= source.height &&
    box.left < box.right &&
    box.top < box.bottom;
  if (whole && inside) return;
  throw new UserError(
    `Cannot resize a picture of ${source.width}×${source.height} px to ${size.width}×${size.height} px: nothing to show there.`,
  );
}

/** {@link resample} for a picture without alpha, such as a patch. */
export function resizeRgb(image: RgbImage, options: ResampleOptions): RgbImage {
  const { width, height, data } = resample({ ...image, channels: 3, data: image.rgb }, options);
  return { width, height, rgb: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/**
 * {@link resample} for a picture with alpha: colours are weighed by their alpha, so transparent
 * pixels never bleed into their neighbours. Where nothing shows the colour is 0.
 */
export function resizeRgba(image: RgbaImage, options: ResampleOptions): RgbaImage {
  const source = { ...image, channels: 4, data: premultiply(image.rgba) };
  const { width, height, data } = resample(source, options);
  return { width, height, rgba: unpremultiply(data) };
}

/** Colour × alpha / 255, rounded. */
export function premultiply(rgba: Uint8Array | Uint8ClampedArray): Uint8ClampedArray {
  const out = new Uint8ClampedArray(rgba);
  for (let i = 3; i < out.length; i += 4) {
    const alpha = out[i]!;
    // Nearly all of a survey is opaque.
    if (alpha === 255) continue;
    for (let c = i - 3; c < i; c++) out[c] = Math.round((out[c]! * alpha) / 255);
  }
  return out;
}

/** Colour × 255 / alpha, at most 255; 0 where alpha is 0. */
export function unpremultiply(rgba: Uint8Array | Uint8ClampedArray): Uint8ClampedArray {
  const out = new Uint8ClampedArray(rgba.length);
  for (let i = 0; i < rgba.length; i += 4) {
    const alpha = rgba[i + 3]!;
    for (let c = 0; c < 3; c++) out[i + c] = alpha ? Math.round((rgba[i + c]! * 255) / alpha) : 0;
    out[i + 3] = alpha;
  }
  return out;
}
