import * as tf from '@tensorflow/tfjs';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { patchesPerSide } from '../checkpoint/config.ts';
import { attentionRollout } from './attention-rollout.ts';
import type { Backend } from './backend.ts';
import { forward } from './forward.ts';
import { createParams, disposeParams } from './params.ts';
import type { VitParams } from './params.ts';
import { selfCheck } from './self-check.ts';
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
  /** @param patches [batch·patches, 3·patch²] */
  run(patches: Float32Array, batch: number): Promise<BatchAnswers>;
  /** Attention rollout of one image, [patches]. */
  explain(patches: Float32Array): Promise<Float32Array>;
  /** GPU memory that it holds [bytes]; null where TensorFlow.js keeps it. */
  readonly gpuBytes: number | null;
  dispose(): void;
}

type Weights = Pick<Checkpoint, 'config' | 'tensors'>;

/** The model in TensorFlow.js's operations, on the backend in use. */
function stockModel(checkpoint: Weights): DeviceModel {
  const { config } = checkpoint;
  const params = createParams(checkpoint);
  return {
    async run(patches, batch) {
      const input = patchTensor(patches, checkpoint);
      const { logits, features } = forward(params, config, input);
      try {
        // data(), never dataSync(): on WebGPU that would block or fail.
        const [logitValues, featureValues] = await Promise.all([logits.data(), features.data()]);
        const length = batch * config.labels.length;
        if (logitValues.length !== length) throw new Error(`${logitValues.length} logits`);
        return { logits: logitValues as Float32Array, features: featureValues as Float32Array };
      } finally {
        tf.dispose([input, logits, features]);
      }
    },
    explain: (patches) => explainWith(params, checkpoint, patches),
    gpuBytes: null,
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
    run: (patches, batch) => vit.forward(patches, batch),
    explain: (patches) => explainOnce(checkpoint, patches),
    gpuBytes: vit.bytes,
    dispose: () => vit.dispose(),
  };
}

/** The model in our own wasm kernels. */
async function wasmModel(checkpoint: Weights, maxBatch: number): Promise<DeviceModel> {
  let vit: WasmVit | null = await WasmVit.create(checkpoint, maxBatch);
  return {
    async run(patches, batch) {
      if (!vit) throw new Error('This model has been disposed.');
      return vit.forward(patches, batch);
    },
    explain: (patches) => explainOnce(checkpoint, patches),
    gpuBytes: null,
    // Nothing else holds its memory.
    dispose: () => void (vit = null),
  };
}

/** Our own attention never holds its weights; the stock one is made for this and let go. */
async function explainOnce(checkpoint: Weights, patches: Float32Array): Promise<Float32Array> {
  const params = createParams(checkpoint);
  try {
    return await explainWith(params, checkpoint, patches);
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
): Promise<DeviceModel> {
  if (backend.kernels === 'stock') return stockModel(checkpoint);
  try {
    return await (backend.device
      ? fusedModel(checkpoint, backend.device, maxBatch)
      : wasmModel(checkpoint, maxBatch));
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

const patchTensor = (patches: Float32Array, { config }: Weights): tf.Tensor2D =>
  tf.tensor2d(patches, [patches.length / (3 * config.patchSize ** 2), 3 * config.patchSize ** 2]);

async function explainWith(
  params: VitParams,
  checkpoint: Weights,
  patches: Float32Array,
): Promise<Float32Array> {
  if (
    patches.length !==
    3 * checkpoint.config.patchSize ** 2 * patchesPerSide(checkpoint.config) ** 2
  ) {
    throw new Error('Attention is explained for one image at a time.');
  }
  const input = patchTensor(patches, checkpoint);
  try {
    return await attentionRollout(params, checkpoint.config, input);
  } finally {
    input.dispose();
  }
}
