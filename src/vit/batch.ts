import { tokenCount } from '../checkpoint/config.ts';
import type { VitConfig } from '../checkpoint/config.ts';
import type { BackendInfo } from './classifier.ts';

/** Activations that one batch may take on a GPU [bytes]; most adapters have far more. */
const GPU_ACTIVATION_BYTES = 256 * 2 ** 20;

/** Adapters that are the CPU in disguise: batches gain nothing there and hold up a cancel. */
export const SOFTWARE_ADAPTER = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

/** Largest batch worth running at once, a power of two. */
export function batchSizeFor({ name, detail }: BackendInfo, config: VitConfig): number {
  if (name === 'wasm') return 2;
  if (name === 'cpu' || SOFTWARE_ADAPTER.test(detail)) return 1;
  const tokens = tokenCount(config);
  // The widest moment: scores of all heads beside the MLP's hidden layer.
  const bytes = 4 * tokens * (tokens * config.heads + 2 * config.intermediateSize);
  const fit = Math.max(1, Math.min(32, Math.floor(GPU_ACTIVATION_BYTES / bytes)));
  return 2 ** Math.floor(Math.log2(fit));
}

/**
 * Batches for `count` images: full ones, then halves. The GPU buffer pool keeps a buffer for every
 * size it has met, so that the rest of a site must not come in sizes of its own.
 */
export function batchSizes(count: number, largest: number): number[] {
  const sizes: number[] = [];
  let size = 2 ** Math.floor(Math.log2(Math.max(1, largest)));
  for (let left = count; left > 0;) {
    if (size > left) size /= 2;
    else {
      sizes.push(size);
      left -= size;
    }
  }
  return sizes;
}
