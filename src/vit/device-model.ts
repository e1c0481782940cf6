import * as tf from '@tensorflow/tfjs';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { RgbImage } from '../imagery/patch.ts';
import { attentionRollout } from './attention-rollout.ts';
import type { Backend } from './backend.ts';
import { forward } from './forward.ts';
import { createParams, disposeParams } from './params.ts';
import type { VitParams } from './params.ts';
import { imagesToPatches } from './preprocess.ts';
import { selfCheck } from './self-check.ts';
import { describeThreads } from './wasm/plan-threads.ts';
import { WasmPool } from './wasm/wasm-pool.ts';
import type { ThreadHost } from './wasm/wasm-pool.ts';
import { WasmVit } from './wasm/wasm-vit.ts';
import { FusedVit } from './webgpu/fused-vit.ts';

/** Answers of one batch, row-major. */
export interface BatchAnswers {
  /** [batch, labels] */
  logits: Float32Array;
  /** [batch, hidden] */
  features: Float32Array;
}

/** A model whose weights lie on a device. */
export interface DeviceModel {
  /** @param images one batch, at the model's size */
  run(images: readonly RgbImage[], signal?: AbortSignal): Promise<BatchAnswers>;
  /** Attention rollout of one image at the model's size, [patches]. */
  explain(image: RgbImage): Promise<Float32Array>;
  /** Memory of its weights and activations, of the GPU or of wasm [bytes]; null where TensorFlow.js keeps it. */
  readonly bytes: number | null;
  /** Batches worth having under way at once: while one computes, the next goes up. */
  readonly atOnce: number;
  /** Images worth sending at once, where the model knows better than its backend. */
  readonly batchSize?: number;
  /** Threads of wasm, for people. */
  readonly threads?: string;
  dispose(): void;
}

type Weights = Pick<Checkpoint, 'config' | 'tensors' | 'preprocessor'>;

const patchesOf = (images: readonly RgbImage[], { preprocessor, config }: Weights): Float32Array =>
  imagesToPatches(images, preprocessor, config);

/** The model in TensorFlow.js's operations, on the backend in use. */
function stockModel(checkpoint: Weights): DeviceModel {
  const { config } = checkpoint;
  const params = createParams(checkpoint);
  return {
    async run(images) {
      const input = patchTensor(images, checkpoint);
      const { logits, features } = forward(params, config, input);
      try {
        // data(), never dataSync(): on WebGPU that would block or fail.
        const [logitValues, featureValues] = await Promise.all([logits.data(), features.data()]);
        const length = images.length * config.labels.length;
        if (logitValues.length !== length) throw new Error(`${logitValues.length} logits`);
        return { logits: logitValues as Float32Array, features: featureValues as Float32Array };
      } finally {
        tf.dispose([input, logits, features]);
      }
    },
    explain: (image) => explainWith(params, checkpoint, image),
    bytes: null,
    atOnce: 1,
    dispose: () => disposeParams(params),
  };
}

/** The model in our own WebGPU kernels. */
async function fusedModel(
  checkpoint: Weights,
  device: GPUDevice,
  maxBatch: number,
): Promise<DeviceModel> {
  const vit = await FusedVit.create(device, checkpoint, maxBatch);
  return {
    run: (images) => vit.forwardImages(images),
    explain: (image) => explainOnce(checkpoint, image),
    bytes: vit.bytes,
    atOnce: 2,
    dispose: () => vit.dispose(),
  };
}

/** The model in our own wasm kernels, in this thread or in several. */
async function wasmModel(
  checkpoint: Weights,
  maxBatch: number,
  host?: ThreadHost | null,
): Promise<DeviceModel> {
  let held: string | null;
  try {
    const pool = host ? await WasmPool.create(checkpoint, host) : null;
    if (pool instanceof WasmPool) return pooledModel(checkpoint, pool);
    held = pool?.held ?? null;
  } catch (error) {
    // Where no worker starts, this thread still computes, and says why it is alone.
    held = error instanceof Error ? error.message : String(error);
  }
  let vit: WasmVit | null = await WasmVit.create(checkpoint, maxBatch);
  const { bytes } = vit;
  return {
    async run(images) {
      if (!vit) throw new Error('This model has been disposed.');
      return vit.forward(patchesOf(images, checkpoint), images.length);
    },
    explain: (image) => explainOnce(checkpoint, image),
    bytes,
    atOnce: 1,
    threads: describeThreads({ count: 1, shared: false, bytes, held }),
    // Nothing else holds its memory.
    dispose: () => void (vit = null),
  };
}

const pooledModel = (checkpoint: Weights, pool: WasmPool): DeviceModel => ({
  run: (images, signal) => pool.run(images, signal),
  explain: (image) => explainOnce(checkpoint, image),
  bytes: pool.bytes,
  // A batch a round of the threads, and another waiting: none idles while an answer travels.
  atOnce: 2,
  get batchSize() {
    return Math.max(1, pool.count);
  },
  get threads() {
    return pool.description;
  },
  dispose: () => pool.dispose(),
});

/** Our own attention never holds its weights; the stock one is made for this and let go. */
async function explainOnce(checkpoint: Weights, image: RgbImage): Promise<Float32Array> {
  const params = createParams(checkpoint);
  try {
    return await explainWith(params, checkpoint, image);
  } finally {
    disposeParams(params);
  }
}

/**
 * Puts the weights on the device: in our kernels where those passed their check and hold this model,
 * else in stock operations; `backend.info` then says why.
 */
export async function createDeviceModel(
  checkpoint: Weights,
  backend: Backend,
  maxBatch: number,
  threads?: ThreadHost | null,
): Promise<DeviceModel> {
  if (backend.kernels === 'stock') return stockModel(checkpoint);
  try {
    return await (backend.device
      ? fusedModel(checkpoint, backend.device, maxBatch)
      : wasmModel(checkpoint, maxBatch, threads));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const { name } = backend.info;
    const fault = await selfCheck(name);
    if (fault) {
      throw new Error(`The backend ${name} ${fault}; the fused kernels: ${reason}`, {
        cause: error,
      });
    }
    const detail = backend.info.detail.replace(/, fused kernels$/, '');
    backend.kernels = 'stock';
    backend.info = {
      ...backend.info,
      detail: `${detail}, stock kernels (the fused ones: ${reason})`,
    };
    return stockModel(checkpoint);
  }
}

function patchTensor(images: readonly RgbImage[], checkpoint: Weights): tf.Tensor2D {
  const patches = patchesOf(images, checkpoint);
  const length = 3 * checkpoint.config.patchSize ** 2;
  return tf.tensor2d(patches, [patches.length / length, length]);
}

async function explainWith(
  params: VitParams,
  checkpoint: Weights,
  image: RgbImage,
): Promise<Float32Array> {
  const input = patchTensor([image], checkpoint);
  try {
    return await attentionRollout(params, checkpoint.config, input);
  } finally {
    input.dispose();
  }
}
