import * as tf from '@tensorflow/tfjs';
import type { VitConfig } from '../checkpoint/config.ts';
import { vitShapes } from '../checkpoint/vit-tensors.ts';
import { castTensor, elementCount, float32Tensor } from '../checkpoint/named-tensor.ts';
import type { PreprocessorConfig } from '../checkpoint/preprocessor-config.ts';
import type { RgbImage } from '../imagery/patch.ts';
import { forward } from './forward.ts';
import { createParams, disposeParams } from './params.ts';
import { imagesToPatches } from './preprocess.ts';

/** A ViT of one block, small enough to check in a moment, with sides that are no powers of two. */
const TINY: VitConfig = {
  hiddenSize: 24,
  layers: 1,
  heads: 3,
  intermediateSize: 40,
  layerNormEps: 1e-6,
  initializerRange: 0.02,
  imageSize: 12,
  patchSize: 4,
  qkvBias: true,
  labels: ['a', 'b', 'c'],
  raw: {},
};

/** Another mean and spread for each channel, so that none can stand in for another. */
const TINY_PREPROCESSOR: PreprocessorConfig = {
  resize: null,
  rescale: 1 / 255,
  mean: [0.4, 0.5, 0.6],
  std: [0.5, 0.6, 0.4],
  raw: {},
};

/** Largest difference of a logit that rounding explains; the logits are of size 1. */
const TOLERANCE = { F32: 1e-3, F16: 2e-2 };

/** Numbers without a pattern between −1 and 1, the same everywhere. */
const noise = (length: number, start: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin((start + i) * 12.9898) * Math.cos(i * 78.233));

/** The tiny model, its weights in a type of choice, and two images for it, also as patches. */
export function tinyCase(dtype: 'F32' | 'F16' = 'F32') {
  let start = 0;
  const tensors = new Map(
    [...vitShapes(TINY)].map(([name, shape]) => {
      const values = noise(elementCount(shape), (start += 1000)).map((value) => value * 0.5);
      return [name, castTensor(float32Tensor(shape, values), dtype)] as const;
    }),
  );
  const images = [7, 5000].map((at): RgbImage => {
    const rgb = Uint8Array.from(noise(3 * 12 * 12, at), (value) => (value + 1) * 127.5);
    return { width: 12, height: 12, rgb };
  });
  const checkpoint = { config: TINY, tensors, preprocessor: TINY_PREPROCESSOR };
  return { checkpoint, images, patches: imagesToPatches(images, TINY_PREPROCESSOR, TINY) };
}

async function tinyLogits(dtype: 'F32' | 'F16' = 'F32'): Promise<Float32Array> {
  const tiny = tinyCase(dtype);
  const params = createParams(tiny.checkpoint);
  const patches = tf.tensor2d(tiny.patches, [18, 48]);
  const { logits, features } = forward(params, TINY, patches);
  try {
    return (await logits.data()) as Float32Array;
  } finally {
    tf.dispose([logits, features, patches]);
    disposeParams(params);
  }
}

/**
 * Runs a tiny model on the backend in use and on the CPU, and compares: a driver or a shader that
 * computes wrong numbers does not throw.
 * @param compute another way to the logits of `tinyCase`; TensorFlow.js's own operations unless given
 * @param dtype type of the weights that `compute` used; half precision may be computed in, too
 * @returns why the backend cannot be trusted, or null
 */
export async function selfCheck(
  backend: string,
  compute: () => Promise<Float32Array> = tinyLogits,
  dtype: 'F32' | 'F16' = 'F32',
): Promise<string | null> {
  const found = await compute();
  await tf.setBackend('cpu');
  const expected = await tinyLogits(dtype);
  await tf.setBackend(backend);
  const off = found.map((value, index) => Math.abs(value - expected[index]!));
  // NaN is not below the tolerance either.
  if (off.length === expected.length && off.every((value) => value <= TOLERANCE[dtype]))
    return null;
  return `computes wrong numbers (a logit off by ${Math.max(...off).toPrecision(2)} in the self-check)`;
}
