import { describe } from 'vitest';
import { chooseBackend } from '../../src/vit/backend.ts';
import { nodeWebGpuOrSkip } from '../support/node-webgpu.ts';
import { parityWithPyTorch } from '../support/training-parity.ts';

const gpu = await nodeWebGpuOrSkip();

describe.skipIf(!gpu)('training on WebGPU', () =>
  parityWithPyTorch(
    async () => {
      await chooseBackend({ order: ['webgpu'], gpu });
    },
    { perHead: [false] },
  ),
);
