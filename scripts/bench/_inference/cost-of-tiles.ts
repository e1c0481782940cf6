import { nodeThreads } from '../../../src/platform/node/compute-threads.ts';
import { nodeGpu } from '../../../src/platform/node/gpu.ts';
import { weightsOf } from './sizes.ts';

export interface Cost {
  size: string;
  tiles: number;
  /** Backend, adapter and threads. */
  backend: string;
  /** From the first picture to the last answer. */
  ms: number;
  /** Memory that the model holds, of the GPU or of wasm: weights, activations, answers. */
  bytes: number | null;
}

/** What so many tiles cost once the model is ready, in the batches that the backend would choose. */
export async function costOfTiles({
  sizes,
  tiles,
  wasm,
  threads,
  say,
}: {
  sizes: string[];
  tiles: number[];
  /** On wasm although there is a GPU. */
  wasm: boolean;
  /** Threads of wasm; all cores unless given. */
  threads?: number;
  say: (line: string) => void;
}): Promise<Cost[]> {
  const found = wasm ? { gpu: null } : await nodeGpu({ insist: true });
  const { chooseBackend } = await import('../../../src/vit/backend.ts');
  const { createDeviceModel } = await import('../../../src/vit/device-model.ts');
  const { batchSizeFor, batchSizes } = await import('../../../src/vit/batch.ts');
  const { picturesOf } = await import('./sizes.ts');
  const { default: pLimit } = await import('p-limit');
  const costs: Cost[] = [];
  const order = found.gpu ? (['webgpu'] as const) : (['wasm'] as const);
  const backend = await chooseBackend({ order, gpu: found.gpu, kernels: 'fused' });
  for (const size of sizes) {
    const weights = weightsOf(size);
    const most = batchSizeFor(backend.info, weights.config);
    const model = await createDeviceModel(weights, backend, most, nodeThreads(threads));
    const largest = model.batchSize ?? most;
    const pictures = picturesOf(weights.config, largest);
    await model.run(pictures);
    const { name, detail } = backend.info;
    const on = [name, detail, model.threads].filter(Boolean).join(', ');
    for (const count of tiles) {
      say(`${size}: ${count} tiles in batches of ${largest} on ${on}`);
      const limit = pLimit(model.atOnce);
      const start = performance.now();
      await limit.map(batchSizes(count, largest), (batch) => model.run(pictures.slice(0, batch)));
      const ms = performance.now() - start;
      costs.push({ size, tiles: count, backend: on, ms, bytes: model.bytes });
    }
    model.dispose();
  }
  return costs;
}
