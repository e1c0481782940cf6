import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { describe, expect, test } from 'vitest';
import { chooseBackend } from '../../src/vit/backend.ts';
import { faultOf, FusedTraining } from '../../src/training/webgpu/fused-training.ts';
import { nodeWebGpuOrSkip } from '../support/node-webgpu.ts';
import { parityWithPyTorch } from '../support/training-parity.ts';

const gpu = await nodeWebGpuOrSkip();

/** The kernels of a GPU, whatever adapter computes them. */
const GPU_PLAN = { lanes: null, software: false, half: false };

describe.skipIf(!gpu)('training on WebGPU', () => {
  parityWithPyTorch(
    async () => {
      await chooseBackend({ order: ['webgpu'], gpu });
    },
    { perHead: [false] },
  );

  test.each([
    ['this adapter', undefined],
    ['a GPU', GPU_PLAN],
  ])('a block in the kernels for %s is that of the stock operations', async (_, plan) => {
    expect(await faultOf(new FusedTraining(tf.backend() as WebGPUBackend, plan))).toBeNull();
  });
});
