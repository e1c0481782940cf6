import * as tf from '@tensorflow/tfjs';
import { patchesPerSide, tokenCount } from '../checkpoint/config.ts';
import type { VitConfig } from '../checkpoint/config.ts';
import { stockOps } from './ops.ts';
import type { VitOps } from './ops.ts';
import type { VitParams } from './params.ts';

export interface ForwardOutput {
  /** [batch, labels] */
  logits: tf.Tensor2D;
  /** CLS token after the last norm, [batch, hidden]. */
  features: tf.Tensor2D;
  /** Input of the first block, then the output of every block, each [batch, tokens, hidden]. */
  hiddenStates: tf.Tensor3D[];
}

export interface ForwardOptions {
  ops?: VitOps;
  /** Keep the hidden states; otherwise the list is empty. */
  keepHiddenStates?: boolean;
}

/** The weights of one part of the model, by the end of their names. */
function part(params: VitParams, prefix: string) {
  const get = <T extends tf.Tensor>(name: string): T => {
    const tensor = params.get(`${prefix}.${name}`);
    if (!tensor) throw new Error(`No weight ${prefix}.${name}.`);
    return tensor as T;
  };
  return {
    weight: (name: string) => get<tf.Tensor2D>(`${name}.weight`),
    vector: (name: string) => get<tf.Tensor1D>(name),
    bias: (name: string) => params.get(`${prefix}.${name}.bias`) as tf.Tensor1D | undefined,
    matrix: (name: string) => get<tf.Tensor2D>(name),
  };
}

/**
 * Patch embedding, class token and positions.
 * @param patches [batch·patches, 3·patch²], pixels of a patch in the order channel, row, column
 * @returns [batch·tokens, hidden]
 */
export function embed(
  params: VitParams,
  config: VitConfig,
  patches: tf.Tensor2D,
  { ops = stockOps() }: ForwardOptions = {},
): tf.Tensor2D {
  return tf.tidy(() => {
    const w = part(params, 'vit.embeddings');
    const count = patchesPerSide(config) ** 2;
    const batch = patches.shape[0] / count;
    const tokens = ops.linear(
      patches,
      w.weight('patch_embeddings.projection'),
      w.bias('patch_embeddings.projection'),
    );
    const rows = tf.reshape(tokens, [batch, count, config.hiddenSize]);
    const cls = tf.tile(tf.reshape(w.matrix('cls_token'), [1, 1, config.hiddenSize]), [
      batch,
      1,
      1,
    ]);
    const joined = tf.concat([cls, rows], 1); // [batch, tokens, hidden]
    const placed = tf.add(joined, tf.expandDims(w.matrix('position_embeddings'), 0));
    return tf.reshape(placed, [batch * tokenCount(config), config.hiddenSize]);
  });
}

/** One pre-norm transformer block, [batch·tokens, hidden] → the same. */
export function block(
  params: VitParams,
  config: VitConfig,
  x: tf.Tensor2D,
  { layer, ops = stockOps() }: ForwardOptions & { layer: number },
): tf.Tensor2D {
  return tf.tidy(() => {
    const w = part(params, `vit.encoder.layer.${layer}`);
    const dense = (input: tf.Tensor2D, name: string) =>
      ops.linear(input, w.weight(name), w.bias(name));
    const norm = (input: tf.Tensor2D, name: string) =>
      ops.layerNorm(
        input,
        w.vector(`${name}.weight`),
        w.vector(`${name}.bias`),
        config.layerNormEps,
      );
    const tokens = tokenCount(config);
    const shape = { batch: x.shape[0] / tokens, tokens, heads: config.heads };
    const normed = norm(x, 'layernorm_before');
    const mixed = ops.attention(
      dense(normed, 'attention.attention.query'),
      dense(normed, 'attention.attention.key'),
      dense(normed, 'attention.attention.value'),
      shape,
    );
    const attended = tf.add(x, dense(mixed, 'attention.output.dense')) as tf.Tensor2D;
    const wide = ops.gelu(dense(norm(attended, 'layernorm_after'), 'intermediate.dense'));
    return tf.add(attended, dense(wide, 'output.dense'));
  });
}

/** Last norm and the class token of each image: [batch·tokens, hidden] → [batch, hidden]. */
export function clsFeatures(
  params: VitParams,
  config: VitConfig,
  x: tf.Tensor2D,
  { ops = stockOps() }: ForwardOptions = {},
): tf.Tensor2D {
  return tf.tidy(() => {
    const w = part(params, 'vit.layernorm');
    const tokens = tokenCount(config);
    const rows = tf.reshape(x, [x.shape[0] / tokens, tokens, config.hiddenSize]);
    const cls = tf.slice(rows, [0, 0, 0], [-1, 1, -1]);
    const flat = tf.reshape(cls, [-1, config.hiddenSize]) as tf.Tensor2D;
    return ops.layerNorm(flat, w.vector('weight'), w.vector('bias'), config.layerNormEps);
  });
}

/** Classifier head: [batch, hidden] → [batch, labels]. */
export function classifierHead(
  params: VitParams,
  features: tf.Tensor2D,
  { ops = stockOps() }: ForwardOptions = {},
): tf.Tensor2D {
  const weight = params.get('classifier.weight') as tf.Tensor2D;
  return ops.linear(features, weight, params.get('classifier.bias') as tf.Tensor1D);
}

/**
 * The whole model. The caller disposes what it returns; nothing else stays behind.
 * @param patches as `embed` takes them
 */
export function forward(
  params: VitParams,
  config: VitConfig,
  patches: tf.Tensor2D,
  options: ForwardOptions = {},
): ForwardOutput {
  const withOps = { ...options, ops: options.ops ?? stockOps() };
  return tf.tidy(() => {
    const hiddenStates: tf.Tensor3D[] = [];
    const keep = (x: tf.Tensor2D) => {
      if (!options.keepHiddenStates) return;
      hiddenStates.push(tf.reshape(x, [-1, tokenCount(config), config.hiddenSize]));
    };
    let x = embed(params, config, patches, withOps);
    keep(x);
    for (let layer = 0; layer < config.layers; layer++) {
      const next = block(params, config, x, { ...withOps, layer });
      x.dispose();
      x = next;
      keep(x);
    }
    const features = clsFeatures(params, config, x, withOps);
    return { logits: classifierHead(params, features, withOps), features, hiddenStates };
  });
}
