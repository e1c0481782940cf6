import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { fusedUnsupported } from '../../vit/webgpu/fused-vit.ts';
import { kernelPlan } from '../../vit/webgpu/kernels.ts';
import type { KernelPlan } from '../../vit/webgpu/kernels.ts';
import { prefersPerHead } from '../attention.ts';
import { blockForward, blockGradients } from '../block.ts';
import type { BlockContext } from '../block.ts';
import { randomStream } from '../random.ts';
import { blockNames } from '../vit-shape.ts';
import type { NamedTensors } from '../vit-shape.ts';
import { fusedBlockForward, fusedBlockGradients } from './fused-block.ts';
import { GpuOps } from './gpu-ops.ts';

type T2 = tf.Tensor2D;

/** Blocks in our own kernels on the WebGPU backend in use. */
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

  dispose(): void {
    for (const gpu of this.#ops.values()) gpu.dispose();
    this.#ops.clear();
  }
}

/** Largest error of an output or a gradient, relative to its largest number. */
const TOLERANCE = 1e-3;

/** A block of no round sizes: tokens, width, heads, width of the MLP, images. */
const CASE = { tokens: 19, dim: 24, heads: 3, wide: 40, batch: 2 };

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

/** Why these kernels cannot be trusted, or null. */
export async function faultOf(fused: FusedTraining): Promise<string | null> {
  const device = (tf.backend() as WebGPUBackend).device;
  device.pushErrorScope('validation');
  const { pairs, names, all } = smallCase(fused);
  try {
    for (const [i, [found, wanted]] of pairs.entries()) {
      const off = relativeError(await found.data(), await wanted.data());
      if (!(off <= TOLERANCE)) return `computed ${names[i]} wrong (off by ${off})`;
    }
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    tf.dispose(all);
    fused.dispose();
    const error = await device.popErrorScope();
    // eslint-disable-next-line no-unsafe-finally -- what the device reports is the better reason
    if (error) return error.message;
  }
}

/** A block by both ways: pairs of what should be equal. */
function smallCase(fused: FusedTraining) {
  const { tokens, dim, heads, wide, batch } = CASE;
  const random = randomStream(3);
  const filled = (shape: number[], spread: number, centre = 0) =>
    tf.tensor(
      Float32Array.from(
        { length: shape.reduce((a, b) => a * b, 1) },
        () => centre + (random() - 0.5) * spread,
      ),
      shape,
    );
  const weights: NamedTensors = {};
  for (const name of blockNames(0)) {
    const outputs = name.includes('intermediate') ? wide : dim;
    const inputs = /\d\.output\.dense/.test(name) ? wide : dim;
    const flat = name.endsWith('bias') || name.includes('layernorm');
    const centre = name.includes('layernorm') && name.endsWith('weight') ? 1 : 0;
    weights[name] = filled(flat ? [outputs] : [outputs, inputs], 0.8, centre);
  }
  const x = filled([batch * tokens, dim], 2) as T2;
  const dy = filled([batch * tokens, dim], 2) as T2;
  const size = { batch, queries: tokens, tokens, heads, perHead: prefersPerHead('webgpu') };
  const context: BlockContext = { weights, index: 0, eps: 1e-6, size };
  const names: string[] = [];
  const pairs = tf.tidy(() => {
    const ours = fused.block(x, context);
    const { dx, gradients } = ours.gradientsOf(dy);
    const stock = blockForward(x, context);
    const wanted = blockGradients(dy, stock.saved, context);
    const list: [tf.Tensor, tf.Tensor][] = [
      [ours.y, stock.y],
      [dx, wanted.dx],
    ];
    names.push('the output', 'the gradient by the input');
    for (const name of Object.keys(wanted.gradients)) {
      // A key's bias shifts every score of a row alike: its true gradient is 0.
      if (name.includes('key.bias')) continue;
      list.push([gradients[name]!, wanted.gradients[name]!]);
      names.push(`the gradient by ${name}`);
    }
    return list;
  });
  return { pairs, names, all: [weights, x, dy, pairs] as tf.TensorContainer[] };
}

function relativeError(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let [worst, scale] = [found.length === wanted.length ? 0 : Infinity, 0];
  for (let i = 0; i < wanted.length; i++) {
    const off = Math.abs(found[i]! - wanted[i]!);
    if (!(off <= worst)) worst = off;
    scale = Math.max(scale, Math.abs(wanted[i]!));
  }
  return worst / scale;
}
