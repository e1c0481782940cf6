import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.ts';
import { readCheckpoint } from '../../src/checkpoint/read-checkpoint.ts';
import type { RgbImage } from '../../src/imagery/patch.ts';
import { forward } from '../../src/vit/forward.ts';
import { batchedAttention, stockOps } from '../../src/vit/ops.ts';
import { createParams, disposeParams, readParams } from '../../src/vit/params.ts';
import { imagesToPatches, pixelValues } from '../../src/vit/preprocess.ts';
import { fastGelu, loopedAttention } from '../../src/vit/wasm-ops.ts';
import {
  FIXTURES,
  folderFiles,
  maxDifference,
  nanoExpected,
  nanoImages,
} from '../support/vit-fixtures.ts';

const expected = nanoExpected();
let nano: Checkpoint;
let images: RgbImage[];
beforeAll(async () => {
  tf.enableProdMode();
  nano = await readCheckpoint(folderFiles(`${FIXTURES}/vit-nano`));
  images = await nanoImages();
});

test('pixels are Pillow’s and ViTImageProcessor’s', () => {
  const values = pixelValues(images.slice(0, 1), nano.preprocessor, nano.config.imageSize);
  // One level of 255 is 2/255 = 0.0078 after normalisation; these agree to rounding.
  expect(maxDifference(values, expected.pixel_values_00.values)).toBeLessThan(1e-6);
});

async function run(checkpoint: Checkpoint, attention = stockOps().attention) {
  const before = tf.memory().numTensors;
  const params = createParams(checkpoint);
  const { config } = checkpoint;
  const patches = tf.tensor2d(imagesToPatches(images, checkpoint.preprocessor, config), [
    images.length * 16,
    3 * 64,
  ]);
  const out = forward(params, config, patches, {
    ops: { ...stockOps(), attention },
    keepHiddenStates: true,
  });
  const hidden = out.hiddenStates.map((state) => tf.slice(state, [0, 0, 0], [3, -1, -1]));
  const values = {
    logits: await out.logits.data(),
    features: await out.features.data(),
    hidden: (await Promise.all(hidden.map((state) => state.data()))).flatMap((state) => [...state]),
  };
  tf.dispose([out.logits, out.features, out.hiddenStates, hidden, patches]);
  disposeParams(params);
  expect(tf.memory().numTensors).toBe(before);
  return values;
}

describe.each(['wasm', 'cpu'])('on %s', (backend) => {
  beforeAll(async () => {
    expect(await tf.setBackend(backend)).toBe(true);
  });

  test.each([
    ['looped', loopedAttention],
    ['batched', batchedAttention],
  ])('logits, features and hidden states are PyTorch’s, %s attention', async (_, attention) => {
    const { logits, features, hidden } = await run(nano, attention);
    expect(maxDifference(logits, expected.logits.values)).toBeLessThan(1e-4);
    expect(maxDifference(features, expected.cls_features.values)).toBeLessThan(1e-4);
    expect(maxDifference(hidden, expected.hidden_states_first3.values)).toBeLessThan(1e-4);
  });

  // Half the last place of the type is the relative error of one weight: 2^-11 for F16, 2^-8 for
  // BF16. Through three blocks the logits, of size 0.3, stay within these.
  test.each([
    ['vit-nano-f16', 2e-3],
    ['vit-nano-bf16', 2e-2],
  ])('%s stays within %f of the F32 logits', async (folder, bound) => {
    const checkpoint = await readCheckpoint(folderFiles(`${FIXTURES}/${folder}`));
    const { logits } = await run(checkpoint);
    const difference = maxDifference(logits, expected.logits.values);
    expect(difference).toBeLessThan(bound);
    expect(difference).toBeGreaterThan(0);
  });

  test('GELU without erf is x·Φ(x)', async () => {
    // Φ from Abramowitz and Stegun, table 26.1.
    const table = [
      [0, 0.5],
      [0.5, 0.6914624612740131],
      [1, 0.8413447460685429],
      [2, 0.9772498680518208],
      [3, 0.9986501019683699],
    ];
    const xs = table.flatMap(([x]) => [x!, -x!]);
    const wanted = table.flatMap(([x, phi]) => [x! * phi!, -x! * (1 - phi!)]);
    const values = tf.tidy(() => fastGelu(tf.tensor2d(xs, [1, xs.length])));
    expect(maxDifference(await values.data(), wanted)).toBeLessThan(5e-7);
    values.dispose();
    const wide = tf.tidy(() => fastGelu(tf.tensor2d([-90, -12, 12, 90], [1, 4])));
    expect(maxDifference(await wide.data(), [0, 0, 12, 90])).toBeLessThan(1e-30);
    wide.dispose();
  });

  test('weights come back from the device bit for bit', async () => {
    const params = createParams(nano);
    const tensors = await readParams(params, nano.config);
    disposeParams(params);
    for (const [name, tensor] of nano.tensors) expect(tensors.get(name), name).toEqual(tensor);
  });
});
