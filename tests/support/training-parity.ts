import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.ts';
import { AdamW } from '../../src/training/adamw.ts';
import {
  backprop,
  forwardFeatures,
  forwardHead,
  headGradients,
} from '../../src/training/backprop.ts';
import type { BackpropOptions } from '../../src/training/backprop.ts';
import { uploadWeights } from '../../src/training/device-weights.ts';
import { linearDecay, totalSteps } from '../../src/training/schedule.ts';
import type { FusedTraining } from '../../src/training/webgpu/fused-training.ts';
import { patchLength, trainedNames } from '../../src/training/vit-shape.ts';
import { imagesToPatches } from '../../src/vit/preprocess.ts';
import { NANO, checkpointAt, nanoExpected, rgbImage } from './training.ts';
import type { NanoExpected } from './training.ts';

/**
 * Holds hand-written gradients and whole runs against PyTorch's figures on one backend.
 * @param start puts TensorFlow.js on that backend
 * @param perHead ways of attention to try; the backend's own comes in the runs anyway
 * @param fused kernels of our own to hold against PyTorch too, once the backend is started
 */
export function parityWithPyTorch(
  start: () => Promise<void>,
  { perHead = [true, false], fused }: { perHead?: boolean[]; fused?: () => FusedTraining } = {},
): void {
  let nano: Checkpoint;
  let expected: NanoExpected;
  let rows: Float32Array;

  beforeAll(async () => {
    await start();
    nano = await checkpointAt(NANO);
    expected = await nanoExpected();
    const images = await Promise.all(expected.images.map((name) => rgbImage(`${NANO}${name}`)));
    rows = imagesToPatches(images, nano.preprocessor, nano.config);
  });

  const perImage = () => rows.length / 12;
  const patchesOf = (from: number, to: number) =>
    tf.tensor2d(rows.subarray(from * perImage(), to * perImage()), [
      ((to - from) * perImage()) / patchLength(nano.config),
      patchLength(nano.config),
    ]);
  const oneHotOf = (from: number, to: number) =>
    tf.tidy(() =>
      tf.oneHot(tf.tensor1d(expected.labels.slice(from, to), 'int32'), 3).toFloat(),
    ) as tf.Tensor2D;

  const whole = { mode: 'full', lastBlocks: null } as const;

  type Variant = Omit<BackpropOptions, 'part' | 'fused'>;
  /** What the runs use: our own kernels where there are any. */
  const kernels = () => fused?.() ?? null;

  const variants: [string, Variant][] = [
    ...perHead.map((way): [string, Variant] => [
      way ? 'head by head' : 'all heads at once',
      { checkpointing: false, perHead: way },
    ]),
    ['recomputed', { checkpointing: true }],
  ];

  describe.each(variants)('gradients against PyTorch, %s', (_name, options) => {
    it('agree for every tensor', async () => {
      const before = tf.memory().numTensors;
      const weights = uploadWeights(nano);
      const [patches, oneHot] = [patchesOf(0, 12), oneHotOf(0, 12)];
      const result = backprop(
        weights,
        nano.config,
        { patches, oneHot },
        { ...options, part: whole, fused: kernels() },
      );
      expect((await result.loss.data())[0]).toBeCloseTo(expected.loss_all12, 5);
      close(await result.logits.data(), expected.logits.values, 2e-5);
      const wanted = Object.entries(expected.gradients_all12);
      expect(Object.keys(result.gradients).sort()).toEqual(wanted.map(([name]) => name).sort());
      for (const [name, { norm, first8 }] of wanted) {
        const values = await result.gradients[name]!.data();
        // A key bias shifts every score of a row alike: its true gradient is 0, what is left is rounding.
        const slack = norm < 1e-6 ? 1e-6 : 1e-4 * norm;
        expect(Math.abs(Math.hypot(...values) - norm), name).toBeLessThan(slack);
        close(values.slice(0, first8.length), first8, slack, name);
        expect(result.gradients[name]!.shape, name).toEqual(weights[name]!.shape);
      }
      tf.dispose([weights, patches, oneHot, result as unknown as tf.TensorContainer]);
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  it('features and logits of the plain forward pass agree', async () => {
    const weights = uploadWeights(nano);
    const patches = patchesOf(0, 12);
    const features = forwardFeatures(weights, nano.config, patches, { fused: kernels() });
    close(await features.data(), expected.cls_features.values, 2e-5);
    const logits = forwardHead(weights, features);
    close(await logits.data(), expected.logits.values, 2e-5);
    tf.dispose([weights, patches, features, logits]);
  });

  it('training only the last blocks gives those gradients and no others', async () => {
    const weights = uploadWeights(nano);
    const [patches, oneHot] = [patchesOf(0, 12), oneHotOf(0, 12)];
    const part = { mode: 'full', lastBlocks: 1 } as const;
    const result = backprop(
      weights,
      nano.config,
      { patches, oneHot },
      { part, checkpointing: false, fused: kernels() },
    );
    expect(Object.keys(result.gradients).sort()).toEqual(trainedNames(nano.config, part).sort());
    const name = 'vit.encoder.layer.2.intermediate.dense.weight';
    const { norm } = expected.gradients_all12[name]!;
    expect(Math.hypot(...(await result.gradients[name]!.data())) / norm).toBeCloseTo(1, 4);
    tf.dispose([weights, patches, oneHot, result as unknown as tf.TensorContainer]);
  });

  // On a software GPU beside other tests a run takes minutes.
  describe('three fine-tuning runs, step by step against PyTorch', { timeout: 600_000 }, () => {
    it.each([0, 1, 2])('run %i', async (index) => {
      const run = expected.training[index]!;
      const weights = uploadWeights(nano);
      const settings = { weightDecay: run.weight_decay, maxGradNorm: run.max_grad_norm };
      const optimizer = kernels()?.optimizer(settings) ?? new AdamW(settings);
      const total = totalSteps(12, run.batch, run.epochs);
      expect(total).toBe(run.steps.length);
      let flat: ReturnType<typeof held> | null = null;
      for (const [step, wanted] of run.steps.entries()) {
        const from = (step % Math.ceil(12 / run.batch)) * run.batch;
        const to = Math.min(12, from + run.batch);
        const [patches, oneHot] = [patchesOf(from, to), oneHotOf(from, to)];
        const features =
          run.mode === 'head'
            ? forwardFeatures(weights, nano.config, patches, { fused: kernels() })
            : null;
        const result = features
          ? headGradients(weights, features, oneHot)
          : backprop(
              weights,
              nano.config,
              { patches, oneHot },
              { part: whole, checkpointing: false, fused: kernels() },
            );
        const lr = linearDecay(run.learning_rate, step, total);
        const norm = optimizer.update(weights, result.gradients, lr);
        expect(lr / wanted.lr).toBeCloseTo(1, 10);
        relative((await result.loss.data())[0]!, wanted.loss, `loss of step ${step + 1}`);
        relative((await norm.data())[0]!, wanted.grad_norm, `gradient norm of step ${step + 1}`);
        tf.dispose([
          patches,
          oneHot,
          norm,
          features ?? [],
          result as unknown as tf.TensorContainer,
        ]);
        flat ??= held();
        expect(held()).toEqual(flat);
      }
      const patches = patchesOf(0, 12);
      const features = forwardFeatures(weights, nano.config, patches, { fused: kernels() });
      const logits = forwardHead(weights, features);
      close(await logits.data(), run.logits_after, 1e-3);
      tf.dispose([weights, patches, features, logits]);
      optimizer.dispose();
    });
  });
}

/** What is held on the device. */
function held() {
  const { numTensors, numBytes, ...backend } = tf.memory() as tf.MemoryInfo & {
    numBytesInGPU?: number;
  };
  return { numTensors, numBytes, inGpu: backend.numBytesInGPU };
}

function close(values: ArrayLike<number>, wanted: number[], slack: number, name = '') {
  expect(values.length, name).toBe(wanted.length);
  const worst = Math.max(...wanted.map((want, i) => Math.abs(values[i]! - want)));
  expect(worst, name).toBeLessThan(slack);
}

function relative(value: number, wanted: number, name: string) {
  expect(Math.abs(value / wanted - 1), `${name}: ${value}, PyTorch ${wanted}`).toBeLessThan(1e-4);
}
