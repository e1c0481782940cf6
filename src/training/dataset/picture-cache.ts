import type { ImageDecoder } from '../../imagery/image-source.ts';
import type { RgbImage } from '../../imagery/patch.ts';

/** Largest side of a picture that is decoded [px]: beyond it lie mistakes and attacks. */
const MAX_SIDE = 16_384;

/**
 * Decodes pictures and keeps them until `budgetBytes` is full; those beyond are decoded each time.
 * Epochs visit all pictures in turn, so keeping the first ones serves better than the latest.
 */
export class PictureCache {
  private readonly kept = new Map<string, RgbImage>();
  private used = 0;

  constructor(
    private readonly decoder: ImageDecoder,
    private readonly budgetBytes: number,
  ) {}

  async get(id: string, bytes: () => Promise<Uint8Array>): Promise<RgbImage> {
    const kept = this.kept.get(id);
    if (kept) return kept;
    const image = await this.decode(await bytes());
    if (this.used + image.rgb.length <= this.budgetBytes && !this.kept.has(id)) {
      this.kept.set(id, image);
      this.used += image.rgb.length;
    }
    return image;
  }

  /** RGB without alpha, as Pillow's `convert('RGB')`. */
  private async decode(bytes: Uint8Array): Promise<RgbImage> {
    const { width, height, rgba } = await this.decoder.decode(bytes);
    if (width < 1 || height < 1 || Math.max(width, height) > MAX_SIDE) {
      throw new Error(`is ${width}×${height} px`);
    }
    const rgb = new Uint8Array(width * height * 3);
    for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
      rgb[to] = rgba[from]!;
      rgb[to + 1] = rgba[from + 1]!;
      rgb[to + 2] = rgba[from + 2]!;
    }
    return { width, height, rgb };
  }
}
