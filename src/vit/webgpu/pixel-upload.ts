import type { RgbImage } from '../../imagery/patch.ts';
import type { GpuProgram } from './gpu-program.ts';

interface Staging {
  buffer: GPUBuffer;
  writable: Promise<void>;
}

/**
 * The way of pictures to a GPU: written as bytes into memory that stays mapped between forwards.
 * `queue.writeBuffer` makes staging memory anew for a batch and copies once more.
 */
export class PixelUpload {
  /** The pictures of a batch, one after another, a level a byte. */
  readonly pixels: GPUBuffer;
  /** In turn: while the GPU is at one batch, the next is written. */
  #staging: [Staging, Staging];

  /** @param side of a picture [px]; its square divides by 4 */
  constructor(
    program: GpuProgram,
    private readonly side: number,
    maxBatch: number,
  ) {
    const { COPY_DST, COPY_SRC, MAP_WRITE, STORAGE } = GPUBufferUsage;
    const words = (maxBatch * 3 * side ** 2) / 4;
    this.pixels = program.buffer(words, STORAGE | COPY_DST);
    const staging = (): Staging => {
      const buffer = program.buffer(words, MAP_WRITE | COPY_SRC);
      return { buffer, writable: this.#map(buffer) };
    };
    this.#staging = [staging(), staging()];
  }

  #map(buffer: GPUBuffer): Promise<void> {
    const mapped = buffer.mapAsync(GPUMapMode.WRITE);
    // The next `write` tells of a failure; a model that is let go has none.
    mapped.catch(() => {});
    return mapped;
  }

  /** @throws Error where a picture has another size */
  async write(images: readonly RgbImage[]): Promise<void> {
    const length = 3 * this.side ** 2;
    for (const { width, height, rgb } of images) {
      if (width !== this.side || height !== this.side || rgb.length !== length) {
        throw new Error(`A picture has ${width}×${height} px, not ${this.side}×${this.side}.`);
      }
    }
    const { buffer, writable } = this.#staging[0];
    await writable;
    const bytes = new Uint8Array(buffer.getMappedRange(0, images.length * length));
    images.forEach(({ rgb }, i) => bytes.set(rgb, i * length));
    buffer.unmap();
  }

  /** Records the copy of what was written. */
  record(encoder: GPUCommandEncoder, batch: number): void {
    const { buffer } = this.#staging[0];
    encoder.copyBufferToBuffer(buffer, 0, this.pixels, 0, batch * 3 * this.side ** 2);
  }

  /** After the submit: asks for the memory back, and takes the other. */
  submitted(): void {
    const [used, next] = this.#staging;
    used.writable = this.#map(used.buffer);
    this.#staging = [next, used];
  }
}
