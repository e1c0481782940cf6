import * as tf from '@tensorflow/tfjs';
import { fastGelu, loopedAttention } from './wasm-ops.ts';

/** How queries, keys and values of one attention are laid out: `[batch·tokens, heads·headDim]`. */
export interface AttentionShape {
  batch: number;
  tokens: number;
  heads: number;
}

/**
 * The four operations a ViT is made of, all on 2-D tensors `[batch·tokens, width]`. Stock
 * TensorFlow.js serves by default; training passes ones with faster gradients.
 */
export interface VitOps {
  /** x·weight + bias; weight is `[in, out]`. */
  linear(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D | undefined): tf.Tensor2D;
  layerNorm(x: tf.Tensor2D, gain: tf.Tensor1D, shift: tf.Tensor1D, epsilon: number): tf.Tensor2D;
  gelu(x: tf.Tensor2D): tf.Tensor2D;
  /** softmax(q·kᵀ/√headDim)·v per image and head. */
  attention(q: tf.Tensor2D, k: tf.Tensor2D, v: tf.Tensor2D, shape: AttentionShape): tf.Tensor2D;
}

function linear(x: tf.Tensor2D, weight: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor2D {
  return tf.fused.matMul({ a: x, b: weight, bias }) as tf.Tensor2D;
}

function layerNorm(
  x: tf.Tensor2D,
  gain: tf.Tensor1D,
  shift: tf.Tensor1D,
  epsilon: number,
): tf.Tensor2D {
  const centred = tf.sub(x, tf.mean(x, 1, true));
  const variance = tf.mean(tf.square(centred), 1, true);
  const scale = tf.rsqrt(tf.add(variance, epsilon));
  return tf.add(tf.mul(tf.mul(centred, scale), gain), shift);
}

/** GELU by the error function, as Hugging Face's "gelu"; not the tanh approximation. */
function gelu(x: tf.Tensor2D): tf.Tensor2D {
  const erf = tf.erf(tf.mul(x, Math.SQRT1_2));
  return tf.mul(tf.mul(x, 0.5), tf.add(erf, 1));
}

/** All heads in one batched matmul: few, large dispatches, for a GPU. */
export function batchedAttention(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  { batch, tokens, heads }: AttentionShape,
): tf.Tensor2D {
  const width = q.shape[1];
  const split = (x: tf.Tensor2D): tf.Tensor3D =>
    tf.reshape(tf.transpose(tf.reshape(x, [batch, tokens, heads, width / heads]), [0, 2, 1, 3]), [
      batch * heads,
      tokens,
      width / heads,
    ]);
  const scores = tf.matMul(split(q), split(k), false, true); // [batch·heads, tokens, tokens]
  const weights = tf.softmax(tf.mul(scores, (width / heads) ** -0.5));
  const mixed = tf.matMul(weights, split(v)); // [batch·heads, tokens, headDim]
  const joined = tf.transpose(
    tf.reshape(mixed, [batch, heads, tokens, width / heads]),
    [0, 2, 1, 3],
  );
  return tf.reshape(joined, [batch * tokens, width]);
}

/** Stock operations for the backend in use. */
export function stockOps(backend: string = tf.getBackend()): VitOps {
  const stock = { linear, layerNorm, gelu, attention: batchedAttention };
  return backend === 'wasm' ? { ...stock, gelu: fastGelu, attention: loopedAttention } : stock;
}
