import type { RgbImage } from '../../imagery/patch.ts';

/** A small picture as PNG: the longer side at most `side` px. */
export async function thumbnailOf({ width, height, rgb }: RgbImage, side: number): Promise<Blob> {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    rgba[to] = rgb[from]!;
    rgba[to + 1] = rgb[from + 1]!;
    rgba[to + 2] = rgb[from + 2]!;
    rgba[to + 3] = 255;
  }
  const scale = Math.min(1, side / Math.max(width, height));
  const [w, h] = [width, height].map((length) => Math.max(1, Math.round(length * scale))) as [
    number,
    number,
  ];
  const whole = await createImageBitmap(new ImageData(rgba, width, height), {
    resizeWidth: w,
    resizeHeight: h,
    resizeQuality: 'medium',
  });
  const canvas = new OffscreenCanvas(w, h);
  canvas.getContext('2d')!.drawImage(whole, 0, 0);
  whole.close();
  return canvas.convertToBlob({ type: 'image/png' });
}
