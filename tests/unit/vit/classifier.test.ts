import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../../src/checkpoint/checkpoint.ts';
import { readCheckpoint } from '../../../src/checkpoint/read-checkpoint.ts';
import type { RgbImage } from '../../../src/imagery/patch.ts';
import { chooseBackend } from '../../../src/vit/backend.ts';
import { batchSizeFor, batchSizes } from '../../../src/vit/batch.ts';
import type { ExplainingClassifier } from '../../../src/vit/classifier.ts';
import { createClassifier } from '../../../src/vit/create-classifier.ts';
import { softmax } from '../../../src/vit/softmax.ts';
import {
  FIXTURES,
  folderFiles,
  maxDifference,
  nanoExpected,
  nanoImages,
} from '../../support/vit-fixtures.ts';

let nano: Checkpoint;
let images: RgbImage[];
let classifier: ExplainingClassifier | null = null;
const expected = nanoExpected();
beforeAll(async () => {
  nano = await readCheckpoint(folderFiles(`${FIXTURES}/vit-nano`));
  images = await nanoImages();
});
afterEach(async () => {
  await classifier?.dispose();
  classifier = null;
  expect(tf.memory().numTensors).toBe(0);
});

describe('a classifier on wasm', () => {
  test('gives PyTorch’s logits and probabilities, whatever the batches', async () => {
    classifier = await createClassifier(nano, { order: ['wasm'], batchSize: 8 });
    const before = tf.memory().numTensors;
    const answers = await classifier.classify(images);
    expect(tf.memory().numTensors).toBe(before);
    const flat = (pick: (answer: (typeof answers)[number]) => Float32Array) =>
      answers.flatMap((answer) => [...pick(answer)]);
    expect(
      maxDifference(
        flat(({ logits }) => logits),
        expected.logits.values,
      ),
    ).toBeLessThan(1e-4);
    expect(
      maxDifference(
        flat(({ probabilities }) => probabilities),
        expected.probabilities.values,
      ),
    ).toBeLessThan(1e-4);
    expect(
      maxDifference(
        flat(({ features }) => features),
        expected.cls_features.values,
      ),
    ).toBeLessThan(1e-4);
    expect(classifier.backend).toMatchObject({ name: 'wasm', rejected: [] });
    expect(classifier.backend.detail).toBe('SIMD, fused kernels');
    expect(classifier.backend.threads).toBe('1 thread, 0 MB');
  });

  test('divides by the temperature that calibration found', async () => {
    const cool = { ...nano, upwind: { ...nano.upwind, temperature: 0.5 } };
    classifier = await createClassifier(cool, { order: ['wasm'] });
    const [answer] = await classifier.classify(images.slice(0, 1));
    // exp(l/0.5) = exp(l)², so probabilities are PyTorch's squared and normalised again.
    const squares = expected.probabilities.values.slice(0, 3).map((value) => value ** 2);
    const sum = squares.reduce((total, value) => total + value, 0);
    expect(
      maxDifference(
        answer!.probabilities,
        squares.map((value) => value / sum),
      ),
    ).toBeLessThan(1e-4);
  });

  test('stops between two batches', async () => {
    classifier = await createClassifier(nano, { order: ['wasm'], batchSize: 1 });
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    const run = classifier.classify(images, { signal: controller.signal });
    setTimeout(() => controller.abort(), 1);
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    expect(tf.memory().numTensors).toBe(before);
  });

  test('says in one line that a picture has the wrong size where the checkpoint does not resize', async () => {
    const fixed = { ...nano, preprocessor: { ...nano.preprocessor, resize: null } };
    classifier = await createClassifier(fixed, { order: ['wasm'] });
    await expect(classifier.classify(images.slice(0, 1))).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining(`32×32 px, not ${images[0]!.width}×${images[0]!.height}.`),
    });
  });

  test('refuses work once disposed', async () => {
    const gone = await createClassifier(nano, { order: ['wasm'] });
    await gone.dispose();
    await gone.dispose();
    await expect(gone.classify(images)).rejects.toThrow(/disposed/);
  });
});

describe('where it looked', () => {
  test('is the same on wasm and cpu, and leaves no tensor', async () => {
    const maps = [];
    for (const backend of ['wasm', 'cpu'] as const) {
      const one = await createClassifier(nano, { order: [backend] });
      const before = tf.memory().numTensors;
      maps.push(await one.explain(images[3]!));
      expect(tf.memory().numTensors).toBe(before);
      await one.dispose();
    }
    expect(maps[0]!.side).toBe(4);
    expect(maxDifference(maps[0]!.weights, maps[1]!.weights)).toBeLessThan(1e-5);
    const sum = maps[0]!.weights.reduce((total, weight) => total + weight, 0);
    expect(sum).toBeCloseTo(1, 5);
  });

  test('is everywhere alike where every query is zero', async () => {
    // Equal scores: each token attends to all 17 alike, so the patches get equal shares.
    const tensors = new Map(nano.tensors);
    for (const [name, tensor] of tensors) {
      if (!name.includes('attention.query')) continue;
      tensors.set(name, { ...tensor, data: new Uint8Array(tensor.data.length) });
    }
    classifier = await createClassifier({ ...nano, tensors }, { order: ['wasm'] });
    const { weights } = await classifier.explain(images[0]!);
    expect(maxDifference(weights, Array(16).fill(1 / 16))).toBeLessThan(1e-6);
  });
});

describe('the choice of a backend', () => {
  test('names each one passed over, with the reason', async () => {
    const { info } = await chooseBackend({
      order: ['webgpu', 'webgl', 'wasm'],
      gpuMissing: 'this test has none',
    });
    expect(info.name).toBe('wasm');
    expect(info.detail).toBe('SIMD');
    expect(info.rejected.map(({ name }) => name)).toEqual(['webgpu', 'webgl']);
    expect(info.rejected[0]!.reason).toBe('this test has none');
    expect(info.rejected[1]!.reason).not.toBe('');
  });

  test('that fails altogether is one line', async () => {
    await expect(chooseBackend({ order: ['webgpu'], gpu: null })).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/No compute backend works here \(webgpu: /),
    });
  });

  test('passes over an adapter that is not there', async () => {
    const gpu = { requestAdapter: async () => null } as unknown as GPU;
    const { info } = await chooseBackend({ order: ['webgpu', 'cpu'], gpu });
    expect(info).toMatchObject({
      name: 'cpu',
      rejected: [{ name: 'webgpu', reason: 'no WebGPU adapter' }],
    });
  });

  test('refuses one that computes wrong numbers', async () => {
    await tf.setBackend('wasm');
    const sigmoid = tf.getKernel('Sigmoid', 'wasm')!;
    tf.unregisterKernel('Sigmoid', 'wasm');
    tf.registerKernel({ ...sigmoid, kernelFunc: tf.getKernel('Tanh', 'wasm')!.kernelFunc });
    try {
      const { info } = await chooseBackend({ order: ['wasm', 'cpu'] });
      expect(info.name).toBe('cpu');
      expect(info.rejected[0]!.reason).toMatch(/wrong numbers/);
    } finally {
      tf.unregisterKernel('Sigmoid', 'wasm');
      tf.registerKernel(sigmoid);
    }
  });
});

test('batches are powers of two, largest first, and add up', () => {
  expect(batchSizes(145, 8)).toEqual([...Array(18).fill(8), 1]);
  expect(batchSizes(13, 8)).toEqual([8, 4, 1]);
  expect(batchSizes(3, 6)).toEqual([2, 1]);
  expect(batchSizes(0, 8)).toEqual([]);
});

test('batches fit the adapter', () => {
  const base = { ...nano.config, hiddenSize: 768, heads: 12, imageSize: 224, patchSize: 16 };
  const on = (name: 'webgpu' | 'wasm', detail: string) =>
    batchSizeFor({ name, detail, rejected: [] }, { ...base, intermediateSize: 3072 });
  expect(on('webgpu', 'nvidia hopper')).toBe(32);
  expect(on('webgpu', 'SwiftShader Device')).toBe(1);
  expect(on('wasm', 'SIMD')).toBe(2);
});

test('softmax does not overflow', () => {
  expect([...softmax([1000, 1000], 0.01)]).toEqual([0.5, 0.5]);
});
