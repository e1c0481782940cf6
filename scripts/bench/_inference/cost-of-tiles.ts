import { nodeGpu } from '../../../src/platform/node/gpu.ts';
import { weightsOf } from './sizes.ts';

export interface Cost {
  size: string;
  tiles: number;
  backend: string;
  /** From the first picture to the last answer. */
  ms: number;
  /** GPU memory that the model holds: weights, activations, answers. Null off the GPU. */
  gpuBytes: number | null;
}

/** What so many tiles cost once the model is ready, in the batches that the backend would choose. */
export async function costOfTiles({
  sizes,
  tiles,
  say,
}: {
  sizes: string[];
  tiles: number[];
  say: (line: string) => void;
}): Promise<Cost[]> {
  const found = await nodeGpu({ insist: true });
  const { chooseBackend } = await import('../../../src/vit/backend.ts');
  const { createDeviceModel } = await import('../../../src/vit/device-model.ts');
  const { batchSizeFor, batchSizes } = await import('../../../src/vit/batch.ts');
  const { picturesOf } = await import('./sizes.ts');
  const costs: Cost[] = [];
  const order = found.gpu ? (['webgpu'] as const) : (['wasm'] as const);
  const backend = await chooseBackend({ order, gpu: found.gpu, kernels: 'fused' });
  for (const size of sizes) {
    const weights = weightsOf(size);
    const largest = batchSizeFor(backend.info, weights.config);
    const model = await createDeviceModel(weights, backend, largest);
    const pictures = picturesOf(weights.config, largest);
    await model.run(pictures);
    for (const count of tiles) {
      say(`${size}: ${count} tiles in batches of ${largest}`);
      const start = performance.now();
      for (const batch of batchSizes(count, largest)) {
        await model.run(pictures.slice(0, batch));
      }
      const ms = performance.now() - start;
      const gpuBytes = model.gpuBytes;
      costs.push({ size, tiles: count, backend: backend.info.detail, ms, gpuBytes });
    }
    model.dispose();
  }
  return costs;
}
