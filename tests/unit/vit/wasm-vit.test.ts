import { setFlagsFromString } from 'node:v8';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { elementCount, float32Tensor } from '../../../src/checkpoint/named-tensor.ts';
import { vitShapes } from '../../../src/checkpoint/vit-tensors.ts';
import { forward } from '../../../src/vit/forward.ts';
import { createParams, disposeParams } from '../../../src/vit/params.ts';
import { WasmVit } from '../../../src/vit/wasm/wasm-vit.ts';
import { compileKernels, hasRelaxed } from '../../../src/vit/wasm/wasm-kernels.ts';
import type { WasmKernels } from '../../../src/vit/wasm/wasm-kernels.ts';

/** Numbers between −1 and 1 from a seed. */
function random(length: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

function relativeError(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(found.length).toBe(wanted.length);
  let [worst, scale] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    const off = Math.abs(found[i]! - wanted[i]!);
    if (!(off <= worst)) worst = off;
    scale = Math.max(scale, Math.abs(wanted[i]!));
  }
  return worst / scale;
}

/** Φ by its series for small and its continued fraction for large numbers, in double precision. */
function normalDistribution(x: number): number {
  const z = Math.abs(x);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const tail = z < 4 ? 0.5 - density * series(z) : density / fraction(z);
  return x > 0 ? 1 - tail : tail;
}

function series(z: number): number {
  let [term, sum] = [z, z];
  for (let n = 1; n < 120; n++) sum += term *= (z * z) / (2 * n + 1);
  return sum;
}

function fraction(z: number): number {
  let value = z;
  for (let n = 60; n > 0; n--) value = z + n / value;
  return value;
}

// Browsers have it; Node 20 behind a flag.
setFlagsFromString('--experimental-wasm-relaxed-simd');
const engines = ['plain', ...(hasRelaxed() ? ['relaxed'] : [])] as ('plain' | 'relaxed')[];
if (engines.length === 1) console.log('Skipped relaxed SIMD: this engine has none.');

describe.each(engines)('kernels, %s', (engine) => {
  const start = async () => {
    const { module, rows } = await compileKernels(engine);
    const memory = new WebAssembly.Memory({ initial: 8 });
    const instance = await WebAssembly.instantiate(module, { env: { memory } });
    let end = 64;
    const put = (values: Float32Array) => {
      const at = end;
      new Float32Array(memory.buffer, at, values.length).set(values);
      end += Math.ceil(values.length / 16) * 64 + 256;
      return at;
    };
    const read = (at: number, length: number) =>
      new Float32Array(memory.buffer, at, length).slice();
    return { kernels: instance.exports as unknown as WasmKernels, put, read, rows };
  };

  test.each([
    [1, 4, 8],
    [7, 12, 24],
    [12, 64, 40],
    [13, 200, 16],
  ])('products of %i × %i by %i', async (rows, inner, columns) => {
    const { kernels, put, read, rows: height } = await start();
    const blocks = Math.ceil(rows / height);
    const [a, b] = [random(blocks * height * inner, 1), random(inner * columns, 2)];
    const [bias, before] = [random(columns, 3), random(blocks * height * columns, 4)];
    const panels = b.map((_, i) => {
      const [panel, rest] = [Math.floor(i / (8 * inner)), i % (8 * inner)];
      return b[Math.floor(rest / 8) * columns + panel * 8 + (rest % 8)]!;
    });
    const [atA, atB, atBias] = [put(a), put(panels), put(bias)];
    const sums = Float64Array.from({ length: rows * columns }, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      let sum = bias[column]!;
      for (let k = 0; k < inner; k++) sum += a[row * inner + k]! * b[k * columns + column]!;
      return sum;
    });
    const wanted = {
      store: sums,
      gelu: sums.map((x) => x * normalDistribution(x)),
      residual: sums.map((x, i) => x + before[i]!),
    };
    for (const kind of ['store', 'gelu', 'residual'] as const) {
      const out = put(before);
      kernels[kind](atA, inner * 4, atB, out, columns * 4, blocks, columns / 8, inner / 4, atBias);
      expect(relativeError(read(out, rows * columns), wanted[kind]), kind).toBeLessThan(1e-6);
    }
  });

  test('LayerNorm of rows apart from each other', async () => {
    const { kernels, put, read } = await start();
    const [rows, width, stride] = [5, 24, 32];
    const x = random(rows * stride, 1).map((value) => value * 3 + 10);
    const [gain, shift] = [random(width, 2), random(width, 3)];
    const out = put(new Float32Array(rows * width));
    kernels.norm(put(x), out, put(gain), put(shift), rows, width / 4, stride * 4, 1e-6);
    const wanted = Array.from({ length: rows }, (_, row) => {
      const own = [...x.subarray(row * stride, row * stride + width)];
      const mean = own.reduce((sum, value) => sum + value, 0) / width;
      const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
      return own.map((v, i) => ((v - mean) / Math.sqrt(variance + 1e-6)) * gain[i]! + shift[i]!);
    }).flat();
    expect(relativeError(read(out, rows * width), wanted)).toBeLessThan(3e-6);
  });

  test.each([0, 1, 7])('softmax with %i columns of padding', async (padding) => {
    const { kernels, put, read } = await start();
    const [rows, columns] = [3, 24];
    const scores = random(rows * columns, 5).map((value) => value * 60);
    const at = put(scores);
    kernels.softmax(at, rows, columns / 4, padding);
    const wanted = Array.from({ length: rows }, (_, row) => {
      const own = [...scores.subarray(row * columns, (row + 1) * columns - padding)];
      const powers = own.map((score) => Math.exp(score - Math.max(...own)));
      const sum = powers.reduce((a, b) => a + b, 0);
      return [...powers.map((power) => power / sum), ...Array<number>(padding).fill(0)];
    }).flat();
    expect(relativeError(read(at, rows * columns), wanted)).toBeLessThan(1e-6);
  });
});

/** Weights from a seed for sides of choice. */
function modelOf(sides: { width: number; heads: number; wide: number; image: number }) {
  const config = {
    hiddenSize: sides.width,
    heads: sides.heads,
    intermediateSize: sides.wide,
    imageSize: sides.image,
    patchSize: 4,
    layers: 2,
    layerNormEps: 1e-6,
    initializerRange: 0.02,
    qkvBias: true,
    labels: ['a', 'b', 'c', 'd', 'e'],
    raw: {},
  };
  let seed = 0;
  const tensors = new Map(
    [...vitShapes(config)].map(([name, shape]) => {
      const values = random(elementCount(shape), (seed += 7)).map((value) => value * 0.6);
      return [name, float32Tensor(shape, values)] as const;
    }),
  );
  return { config, tensors };
}

test.each([
  [{ width: 16, heads: 2, wide: 24, image: 8 }, 1],
  [{ width: 24, heads: 3, wide: 40, image: 12 }, 3],
  [{ width: 64, heads: 1, wide: 16, image: 56 }, 2],
])('a whole model %o, batch %i, is TensorFlow.js’s on the CPU', async (sides, batch) => {
  const model = modelOf(sides);
  const count = (sides.image / 4) ** 2;
  const patches = random(batch * count * 48, 9);
  const vit = await WasmVit.create(model, 3);
  // A larger batch before leaves its numbers behind: they must not matter.
  vit.forward(random(3 * count * 48, 10), 3);
  const found = vit.forward(patches, batch);
  await tf.setBackend('cpu');
  const params = createParams(model);
  const input = tf.tensor2d(patches, [batch * count, 48]);
  const wanted = forward(params, model.config, input);
  expect(relativeError(found.logits, await wanted.logits.data())).toBeLessThan(1e-5);
  expect(relativeError(found.features, await wanted.features.data())).toBeLessThan(1e-5);
  tf.dispose([input, wanted.logits, wanted.features]);
  disposeParams(params);
});

test('a model of other widths is refused', async () => {
  const model = modelOf({ width: 20, heads: 1, wide: 24, image: 8 });
  await expect(WasmVit.create(model, 1)).rejects.toThrow('does not divide by 8');
});
