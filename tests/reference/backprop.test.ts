import * as tf from '@tensorflow/tfjs';
import { describe } from 'vitest';
import { useWasm } from '../support/training.ts';
import { parityWithPyTorch } from '../support/training-parity.ts';

describe('training on wasm', () => parityWithPyTorch(useWasm));

describe('training on cpu', () =>
  parityWithPyTorch(
    async () => {
      await tf.setBackend('cpu');
    },
    { perHead: [true] },
  ));
