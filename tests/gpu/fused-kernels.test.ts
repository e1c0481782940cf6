import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attentionGroups, attentionWgsl } from '../../src/vit/webgpu/wgsl-attention.ts';
import { matmulGroups, matmulWgsl } from '../../src/vit/webgpu/wgsl-matmul.ts';
import type { MatmulShape } from '../../src/vit/webgpu/wgsl-matmul.ts';
import { layerNormWgsl } from '../../src/vit/webgpu/wgsl-norm.ts';
import { halfToNumber, numberToHalf } from '../../src/checkpoint/half.ts';
import { nodeWebGpuOrSkip } from '../support/node-webgpu.ts';

const gpu = await nodeWebGpuOrSkip();
let device: GPUDevice;

/** Numbers between −1 and 1 from a seed, as float32. */
function random(length: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

type Bytes = Float32Array | Uint16Array | Uint32Array;

/** Runs one kernel; the last storage buffer is read back. */
async function dispatch(
  code: string,
  inputs: Bytes[],
  out: { binding: number; values: Float32Array },
  groups: [number, number, number],
  batch?: { binding: number; batch: number },
): Promise<Float32Array> {
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const { STORAGE, COPY_DST, COPY_SRC, UNIFORM, MAP_READ } = GPUBufferUsage;
  const buffers: GPUBuffer[] = [];
  const make = (data: Bytes, usage: number) => {
    const size = Math.ceil(data.byteLength / 16) * 16;
    const buffer = device.createBuffer({ size, usage: usage | COPY_DST });
    device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
    buffers.push(buffer);
    return buffer;
  };
  const result = make(out.values, STORAGE | COPY_SRC);
  const entries = inputs.map((data) => ({ buffer: make(data, STORAGE) }));
  entries.splice(out.binding, 0, { buffer: result });
  if (batch) {
    entries.splice(batch.binding, 0, {
      buffer: make(Uint32Array.of(batch.batch, 0, 0, 0), UNIFORM),
    });
  }
  const bindGroup = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: entries.map((resource, binding) => ({ binding, resource })),
  });
  const readback = make(new Float32Array(out.values.length), MAP_READ);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(...groups);
  pass.end();
  encoder.copyBufferToBuffer(result, 0, readback, 0, readback.size);
  device.queue.submit([encoder.finish()]);
  await readback.mapAsync(GPUMapMode.READ);
  const values = new Float32Array(readback.getMappedRange().slice(0, out.values.byteLength));
  for (const buffer of buffers) buffer.destroy();
  return values;
}

/** Largest error, relative to the largest of the expected numbers. */
function relativeError(found: Float32Array, expected: Float64Array): number {
  const scale = Math.max(...expected.map(Math.abs));
  let worst = 0;
  found.forEach((value, i) => {
    const off = Math.abs(value - expected[i]!) / scale;
    if (!(off <= worst)) worst = off;
  });
  return worst;
}

/** Error function by its Taylor series in float64, exact to 1e-15 for |x| ≤ 3; beyond it is ±1 to 1e-4 of GELU's tail. */
function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

describe.skipIf(!gpu)('fused kernels against float64', { timeout: 400_000 }, () => {
  const errors: string[] = [];
  beforeAll(async () => {
    device = await (await gpu!.requestAdapter())!.requestDevice();
    device.addEventListener('uncapturederror', (event) => {
      errors.push((event as GPUUncapturedErrorEvent).error.message);
    });
  });
  afterAll(() => {
    device?.destroy();
    expect(errors).toEqual([]);
  });

  const shapes: [string, MatmulShape, number][] = [
    [
      'odd rows',
      { rowsPerImage: 17, inner: 24, columns: 40, epilogue: 'store', weights: 'F32', perThread: 4 },
      3,
    ],
    [
      '197 tokens',
      {
        rowsPerImage: 197,
        inner: 20,
        columns: 68,
        epilogue: 'store',
        weights: 'F32',
        perThread: 8,
      },
      1,
    ],
    [
      'GELU',
      { rowsPerImage: 5, inner: 36, columns: 12, epilogue: 'gelu', weights: 'F32', perThread: 4 },
      2,
    ],
    [
      'residual',
      {
        rowsPerImage: 70,
        inner: 16,
        columns: 132,
        epilogue: 'residual',
        weights: 'F32',
        perThread: 8,
      },
      1,
    ],
    [
      'F16',
      { rowsPerImage: 9, inner: 48, columns: 20, epilogue: 'store', weights: 'F16', perThread: 4 },
      1,
    ],
    [
      'BF16',
      { rowsPerImage: 9, inner: 48, columns: 20, epilogue: 'store', weights: 'BF16', perThread: 4 },
      1,
    ],
    [
      'embedding',
      { rowsPerImage: 9, inner: 12, columns: 8, epilogue: 'embed', weights: 'F32', perThread: 4 },
      3,
    ],
  ];
  test.each(shapes)('matmul: %s', async (_, shape, batch) => {
    const { rowsPerImage, inner, columns, epilogue, weights } = shape;
    const rows = batch * rowsPerImage;
    const a = random(rows * inner, 1);
    const exact = random(columns * inner, 2).map((value) => value * 2);
    const bias = random(columns, 3);
    const word = new Uint32Array(1);
    const brain = (value: number) => {
      new Float32Array(word.buffer)[0] = value;
      return word[0]! >>> 16;
    };
    const packed: Bytes =
      weights === 'F32' ? exact : Uint16Array.from(exact, weights === 'F16' ? numberToHalf : brain);
    const widened = (at: number) => {
      if (weights === 'F32') return exact[at]!;
      if (weights === 'F16') return halfToNumber((packed as Uint16Array)[at]!);
      word[0] = (packed as Uint16Array)[at]! << 16;
      return new Float32Array(word.buffer)[0]!;
    };
    const embed = epilogue === 'embed';
    const positions = random((rowsPerImage + 1) * columns, 4);
    const length = (embed ? batch * (rowsPerImage + 1) : rows) * columns;
    const start = epilogue === 'residual' ? random(length, 5) : new Float32Array(length);
    const expected = Float64Array.from(start);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = bias[column]!;
        for (let k = 0; k < inner; k++) sum += a[row * inner + k]! * widened(column * inner + k);
        const token = (row % rowsPerImage) + 1;
        const line = embed ? Math.floor(row / rowsPerImage) * (rowsPerImage + 1) + token : row;
        if (epilogue === 'gelu') sum *= 0.5 * (1 + erf(sum / Math.SQRT2));
        if (embed) sum += positions[token * columns + column]!;
        expected[line * columns + column]! += sum;
      }
    }
    const found = await dispatch(
      matmulWgsl(shape),
      [a, packed, bias, ...(embed ? [positions] : [])],
      { binding: 3, values: start },
      matmulGroups(shape, batch),
      { binding: 4, batch },
    );
    // Weights are widened exactly, so that F16 and BF16 have the bound of F32.
    expect(relativeError(found, expected)).toBeLessThan(1e-5);
  });

  test.each([
    [17, 2, 16, 2],
    [197, 1, 8, 1],
    [5, 3, 4, 4],
    [64, 2, 20, 1],
  ])('attention: %i tokens, %i heads of %i, batch %i', async (tokens, heads, headDim, batch) => {
    const width = heads * headDim;
    const rows = batch * tokens;
    const qkv = random(rows * 3 * width, 7).map((value) => value * 3);
    const expected = new Float64Array(rows * width);
    for (let row = 0; row < rows; row++) {
      const first = row - (row % tokens);
      for (let head = 0; head < heads; head++) {
        const at = (line: number, part: number, c: number) =>
          qkv[line * 3 * width + part * width + head * headDim + c]!;
        const scores = Array.from({ length: tokens }, (_, key) => {
          let sum = 0;
          for (let c = 0; c < headDim; c++) sum += at(row, 0, c) * at(first + key, 1, c);
          return sum / Math.sqrt(headDim);
        });
        const top = Math.max(...scores);
        const powers = scores.map((score) => Math.exp(score - top));
        const total = powers.reduce((sum, power) => sum + power, 0);
        for (let c = 0; c < headDim; c++) {
          let sum = 0;
          powers.forEach((power, key) => (sum += (power / total) * at(first + key, 2, c)));
          expected[row * width + head * headDim + c] = sum;
        }
      }
    }
    const shape = { tokens, heads, headDim };
    const found = await dispatch(
      attentionWgsl(shape),
      [qkv],
      { binding: 1, values: new Float32Array(rows * width) },
      attentionGroups(shape, batch),
    );
    expect(relativeError(found, expected)).toBeLessThan(1e-5);
  });

  test.each([
    [7, 32, 1e-12],
    [3, 300, 1e-6],
  ])('layer norm: %i rows of %i', async (rows, width, epsilon) => {
    const x = random(rows * width, 11).map((value) => value * 5 + 2);
    const [gain, shift] = [random(width, 12), random(width, 13)];
    const expected = new Float64Array(rows * width);
    for (let row = 0; row < rows; row++) {
      const own = Array.from(x.subarray(row * width, (row + 1) * width));
      const mean = own.reduce((sum, value) => sum + value, 0) / width;
      const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
      own.forEach((value, c) => {
        const scaled = (value - mean) / Math.sqrt(variance + epsilon);
        expected[row * width + c] = scaled * gain[c]! + shift[c]!;
      });
    }
    const found = await dispatch(
      layerNormWgsl(width, epsilon),
      [x, gain, shift],
      { binding: 3, values: new Float32Array(rows * width) },
      [rows, 1, 1],
    );
    expect(relativeError(found, expected)).toBeLessThan(1e-5);
  });
});
