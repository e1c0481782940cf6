import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { prefersPerHead } from '../attention.ts';
import { blockForward, blockGradients } from '../block.ts';
import type { BlockContext } from '../block.ts';
import { randomStream } from '../random.ts';
import { blockNames } from '../vit-shape.ts';
import type { NamedTensors } from '../vit-shape.ts';
import type { FusedTraining } from './fused-training.ts';

type T2 = tf.Tensor2D;

/** Largest error of an output or a gradient, relative to its largest number. */
const TOLERANCE = 1e-3;

/** A block of no round sizes: tokens, width, heads, width of the MLP, images. */
const CASE = { tokens: 19, dim: 24, heads: 3, wide: 40, batch: 2 };

/** Why these kernels cannot be trusted, or null. @param sides of the block that is tried */
export async function faultOf(fused: FusedTraining, sides = CASE): Promise<string | null> {
  const device = (tf.backend() as WebGPUBackend).device;
  device.pushErrorScope('validation');
  const { pairs, names, all } = smallCase(fused, sides);
  try {
    const offStep = await optimizerError(fused);
    if (!(offStep <= TOLERANCE)) return `computed an optimiser step wrong (off by ${offStep})`;
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

/** Error of two clipped steps of AdamW, against double precision on the host. */
async function optimizerError(fused: FusedTraining): Promise<number> {
  const settings = { weightDecay: 0.1, maxGradNorm: 0.5, beta1: 0.9, beta2: 0.999, eps: 1e-8 };
  const optimizer = fused.optimizer(settings);
  const random = randomStream(5);
  const sizes = { 'a.weight': 1500, 'a.bias': 3 };
  const numbers = () =>
    Object.entries(sizes).map(([name, size]): [string, number[]] => [
      name,
      Array.from({ length: size }, () => random() - 0.5),
    ]);
  const tensors = (of: [string, number[]][]): NamedTensors =>
    Object.fromEntries(of.map(([name, values]) => [name, tf.tensor1d(values)]));
  const [values, slopes] = [numbers(), numbers()];
  const [weights, gradients] = [tensors(values), tensors(slopes)];
  const length = Math.hypot(...slopes.flatMap(([, slope]) => slope));
  const clip = Math.min(1, settings.maxGradNorm / (length + 1e-6));
  const rate = 0.02;
  try {
    const errors = [];
    for (let step = 1; step <= 2; step++) {
      const norm = optimizer.update(weights, gradients, rate);
      errors.push(relativeError(await norm.data(), [length]));
      norm.dispose();
    }
    for (const [i, [name, own]] of values.entries()) {
      const shrink = name.endsWith('weight') ? 1 - rate * settings.weightDecay : 1;
      // Under a gradient that stays as it is, both corrected moments are it and its square.
      const wanted = own.map((value, k) => {
        const g = slopes[i]![1][k]! * clip;
        const change = (rate * g) / (Math.abs(g) + settings.eps);
        return (value * shrink - change) * shrink - change;
      });
      errors.push(relativeError(await weights[name]!.data(), wanted));
    }
    return Math.max(...errors);
  } finally {
    optimizer.dispose();
    tf.dispose([weights, gradients]);
  }
}

/** A block by both ways: pairs of what should be equal. */
function smallCase(fused: FusedTraining, { tokens, dim, heads, wide, batch }: typeof CASE) {
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
