/** One pre-norm transformer block: forward that keeps what the backward needs, and backward. */
import * as tf from '@tensorflow/tfjs';
import { attention, attentionGradient } from './attention.ts';
import type { AttentionSaved, AttentionSize } from './attention.ts';
import {
  gelu,
  geluGradient,
  layerNorm,
  layerNormGradients,
  linear,
  linearInputGradient,
  linearWeightGradients,
} from './ops.ts';
import type { NormSaved } from './ops.ts';
import { names } from './vit-shape.ts';
import type { NamedTensors } from './vit-shape.ts';

type T2 = tf.Tensor2D;

export interface BlockSaved {
  norm1: NormSaved;
  h1: T2;
  heads: AttentionSaved;
  attended: T2;
  norm2: NormSaved;
  h2: T2;
  hidden: T2;
  phi: T2;
  activated: T2;
}

export interface BlockContext {
  weights: NamedTensors;
  index: number;
  eps: number;
  size: AttentionSize;
}

const QKV = ['query', 'key', 'value'].map((name) => `attention.attention.${name}`);

/** x [batch·tokens, dim] → the block's output, and what `blockGradients` needs. */
export function blockForward(x: T2, context: BlockContext): { y: T2; saved: BlockSaved } {
  const { eps, size } = context;
  const w = reader(context);
  const n1 = layerNorm(x, { ...w.pair('layernorm_before'), eps });
  const { weight: qkvWeight, bias: qkvBias } = joinQkv(w);
  const heads = attention(linear(n1.y, qkvWeight, qkvBias), size);
  const output = w.pair('attention.output.dense');
  const x1 = tf.add(x, linear(heads.out, output.weight, output.bias)) as T2;
  const n2 = layerNorm(x1, { ...w.pair('layernorm_after'), eps });
  const intermediate = w.pair('intermediate.dense');
  const hidden = linear(n2.y, intermediate.weight, intermediate.bias);
  const activated = gelu(hidden);
  const last = w.pair('output.dense');
  const y = tf.add(x1, linear(activated.y, last.weight, last.bias)) as T2;
  const saved: BlockSaved = {
    norm1: { normed: n1.normed, inverseStd: n1.inverseStd },
    h1: n1.y,
    heads: heads.saved,
    attended: heads.out,
    norm2: { normed: n2.normed, inverseStd: n2.inverseStd },
    h2: n2.y,
    hidden,
    phi: activated.phi,
    activated: activated.y,
  };
  return { y, saved };
}

/**
 * @param dy gradient by the block's output [batch·tokens, dim]
 * @returns gradient by the block's input, and by each of its tensors under its full name
 */
export function blockGradients(
  dy: T2,
  saved: BlockSaved,
  context: BlockContext,
): { dx: T2; gradients: NamedTensors } {
  const w = reader(context);
  const gradients: NamedTensors = {};
  const put = (name: string, pair: { weight: tf.Tensor; bias: tf.Tensor }) => {
    gradients[w.full(`${name}.weight`)] = pair.weight;
    if (w.has(`${name}.bias`)) gradients[w.full(`${name}.bias`)] = pair.bias;
  };

  put('output.dense', linearWeightGradients(dy, saved.activated));
  const dActivated = linearInputGradient(dy, w.pair('output.dense').weight);
  const dHidden = geluGradient(dActivated, saved.hidden, saved.phi);
  put('intermediate.dense', linearWeightGradients(dHidden, saved.h2));
  const dH2 = linearInputGradient(dHidden, w.pair('intermediate.dense').weight);
  const norm2 = layerNormGradients(dH2, saved.norm2, w.pair('layernorm_after').weight);
  put('layernorm_after', norm2);
  const dX1 = tf.add(dy, norm2.x) as T2;

  put('attention.output.dense', linearWeightGradients(dX1, saved.attended));
  const dAttended = linearInputGradient(dX1, w.pair('attention.output.dense').weight);
  const dQkv = attentionGradient(dAttended, saved.heads, context.size);
  const joined = linearWeightGradients(dQkv, saved.h1);
  const weights = tf.split(joined.weight, 3, 0);
  const biases = tf.split(joined.bias, 3, 0);
  QKV.forEach((name, i) => put(name, { weight: weights[i]!, bias: biases[i]! }));
  const dH1 = linearInputGradient(dQkv, joinQkv(w).weight);
  const norm1 = layerNormGradients(dH1, saved.norm1, w.pair('layernorm_before').weight);
  put('layernorm_before', norm1);
  return { dx: tf.add(dX1, norm1.x), gradients };
}

/** Every tensor of `saved`, to keep it past a tidy or to dispose it. */
export function savedTensors(saved: BlockSaved): tf.Tensor[] {
  const { norm1, norm2, heads, ...rest } = saved;
  return [
    ...Object.values(rest),
    ...Object.values(norm1),
    ...Object.values(norm2),
    ...Object.values(heads).flat(),
  ];
}

type Reader = ReturnType<typeof reader>;

function reader({ weights, index }: BlockContext) {
  const full = (name: string) => `${names.block(index)}.${name}`;
  return {
    full,
    has: (name: string) => weights[full(name)] !== undefined,
    pair: (name: string) => ({
      weight: weights[full(`${name}.weight`)]!,
      bias: weights[full(`${name}.bias`)]!,
    }),
  };
}

/** Query, key and value as one [3·dim, dim] layer: one wide product instead of three. */
function joinQkv(w: Reader): { weight: T2; bias?: tf.Tensor1D } {
  const pairs = QKV.map((name) => w.pair(name));
  const weight = tf.concat2d(
    pairs.map((p) => p.weight as T2),
    0,
  );
  const biases = pairs.map((p) => p.bias as tf.Tensor1D | undefined);
  if (biases.some((bias) => bias === undefined)) return { weight };
  return { weight, bias: tf.concat1d(biases as tf.Tensor1D[]) };
}
