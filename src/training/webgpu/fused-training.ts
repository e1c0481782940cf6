import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { fusedUnsupported } from '../../vit/webgpu/fused-vit.ts';
import { kernelPlan } from '../../vit/webgpu/kernels.ts';
import type { KernelPlan } from '../../vit/webgpu/kernels.ts';
import type { AdamWSettings, Optimizer } from '../adamw.ts';
import type { BlockContext } from '../block.ts';
import { FusedAdamW } from './fused-adamw.ts';
import { fusedBlockForward, fusedBlockGradients } from './fused-block.ts';
import { GpuOps } from './gpu-ops.ts';
import { faultOf } from './training-check.ts';

type T2 = tf.Tensor2D;

/** Blocks and the optimiser in our own kernels on the WebGPU backend in use. */
export class FusedTraining {
  #ops = new Map<number, GpuOps>();
  #plan: KernelPlan;

  constructor(
    private readonly backend: WebGPUBackend,
    plan?: KernelPlan,
  ) {
    this.#plan = plan ?? kernelPlan(backend.device);
  }

  /** One block: its output, and how to its gradients. The tensors belong to the caller's tidy. */
  block(x: T2, context: BlockContext) {
    const { batch } = context.size;
    const gpu = this.#ops.get(batch) ?? new GpuOps(this.backend, batch);
    this.#ops.set(batch, gpu);
    const { y, saved } = fusedBlockForward(x, context, gpu, this.#plan);
    return {
      y,
      tensors: Object.values(saved) as tf.Tensor[],
      gradientsOf: (dy: T2) => fusedBlockGradients(dy, saved, context, gpu, this.#plan),
    };
  }

  /** An optimiser of its own; the caller disposes it. */
  optimizer(settings: AdamWSettings): Optimizer {
    return new FusedAdamW(new GpuOps(this.backend, 1), settings);
  }

  dispose(): void {
    for (const gpu of this.#ops.values()) gpu.dispose();
    this.#ops.clear();
  }
}

const verdicts = new WeakMap<GPUDevice, Promise<string | null>>();

/**
 * The kernels for training, after they computed a small block forward and backward as TensorFlow.js
 * does: a wrong shader does not throw.
 * @returns the kernels, or why they are not used; both null where WebGPU is not what computes
 */
export async function fusedTrainingIfSound(
  shape: Parameters<typeof fusedUnsupported>[0],
): Promise<{ fused: FusedTraining | null; reason: string | null }> {
  if (tf.getBackend() !== 'webgpu') return { fused: null, reason: null };
  const unsupported = fusedUnsupported(shape);
  if (unsupported) return { fused: null, reason: unsupported };
  const backend = tf.backend() as WebGPUBackend;
  let verdict = verdicts.get(backend.device);
  if (!verdict) verdicts.set(backend.device, (verdict = faultOf(new FusedTraining(backend))));
  const reason = await verdict;
  return { fused: reason ? null : new FusedTraining(backend), reason };
}
