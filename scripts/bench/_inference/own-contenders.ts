import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { Checkpoint } from '../../../src/checkpoint/checkpoint.ts';
import { chooseBackend } from '../../../src/vit/backend.ts';
import type { Backend } from '../../../src/vit/backend.ts';
import { forward } from '../../../src/vit/forward.ts';
import { batchedAttention, stockOps } from '../../../src/vit/ops.ts';
import type { VitOps } from '../../../src/vit/ops.ts';
import { createParams, disposeParams } from '../../../src/vit/params.ts';
import { toPatches } from '../../../src/vit/preprocess.ts';
import { WasmVit } from '../../../src/vit/wasm/wasm-vit.ts';
import { FusedVit } from '../../../src/vit/webgpu/fused-vit.ts';
import type { Contender } from './contest.ts';
import { picturesOf, pixelsOf } from './sizes.ts';

type Weights = Pick<Checkpoint, 'config' | 'tensors' | 'preprocessor'>;

/** Upwind in its own kernels, from pictures as the product has them. */
export const fused = (weights: Weights, device: GPUDevice): Contender => ({
  name: 'upwind webgpu',
  async create(batch) {
    const vit = await FusedVit.create(device, weights, batch);
    const pictures = picturesOf(weights.config, batch);
    return {
      run: async () => (await vit.forwardImages(pictures)).logits,
      recordMs: () => vit.recordMs,
      gpuBytes: () => vit.bytes,
      dispose: () => vit.dispose(),
    };
  },
});

/** Upwind in its own wasm kernels, from normalised pixels as the peers. */
export const inWasm = (weights: Weights): Contender => ({
  name: 'upwind wasm',
  async create(batch) {
    const vit = await WasmVit.create(weights, batch);
    const { config } = weights;
    const pixels = pixelsOf(config, batch);
    return {
      run: async () => vit.forward(toPatches(pixels, config), batch).logits,
      dispose: () => {},
    };
  },
});

/** The same model in TensorFlow.js's operations on one of its backends, from normalised pixels. */
export function inTensorFlow(
  weights: Weights,
  { name, backend, ops }: { name: string; backend: 'webgpu' | 'wasm'; ops?: VitOps },
): Contender {
  return {
    name,
    async create(batch) {
      await tf.setBackend(backend);
      const params = createParams(weights);
      const pixels = pixelsOf(weights.config, batch);
      const side = 3 * weights.config.patchSize ** 2;
      let recordMs = 0;
      return {
        async run() {
          if (tf.getBackend() !== backend) await tf.setBackend(backend);
          const patches = toPatches(pixels, weights.config);
          const input = tf.tensor2d(patches, [patches.length / side, side]);
          const start = performance.now();
          const { logits, features } = forward(params, weights.config, input, { ops });
          submitRecorded();
          recordMs = performance.now() - start;
          const values = await logits.data();
          tf.dispose([input, logits, features]);
          return values;
        },
        ...(backend === 'webgpu'
          ? {
              recordMs: () => recordMs,
              gpuBytes: () =>
                (tf.memory() as { numBytesAllocatedInGPU?: number }).numBytesAllocatedInGPU ?? 0,
            }
          : {}),
        dispose: () => disposeParams(params),
      };
    },
  };
}

/** Sends what TensorFlow.js has recorded on its way, as a read-back would. */
function submitRecorded(): void {
  const backend = tf.backend() as Partial<WebGPUBackend> & { endComputePassEncoder?: () => void };
  if (!backend.submitQueue) return;
  backend.ensureCommandEncoderReady!();
  backend.endComputePassEncoder!();
  backend.submitQueue();
}

/** The operations of TensorFlow.js as anyone would write a ViT in them. */
export const plainOps = (): VitOps => ({ ...stockOps('webgpu'), attention: batchedAttention });

/** Starts wasm and, where there is a GPU, WebGPU beside it. */
export async function startOwn(gpu: GPU | null, wasmPaths?: string): Promise<Backend> {
  const wasm = await chooseBackend({ order: ['wasm'], wasmPaths });
  if (!gpu) return wasm;
  return chooseBackend({ order: ['webgpu'], gpu, kernels: 'stock' });
}
