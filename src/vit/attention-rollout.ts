import * as tf from '@tensorflow/tfjs';
import { patchesPerSide, tokenCount } from '../checkpoint/config.ts';
import type { VitConfig } from '../checkpoint/config.ts';
import { embed, block } from './forward.ts';
import { batchedAttention, stockOps } from './ops.ts';
import type { VitOps } from './ops.ts';
import type { VitParams } from './params.ts';

/**
 * Where the model looked: attention rollout from the class token to the patches. Each layer's
 * attention, averaged over heads, is mixed half and half with the identity for the residual path,
 * and the layers are multiplied.
 * @param patches one image, [patches, 3·patch²]
 * @returns share of each patch, row-major, [side²]; sums to 1
 * @see Abnar and Zuidema 2020, "Quantifying attention flow in transformers", section 3
 */
export async function attentionRollout(
  params: VitParams,
  config: VitConfig,
  patches: tf.Tensor2D,
): Promise<Float32Array> {
  const tokens = tokenCount(config);
  const maps: tf.Tensor2D[] = [];
  const rolled = tf.tidy(() => {
    const ops: VitOps = {
      ...stockOps(),
      attention(q, k, v, shape) {
        // Kept past the block's own tidy; freed below.
        maps.push(tf.keep(meanAttention(q, k, shape.heads, tokens)));
        return batchedAttention(q, k, v, shape);
      },
    };
    let x = embed(params, config, patches, { ops });
    for (let layer = 0; layer < config.layers; layer++) {
      x = block(params, config, x, { layer, ops });
    }
    // Only the class token's row of the product is needed: a row vector times each layer, last first.
    let row = tf.oneHot(tf.tensor1d([0], 'int32'), tokens).toFloat() as tf.Tensor2D;
    for (const map of [...maps].reverse()) {
      row = tf.mul(tf.add(row, tf.matMul(row, map)), 0.5);
    }
    const onPatches = tf.slice(row, [0, 1], [1, patchesPerSide(config) ** 2]);
    return tf.div(onPatches, tf.sum(onPatches));
  });
  try {
    return (await rolled.data()) as Float32Array;
  } finally {
    tf.dispose([rolled, ...maps]);
  }
}

/** Attention of one image averaged over heads, [tokens, tokens]; rows sum to 1. */
function meanAttention(q: tf.Tensor2D, k: tf.Tensor2D, heads: number, tokens: number): tf.Tensor2D {
  return tf.tidy(() => {
    const headDim = q.shape[1] / heads;
    const split = (x: tf.Tensor2D) =>
      tf.transpose(tf.reshape(x, [tokens, heads, headDim]), [1, 0, 2]);
    const scores = tf.mul(tf.matMul(split(q), split(k), false, true), headDim ** -0.5);
    return tf.mean(tf.softmax(scores), 0);
  });
}
