import type { RgbImage } from '../imagery/patch.ts';
import { resizeRgb } from '../imagery/resample.ts';

/** Part of a picture, whole pixels. */
export interface Crop {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The tutorial's training transform: torchvision's `RandomResizedCrop` defaults, and a mirror. */
const AREA = { min: 0.08, max: 1 };
const RATIO = { min: 3 / 4, max: 4 / 3 };
const TRIES = 10;

/**
 * Chooses a crop as torchvision's `RandomResizedCrop.get_params`: area uniform in `AREA` of the
 * picture, aspect log-uniform in `RATIO`; after ten that do not fit, the largest centred one.
 */
export function randomCrop(width: number, height: number, random: () => number): Crop {
  const [low, high] = [Math.log(RATIO.min), Math.log(RATIO.max)];
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const area = width * height * (AREA.min + (AREA.max - AREA.min) * random());
    const ratio = Math.exp(low + (high - low) * random());
    const w = Math.round(Math.sqrt(area * ratio));
    const h = Math.round(Math.sqrt(area / ratio));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    const top = Math.floor(random() * (height - h + 1));
    const left = Math.floor(random() * (width - w + 1));
    return { left, top, width: w, height: h };
  }
  const shape = width / height;
  const w = shape > RATIO.max ? Math.round(height * RATIO.max) : width;
  const h = shape < RATIO.min ? Math.round(width / RATIO.min) : height;
  return {
    left: Math.floor((width - w) / 2),
    top: Math.floor((height - h) / 2),
    width: w,
    height: h,
  };
}

/**
 * A random crop of `side` × `side` px, mirrored half of the time. Bilinear, torchvision's own, also
 * where the checkpoint asks for bicubic: that is how it reads a picture, not how one is cropped.
 */
export function augmented(image: RgbImage, side: number, random: () => number): RgbImage {
  const crop = randomCrop(image.width, image.height, random);
  const mirror = random() < 0.5;
  const size = { width: side, height: side, filter: 'bilinear' } as const;
  const resized = resizeRgb(cropped(image, crop), size);
  return mirror ? mirrored(resized) : resized;
}

/** The crop as its own picture, so that a resize does not see beyond it (as with PIL crops). */
export function cropped({ width, rgb }: RgbImage, crop: Crop): RgbImage {
  const out = new Uint8Array(crop.width * crop.height * 3);
  for (let y = 0; y < crop.height; y++) {
    const from = ((crop.top + y) * width + crop.left) * 3;
    out.set(rgb.subarray(from, from + crop.width * 3), y * crop.width * 3);
  }
  return { width: crop.width, height: crop.height, rgb: out };
}

/** Left and right swapped. */
export function mirrored({ width, height, rgb }: RgbImage): RgbImage {
  const out = new Uint8Array(rgb.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      const to = (y * width + width - 1 - x) * 3;
      out[to] = rgb[from]!;
      out[to + 1] = rgb[from + 1]!;
      out[to + 2] = rgb[from + 2]!;
    }
  }
  return { width, height, rgb: out };
}
