/**
 * Loss and gradients of a ViT classifier, written by hand over named tensors.
 * Equal to PyTorch's autograd and to tfjs's own within rounding; see tests/reference.
 */
import * as tf from '@tensorflow/tfjs';
import { prefersPerHead } from './attention.ts';
import type { AttentionSize } from './attention.ts';
import { blockForward, blockGradients, savedTensors } from './block.ts';
import type { BlockContext } from './block.ts';
import {
  crossEntropy,
  layerNorm,
  layerNormGradients,
  linear,
  linearInputGradient,
  linearWeightGradients,
  sumRows,
} from './ops.ts';
import type { NormSaved } from './ops.ts';
import { firstTrainedBlock, names, patchCount, tokenCount } from './vit-shape.ts';
import type { NamedTensors, TrainedPart, VitShape } from './vit-shape.ts';
import type { FusedTraining } from './webgpu/fused-training.ts';

type T2 = tf.Tensor2D;

export interface BackpropOptions {
  part: TrainedPart;
  /** Keep only each block's input and compute the block again in the backward pass. */
  checkpointing: boolean;
  /** Overrides the backend's own preference (tests). */
  perHead?: boolean;
  /** Blocks in our own WebGPU kernels, where those passed their check. */
  fused?: FusedTraining | null;
}

export interface Gradients {
  loss: tf.Scalar;
  logits: T2;
  /** One per trained tensor, under its name. */
  gradients: NamedTensors;
}

/**
 * CLS features after the last norm, without keeping anything for a backward pass.
 * @param patches [batch·patches, 3·patch²], normalised pixels, each patch in (c, y, x) order
 * @returns [batch, hiddenSize]; the caller disposes it
 */
export function forwardFeatures(
  weights: NamedTensors,
  shape: VitShape,
  patches: T2,
  { fused = null }: Pick<BackpropOptions, 'fused'> = {},
): T2 {
  return tf.tidy(() => {
    const context = contextOf(weights, shape, patches, { fused });
    let x = embed(weights, shape, patches);
    for (let index = 0; index < shape.layers; index++) x = forwardOnly(x, context(index));
    return clsNorm(weights, shape, x).y;
  });
}

/** Logits [batch, classes] of CLS features; the caller disposes them. */
export const forwardHead = (weights: NamedTensors, features: T2): T2 =>
  tf.tidy(() =>
    linear(features, weights[`${names.classifier}.weight`]!, weights[`${names.classifier}.bias`]),
  );

/**
 * Loss and gradients of the classifier alone, from cached features [batch, hiddenSize].
 * The caller disposes the result.
 */
export function headGradients(weights: NamedTensors, features: T2, oneHot: T2): Gradients {
  const flat = tf.tidy(() => {
    const logits = forwardHead(weights, features);
    const { loss, dLogits } = crossEntropy(logits, oneHot);
    return { loss, logits, ...linearWeightGradients(dLogits, features) };
  });
  const { loss, logits, weight, bias } = flat;
  const gradients = {
    [`${names.classifier}.weight`]: weight,
    [`${names.classifier}.bias`]: bias,
  };
  return { loss, logits, gradients };
}

/**
 * Loss and gradients of the trained part of the model for one batch.
 * The caller disposes the result; nothing else stays behind.
 * @param patches [batch·patches, 3·patch²]
 * @param oneHot [batch, classes]
 */
export function backprop(
  weights: NamedTensors,
  shape: VitShape,
  { patches, oneHot }: { patches: T2; oneHot: T2 },
  options: BackpropOptions,
): Gradients {
  const context = contextOf(weights, shape, patches, options);
  const first = firstTrainedBlock(shape, options.part);
  const gradients: NamedTensors = {};

  // Forward: frozen blocks leave nothing; trained ones their input, or all that they computed.
  let x = tf.tidy(() => embed(weights, shape, patches));
  const inputs: T2[] = [];
  const kept: Kept[] = [];
  for (let index = 0; index < shape.layers; index++) {
    const input = x;
    if (index < first) {
      x = tf.tidy(() => forwardOnly(input, context(index)));
      input.dispose();
    } else if (options.checkpointing) {
      x = tf.tidy(() => forwardOnly(input, context(index)));
      inputs.push(input);
    } else {
      const done = forwardKept(input, context(index));
      x = done.y;
      kept.push(done);
      // Some keep the very input.
      if (!done.tensors.includes(input)) input.dispose();
    }
  }

  const top = tf.tidy(() => headBackward(weights, shape, x, oneHot));
  x.dispose();
  Object.assign(gradients, top.gradients);

  let dx = top.dx;
  for (let index = shape.layers - 1; index >= first; index--) {
    const dy = dx;
    const input = inputs.pop();
    const done = tf.tidy(() => {
      const { gradientsOf } = input ? runBlock(input, context(index)) : kept.at(-1)!;
      return gradientsOf(dy);
    });
    Object.assign(gradients, done.gradients);
    dx = done.dx;
    tf.dispose([dy, ...(input ? [input] : kept.pop()!.tensors)]);
  }
  if (first === 0 && options.part.lastBlocks === null) {
    Object.assign(
      gradients,
      tf.tidy(() => embedGradients(shape, patches, dx)),
    );
  }
  dx.dispose();
  return { loss: top.loss, logits: top.logits, gradients };
}

interface RunContext extends BlockContext {
  fused: FusedTraining | null;
}

/** A block's output and what its backward pass needs. */
interface Kept {
  y: T2;
  /** To keep past a tidy, and to dispose. */
  tensors: tf.Tensor[];
  gradientsOf(dy: T2): { dx: T2; gradients: NamedTensors };
}

function contextOf(
  weights: NamedTensors,
  shape: VitShape,
  patches: T2,
  {
    perHead = prefersPerHead(tf.getBackend()),
    fused = null,
  }: Pick<BackpropOptions, 'perHead' | 'fused'>,
): (index: number) => RunContext {
  const size: AttentionSize = {
    batch: patches.shape[0] / patchCount(shape),
    queries: tokenCount(shape),
    tokens: tokenCount(shape),
    heads: shape.heads,
    perHead,
  };
  return (index) => ({
    weights,
    index,
    eps: shape.layerNormEps,
    // Nothing reads the last block's other tokens.
    size: index === shape.layers - 1 ? { ...size, queries: 1 } : size,
    fused,
  });
}

function runBlock(x: T2, context: RunContext): Kept {
  // The last block, for CLS alone, is little work in any case.
  if (context.fused && context.size.queries === context.size.tokens) {
    return context.fused.block(x, context);
  }
  const { y, saved } = blockForward(x, context);
  return {
    y,
    tensors: savedTensors(saved),
    gradientsOf: (dy) => blockGradients(dy, saved, context),
  };
}

const forwardOnly = (x: T2, context: RunContext): T2 => tf.tidy(() => runBlock(x, context).y);

function forwardKept(x: T2, context: RunContext): Kept {
  let result!: Kept;
  tf.tidy(() => {
    result = runBlock(x, context);
    return [result.y, ...result.tensors];
  });
  return result;
}

/** Patch and position embeddings → [batch·tokens, dim]. */
function embed(weights: NamedTensors, shape: VitShape, patches: T2): T2 {
  const dim = shape.hiddenSize;
  const batch = patches.shape[0] / patchCount(shape);
  const weight = tf.reshape(weights[`${names.projection}.weight`]!, [dim, patches.shape[1]]);
  const projected = linear(patches, weight, weights[`${names.projection}.bias`]);
  const cls = tf.tile(tf.reshape(weights[names.cls]!, [1, 1, dim]), [batch, 1, 1]);
  const tokens = tf.concat([cls, tf.reshape(projected, [batch, patchCount(shape), dim])], 1);
  const placed = tf.add(tokens, weights[names.position]!);
  return tf.reshape(placed, [batch * tokenCount(shape), dim]);
}

function embedGradients(shape: VitShape, patches: T2, dx: T2): NamedTensors {
  const { hiddenSize: dim, patchSize } = shape;
  const tokens = tokenCount(shape);
  const batch = dx.shape[0] / tokens;
  const position = tf.reshape(sumRows(tf.reshape(dx, [batch, tokens * dim])), [1, tokens, dim]);
  const dTokens = tf.reshape(dx, [batch, tokens, dim]);
  const dProjected = tf.slice(dTokens, [0, 1, 0], [batch, tokens - 1, dim]);
  const pair = linearWeightGradients(tf.reshape(dProjected, [-1, dim]), patches);
  return {
    [names.cls]: tf.slice(position, [0, 0, 0], [1, 1, dim]),
    [names.position]: position,
    [`${names.projection}.weight`]: tf.reshape(pair.weight, [dim, 3, patchSize, patchSize]),
    [`${names.projection}.bias`]: pair.bias,
  };
}

/** The last norm, of CLS [batch, dim]. */
const clsNorm = (weights: NamedTensors, shape: VitShape, cls: T2): { y: T2 } & NormSaved =>
  layerNorm(cls, {
    weight: weights[`${names.norm}.weight`]!,
    bias: weights[`${names.norm}.bias`]!,
    eps: shape.layerNormEps,
  });

function headBackward(weights: NamedTensors, shape: VitShape, cls: T2, oneHot: T2) {
  const norm = clsNorm(weights, shape, cls);
  const head = weights[`${names.classifier}.weight`]!;
  const logits = linear(norm.y, head, weights[`${names.classifier}.bias`]);
  const { loss, dLogits } = crossEntropy(logits, oneHot);
  const classifier = linearWeightGradients(dLogits, norm.y);
  const dNorm = layerNormGradients(
    linearInputGradient(dLogits, head),
    norm,
    weights[`${names.norm}.weight`]!,
  );
  return {
    loss,
    logits,
    dx: dNorm.x,
    gradients: {
      [`${names.classifier}.weight`]: classifier.weight as tf.Tensor,
      [`${names.classifier}.bias`]: classifier.bias as tf.Tensor,
      [`${names.norm}.weight`]: dNorm.weight as tf.Tensor,
      [`${names.norm}.bias`]: dNorm.bias as tf.Tensor,
    },
  };
}
