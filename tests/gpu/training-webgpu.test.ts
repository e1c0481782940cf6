import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { afterAll, describe, expect, test } from 'vitest';
import { fineTuneOnDevice } from '../../src/training/fine-tune-on-device.ts';
import { TUTORIAL } from '../../src/training/settings.ts';
import { chooseBackend } from '../../src/vit/backend.ts';
import { AdamW } from '../../src/training/adamw.ts';
import type { StepReport } from '../../src/training/trainer-state.ts';
import type { BackendName } from '../../src/vit/classifier.ts';
import type { Optimizer } from '../../src/training/adamw.ts';
import type { NamedTensors } from '../../src/training/vit-shape.ts';
import { FusedTraining } from '../../src/training/webgpu/fused-training.ts';
import { faultOf } from '../../src/training/webgpu/training-check.ts';
import { endDevice, nodeWebGpuOrSkip, watchedGpu } from '../support/node-webgpu.ts';
import { tinyDataset } from '../support/tiny-dataset.ts';
import { NANO, checkpointAt } from '../support/training.ts';
import { parityWithPyTorch } from '../support/training-parity.ts';

const gpu = await nodeWebGpuOrSkip();

/** The kernels of a GPU, whatever adapter computes them. */
const GPU_PLAN = { lanes: null, software: false, half: false };

const start = async () => {
  await chooseBackend({ order: ['webgpu'], gpu });
};

describe.skipIf(!gpu)('training on WebGPU in our own kernels', () => {
  let fused: FusedTraining;
  afterAll(() => fused?.dispose());
  parityWithPyTorch(
    async () => {
      await start();
      fused = new FusedTraining(tf.backend() as WebGPUBackend);
    },
    { perHead: [false], fused: () => fused },
  );

  test('a block in the kernels of a GPU is that of TensorFlow.js', async () => {
    const before = tf.memory().numTensors;
    expect(await faultOf(new FusedTraining(tf.backend() as WebGPUBackend, GPU_PLAN))).toBeNull();
    expect(tf.memory().numTensors).toBe(before);
  });

  // Forward, and every gradient, of the adapter's own kernels.
  test.each([
    { tokens: 5, dim: 12, heads: 1, wide: 20, batch: 64 },
    { tokens: 17, dim: 16, heads: 4, wide: 24, batch: 33 },
    { tokens: 197, dim: 8, heads: 2, wide: 12, batch: 1 },
    { tokens: 50, dim: 40, heads: 5, wide: 100, batch: 7 },
  ])('a block of $tokens tokens, $heads heads, batch $batch is TensorFlow.js’s', async (sides) => {
    expect(await faultOf(new FusedTraining(tf.backend() as WebGPUBackend), sides)).toBeNull();
  });

  test('kernels that compute wrong numbers do not pass', async () => {
    const wrong = new FusedTraining(tf.backend() as WebGPUBackend);
    const block = wrong.block.bind(wrong);
    wrong.block = (x, context) => {
      const done = block(x, context);
      return { ...done, y: tf.mul(done.y, 1.01) };
    };
    expect(await faultOf(wrong)).toMatch(/the output wrong/);
  });

  test('an optimiser takes up the state of the other and steps as it does', async () => {
    const settings = { weightDecay: 0.1, maxGradNorm: 0.5 };
    const tensors = (at: number) => ({
      'a.weight': tf.tensor1d(Array.from({ length: 1500 }, (_, i) => Math.sin(at + i))),
      'a.bias': tf.tensor1d([at, 0.5, -0.25]),
    });
    const step = async (optimizer: Optimizer, weights: NamedTensors, at: number) => {
      const gradients = tensors(at);
      const norm = optimizer.update(weights, gradients, 0.01);
      const values = [...(await norm.data()), ...(await weights['a.weight']!.data())];
      values.push(...(await weights['a.bias']!.data()));
      tf.dispose([gradients, norm]);
      return values;
    };
    const before = tf.memory().numTensors;
    const make = { ours: () => fused.optimizer(settings), stock: () => new AdamW(settings) };
    for (const [first, second] of [
      [make.ours, make.stock],
      [make.stock, make.ours],
    ] as const) {
      const [whole, begun, taken] = [make.stock(), first(), second()];
      const [weights, others] = [tensors(0), tensors(0)] as NamedTensors[];
      await step(whole, weights!, 1);
      await step(begun, others!, 1);
      taken.restore(await begun.state());
      const wanted = await step(whole, weights!, 2);
      const found = await step(taken, others!, 2);
      found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 5));
      for (const optimizer of [whole, begun, taken]) optimizer.dispose();
      tf.dispose([weights!, others!]);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a run outlives its device and goes on as one in wasm does', async () => {
    const checkpoint = await checkpointAt(NANO);
    const dataset = await tinyDataset();
    const settings = { ...TUTORIAL, epochs: 2, batchSize: 5, learningRate: 1e-3 };
    const { gpu: breakable, devices } = watchedGpu(gpu!);
    const train = async (order: BackendName[]) => {
      const steps: StepReport[] = [];
      const result = await fineTuneOnDevice(
        {
          ...{ checkpoint, dataset, settings },
          onProgress: (progress) => {
            if (progress.stage !== 'step') return;
            steps.push(progress.report);
            // In the second epoch of two steps, so that the first is kept and a step done again.
            if (progress.report.step === 3 && devices.length === 1) devices[0]!.destroy();
          },
        },
        { order, start: (order) => chooseBackend({ order, gpu: breakable }) },
      );
      return { result, steps };
    };
    endDevice();
    const broken = await train(['webgpu']);
    expect(devices).toHaveLength(2);
    expect(broken.result.backend).toMatchObject({ name: 'webgpu', rejected: [] });
    expect(broken.steps.map(({ step }) => step)).toEqual([1, 2, 3, 3, 4]);
    const whole = await train(['wasm']);
    const last = new Map(broken.steps.map((report) => [report.step, report.loss]));
    expect(whole.steps).toHaveLength(4);
    for (const { step, loss } of whole.steps) expect(last.get(step)! / loss).toBeCloseTo(1, 3);
  });
});
