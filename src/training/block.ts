/**
 * One pre-norm transformer block: forward that keeps what the backward needs, and backward.
 *
 * Of the last block only CLS is ever read, so there `size.queries` is 1: keys and values come from
 * all tokens, everything after them is computed for CLS alone.
 */
import * as tf from '@tensorflow/tfjs';
import { attention, attentionGradients } from './attention.ts';
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

const QUERY = 'attention.attention.query';
const KEY_VALUE = ['attention.attention.key', 'attention.attention.value'];

/**
 * @param x [batch·tokens, dim]
 * @returns output [batch·queries, dim], and what `blockGradients` needs
 */
export function blockForward(x: T2, context: BlockContext): { y: T2; saved: BlockSaved } {
  const { eps, size } = context;
  const w = reader(context);
  const n1 = layerNorm(x, { ...w.pair('layernorm_before'), eps });
  const query = w.pair(QUERY);
  const { weight, bias } = joinKeyValue(w);
  const asking = linear(askingRows(n1.y, size), query.weight, query.bias);
  const heads = attention(asking, linear(n1.y, weight, bias), size);
  const output = w.pair('attention.output.dense');
  const x1 = tf.add(askingRows(x, size), linear(heads.out, output.weight, output.bias)) as T2;
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
 * @param dy gradient by the block's output [batch·queries, dim]
 * @returns gradient by the block's input [batch·tokens, dim], and by each of its tensors under its
 *   full name
 */
export function blockGradients(
  dy: T2,
  saved: BlockSaved,
  context: BlockContext,
): { dx: T2; gradients: NamedTensors } {
  const { size } = context;
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
  const d = attentionGradients(dAttended, saved.heads, size);
  put(QUERY, linearWeightGradients(d.q, askingRows(saved.h1, size)));
  const joined = linearWeightGradients(d.kv, saved.h1);
  const weights = tf.split(joined.weight, 2, 0);
  const biases = tf.split(joined.bias, 2, 0);
  KEY_VALUE.forEach((name, i) => put(name, { weight: weights[i]!, bias: biases[i]! }));
  const dH1 = tf.add(
    linearInputGradient(d.kv, joinKeyValue(w).weight),
    allRows(linearInputGradient(d.q, w.pair(QUERY).weight), size),
  ) as T2;
  const norm1 = layerNormGradients(dH1, saved.norm1, w.pair('layernorm_before').weight);
  put('layernorm_before', norm1);
  return { dx: tf.add(allRows(dX1, size), norm1.x), gradients };
}

/** Rows of the tokens that ask: x itself, or each image's CLS [batch, dim]. */
function askingRows(x: T2, { batch, queries, tokens }: AttentionSize): T2 {
  if (queries === tokens) return x;
  const dim = x.shape[1];
  return tf.slice(tf.reshape(x, [batch, tokens * dim]) as T2, [0, 0], [batch, dim]);
}

/** The inverse of `askingRows` for gradients: the other tokens get 0. */
function allRows(dx: T2, { batch, queries, tokens }: AttentionSize): T2 {
  if (queries === tokens) return dx;
  const dim = dx.shape[1];
  const rest = tf.zeros([batch, (tokens - 1) * dim]) as T2;
  return tf.reshape(tf.concat2d([dx, rest], 1), [batch * tokens, dim]);
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

/** Key and value as one [2·dim, dim] layer: one wide product instead of two. */
function joinKeyValue(w: Reader): { weight: T2; bias?: tf.Tensor1D } {
  const pairs = KEY_VALUE.map((name) => w.pair(name));
  const weight = tf.concat2d(
    pairs.map((p) => p.weight as T2),
    0,
  );
  const biases = pairs.map((p) => p.bias as tf.Tensor1D | undefined);
  if (biases.some((bias) => bias === undefined)) return { weight };
  return { weight, bias: tf.concat1d(biases as tf.Tensor1D[]) };
}
