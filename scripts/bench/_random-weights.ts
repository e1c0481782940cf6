import * as tf from '@tensorflow/tfjs';
import { randomStream } from '../../src/training/random.ts';
import { blockNames, names, patchLength, tokenCount } from '../../src/training/vit-shape.ts';
import type { NamedTensors, VitShape } from '../../src/training/vit-shape.ts';

/** Weights of the right shapes: norms at 1 and 0, the rest uniform with a spread of 0.02. */
export function randomWeights(shape: VitShape, classes: number, seed: number): NamedTensors {
  const random = randomStream(seed);
  const { hiddenSize: dim, intermediateSize: wide, patchSize } = shape;
  const weights: NamedTensors = {};
  const put = (name: string, size: number[]) => {
    const isNorm = name.includes('layernorm');
    const fixed = isNorm ? (name.endsWith('weight') ? 1 : 0) : null;
    const values = new Float32Array(size.reduce((a, b) => a * b, 1));
    // A plain loop: ViT-Base has 86 million of them.
    for (let i = 0; i < values.length; i++) values[i] = fixed ?? (random() - 0.5) * 0.07;
    weights[name] = tf.tensor(values, size);
  };
  put(names.cls, [1, 1, dim]);
  put(names.position, [1, tokenCount(shape), dim]);
  put(`${names.projection}.weight`, [
    dim,
    patchLength(shape) / patchSize ** 2,
    patchSize,
    patchSize,
  ]);
  put(`${names.projection}.bias`, [dim]);
  for (let index = 0; index < shape.layers; index++) {
    for (const name of blockNames(index)) {
      const outputs = name.includes('intermediate') ? wide : dim;
      const inputs = /\d\.output\.dense/.test(name) ? wide : dim;
      const flat = name.endsWith('bias') || name.includes('layernorm');
      put(name, flat ? [outputs] : [outputs, inputs]);
    }
  }
  put(`${names.norm}.weight`, [dim]);
  put(`${names.norm}.bias`, [dim]);
  put(`${names.classifier}.weight`, [classes, dim]);
  put(`${names.classifier}.bias`, [classes]);
  return weights;
}
