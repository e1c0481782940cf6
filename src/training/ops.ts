/**
 * Layers of a transformer, each as a forward and the matching backward, on 2-D tensors.
 *
 * Why not automatic gradients: they multiply by transposed operands, for which the wasm backend
 * has only a slow loop (its fast path wants two plain matrices) and the webgpu backend only its
 * scalar kernel. Here every transpose is explicit and every product is plain × plain.
 */
import * as tf from '@tensorflow/tfjs';

type T2 = tf.Tensor2D;

const t = (x: T2): T2 => tf.transpose(x);

/** Sums the rows of x [n, d] → [1, d]; a product, since a wasm `sum` over axis 0 transposes first. */
export const sumRows = (x: T2): T2 => tf.matMul(tf.ones([1, x.shape[0]]) as T2, x);

/** Mean of each row of x [n, d] → [n, 1]. */
const rowMean = (x: T2): T2 => tf.mean(x, 1, true);

/** x [n, in] · weightᵀ [in, out] + bias [out] → [n, out]. */
export function linear(x: T2, weight: tf.Tensor, bias?: tf.Tensor): T2 {
  const weightT = t(weight as T2);
  return bias
    ? (tf.fused.matMul({ a: x, b: weightT, bias: bias as tf.Tensor1D }) as T2)
    : tf.matMul(x, weightT);
}

/** Gradient by the input of `linear`: dy [n, out] · weight [out, in] → [n, in]. */
export const linearInputGradient = (dy: T2, weight: tf.Tensor): T2 => tf.matMul(dy, weight as T2);

/** Gradients by weight [out, in] and bias [out] of `linear`. */
export function linearWeightGradients(dy: T2, x: T2): { weight: T2; bias: tf.Tensor1D } {
  const dyT = t(dy);
  const bias = tf.matMul(dyT, tf.ones([dy.shape[0], 1]) as T2);
  return { weight: tf.matMul(dyT, x), bias: tf.reshape(bias, [dy.shape[1]]) };
}

export interface NormSaved {
  /** (x − mean)/std, [n, d]. */
  normed: T2;
  /** 1/std, [n, 1]. */
  inverseStd: T2;
}

/** LayerNorm over each row of x [n, d]. */
export function layerNorm(
  x: T2,
  { weight, bias, eps }: { weight: tf.Tensor; bias: tf.Tensor; eps: number },
): { y: T2 } & NormSaved {
  const centred = tf.sub(x, rowMean(x)) as T2;
  const inverseStd = tf.rsqrt(tf.add(rowMean(tf.square(centred)), eps)) as T2;
  const normed = tf.mul(centred, inverseStd) as T2;
  return { y: tf.add(tf.mul(normed, weight), bias) as T2, normed, inverseStd };
}

/** Gradients of `layerNorm`. */
export function layerNormGradients(
  dy: T2,
  { normed, inverseStd }: NormSaved,
  weight: tf.Tensor,
): { x: T2; weight: tf.Tensor1D; bias: tf.Tensor1D } {
  const dNormed = tf.mul(dy, weight) as T2;
  const along = tf.mul(normed, rowMean(tf.mul(dNormed, normed)));
  const x = tf.mul(tf.sub(tf.sub(dNormed, rowMean(dNormed)), along), inverseStd) as T2;
  const flat = (sum: T2) => tf.reshape(sum, [dy.shape[1]]) as tf.Tensor1D;
  return { x, weight: flat(sumRows(tf.mul(dy, normed))), bias: flat(sumRows(dy)) };
}

/** x·Φ(x) with the exact normal distribution function Φ, which the backward uses again. */
export function gelu(x: T2): { y: T2; phi: T2 } {
  const phi = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5) as T2;
  return { y: tf.mul(x, phi), phi };
}

/** d gelu/dx = Φ(x) + x·φ(x), φ the normal density. */
export function geluGradient(dy: T2, x: T2, phi: T2): T2 {
  const density = tf.exp(tf.mul(tf.square(x), -0.5));
  const slope = tf.add(phi, tf.mul(tf.mul(x, density), 1 / Math.sqrt(2 * Math.PI)));
  return tf.mul(dy, slope);
}

/**
 * Mean cross-entropy of logits [n, classes], and its gradient by the logits.
 * @param oneHot [n, classes]
 */
export function crossEntropy(logits: T2, oneHot: T2): { loss: tf.Scalar; dLogits: T2 } {
  const shifted = tf.sub(logits, tf.max(logits, 1, true)) as T2;
  const exp = tf.exp(shifted);
  const sum = tf.sum(exp, 1, true);
  const logProbability = tf.sub(shifted, tf.log(sum));
  const loss = tf.neg(tf.sum(tf.mul(logProbability, oneHot))).div(logits.shape[0]) as tf.Scalar;
  const dLogits = tf.div(tf.sub(tf.div(exp, sum), oneHot), logits.shape[0]) as T2;
  return { loss, dLogits };
}
