import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { afterAll, describe, expect, test } from 'vitest';
import { chooseBackend } from '../../src/vit/backend.ts';
import { faultOf, FusedTraining } from '../../src/training/webgpu/fused-training.ts';
import { nodeWebGpuOrSkip } from '../support/node-webgpu.ts';
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

  test('kernels that compute wrong numbers do not pass', async () => {
    const wrong = new FusedTraining(tf.backend() as WebGPUBackend);
    const block = wrong.block.bind(wrong);
    wrong.block = (x, context) => {
      const done = block(x, context);
      return { ...done, y: tf.mul(done.y, 1.01) };
    };
    expect(await faultOf(wrong)).toMatch(/the output wrong/);
  });
});
