import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  attentionKernel,
  kernelPlan,
  layerNormKernel,
  matmulKernel,
  TILES,
} from '../../src/vit/webgpu/kernels.ts';
import type { AttentionName, Kernel, KernelPlan, TileName } from '../../src/vit/webgpu/kernels.ts';
import { lengthFor, matmulBindings } from '../../src/vit/webgpu/matmul-shape.ts';
import type { MatmulShape } from '../../src/vit/webgpu/matmul-shape.ts';
import { pixelKernel } from '../../src/vit/webgpu/wgsl-pixels.ts';
import { halfToNumber, numberToHalf } from '../../src/checkpoint/half.ts';
import { erf, random, relativeError } from '../support/kernel-figures.ts';
import { nodeWebGpuOrSkip } from '../support/node-webgpu.ts';

const gpu = await nodeWebGpuOrSkip();
let device: GPUDevice;

type Bytes = Float32Array | Uint16Array | Uint32Array;

/** Runs one kernel on buffers in the order of its bindings; reads those back that are `written`. */
async function dispatch(
  { code, groups }: Kernel,
  inputs: Bytes[],
  written: number[],
  { batch, uniform = -1 }: { batch: number; uniform?: number },
): Promise<Float32Array[]> {
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const { STORAGE, COPY_DST, COPY_SRC, UNIFORM, MAP_READ } = GPUBufferUsage;
  const sized = (data: Bytes, usage: number) =>
    device.createBuffer({ size: Math.ceil(data.byteLength / 16) * 16, usage });
  const buffers = inputs.map((data, at) => {
    const kind = at === uniform ? UNIFORM : STORAGE;
    const buffer = sized(data, kind | COPY_DST | COPY_SRC);
    device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
    return buffer;
  });
  const bindGroup = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(...groups(batch));
  pass.end();
  const reads = written.map((at) => {
    const read = sized(inputs[at]!, MAP_READ | COPY_DST);
    encoder.copyBufferToBuffer(buffers[at]!, 0, read, 0, read.size);
    return read;
  });
  device.queue.submit([encoder.finish()]);
  const values: Float32Array[] = [];
  for (const [i, read] of reads.entries()) {
    await read.mapAsync(GPUMapMode.READ);
    values.push(new Float32Array(read.getMappedRange().slice(0, inputs[written[i]!]!.byteLength)));
  }
  for (const buffer of [...buffers, ...reads]) buffer.destroy();
  return values;
}

describe.skipIf(!gpu)('fused kernels against float64', { timeout: 400_000 }, () => {
  const errors: string[] = [];
  beforeAll(async () => {
    const adapter = (await gpu!.requestAdapter())!;
    const wanted = ['shader-f16', 'subgroups'] as GPUFeatureName[];
    device = await adapter.requestDevice({
      requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)),
      requiredLimits: {
        maxComputeWorkgroupStorageSize: adapter.limits.maxComputeWorkgroupStorageSize,
        maxBufferSize: adapter.limits.maxBufferSize,
        maxStorageBufferBindingSize: adapter.limits.maxStorageBufferBindingSize,
      },
    });
    device.addEventListener('uncapturederror', (event) => {
      errors.push((event as GPUUncapturedErrorEvent).error.message);
    });
  });
  afterAll(() => {
    device?.destroy();
    expect(errors).toEqual([]);
  });

  /** How GPUs compute; `KERNEL_TILES=all` tries every tile. */
  const gpuPlans: [string, Partial<KernelPlan>][] =
    process.env.KERNEL_TILES === 'all'
      ? [
          ...(Object.keys(TILES) as TileName[]).map(
            (tile) => [`tiles of ${tile}`, { tile }] as [string, Partial<KernelPlan>],
          ),
          ...(['tiles-32', 'tiles-64'] as AttentionName[]).map(
            (attention) =>
              [`attention in ${attention}`, { attention }] as [string, Partial<KernelPlan>],
          ),
        ]
      : [
          ['a GPU', {}],
          ['a GPU in wide tiles', { tile: '128x64', attention: 'tiles-64' }],
        ];
  const plans: [string, () => KernelPlan | null][] = [
    ...gpuPlans.map(([name, more]): [string, () => KernelPlan] => [
      name,
      () => {
        const sharedBytes = device.limits.maxComputeWorkgroupStorageSize;
        return { lanes: null, software: false, half: false, sharedBytes, ...more };
      },
    ]),
    [
      'registers',
      () => {
        const { lanes } = kernelPlan(device);
        return lanes && lanes <= 16 ? { lanes, software: true, half: false } : null;
      },
    ],
  ];
  const orSkip = (plan: () => KernelPlan | null): KernelPlan | null => {
    const found = plan();
    if (!found) console.log('Skipped kernels in subgroups: this adapter has none of a fixed size.');
    return found;
  };

  const store = { weights: 'F32', epilogue: 'store', bias: true, transposedB: true } as const;
  const shapes: [string, Side, Partial<MatmulShape>, number][] = [
    ['odd rows', [17, 24, 40], {}, 3],
    ['197 tokens', [197, 20, 68], {}, 1],
    ['batch 64', [3, 12, 20], { epilogue: 'residual' }, 64],
    ['a busy grid', [400, 8, 640], {}, 1],
    ['GELU', [5, 36, 12], { epilogue: 'gelu' }, 2],
    ['GELU kept', [5, 36, 12], { epilogue: 'gelu-keep' }, 2],
    ['residual', [70, 16, 132], { epilogue: 'residual' }, 1],
    ['F16', [9, 48, 20], { weights: 'F16' }, 1],
    ['BF16', [9, 48, 20], { weights: 'BF16' }, 1],
    ['embedding', [9, 12, 8], { epilogue: 'embed' }, 3],
    ['gradient by the input', [19, 36, 20], { transposedB: false, bias: false }, 2],
    [
      'gradient through GELU',
      [19, 36, 20],
      { transposedB: false, bias: false, epilogue: 'gelu-slope' },
      2,
    ],
    [
      'gradient by the weights',
      [36, 19, 20],
      { transposedA: true, transposedB: false, bias: false },
      3,
    ],
    [
      'gradient by the weights, batch 64',
      [12, 5, 8],
      { transposedA: true, transposedB: false, bias: false },
      64,
    ],
  ];
  // A tile's size does not matter to what follows the product.
  const forTiles = /odd rows|busy grid|by the input|by the weights/;
  const cases = plans.flatMap(([name, plan]) =>
    (name.includes('wide') ? shapes.filter(([what]) => forTiles.test(what)) : shapes).map(
      (one) => [`${one[0]}, for ${name}`, plan, ...one.slice(1)] as const,
    ),
  ) as [string, () => KernelPlan | null, Side, Partial<MatmulShape>, number][];
  test.each(cases)('matmul: %s', async (_, plan, [rowCount, innerCount, columns], more, batch) => {
    const chosen = orSkip(plan);
    if (!chosen) return;
    const ofWeights = more.transposedA === true;
    const shape: MatmulShape = {
      rows: { count: rowCount, perImage: !ofWeights },
      inner: { count: innerCount, perImage: ofWeights },
      columns,
      ...store,
      ...more,
    };
    const [rows, inner] = [lengthFor(shape.rows, batch), lengthFor(shape.inner, batch)];
    const found = await dispatch(
      matmulKernel(shape, chosen, batch),
      ...matmulCase(shape, rows, inner, batch),
    );
    const expected = expectedMatmul(shape, rows, inner, batch);
    // Weights are widened exactly, so that F16 and BF16 have the bound of F32.
    expected.forEach((values, i) => expect(relativeError(found[i]!, values)).toBeLessThan(1e-5));
  });

  test('matmul in half precision is within 2e-3', async () => {
    if (!device.features.has('shader-f16')) {
      return console.log('Skipped half precision: this adapter does not compute in it.');
    }
    const shape: MatmulShape = {
      rows: { count: 37, perImage: true },
      inner: { count: 192, perImage: false },
      columns: 40,
      ...store,
      weights: 'F16',
    };
    const [expected] = expectedMatmul(shape, 74, 192, 2);
    for (const tile of Object.keys(TILES) as TileName[]) {
      const plan = { lanes: null, software: false, half: true, tile };
      const found = await dispatch(matmulKernel(shape, plan, 2), ...matmulCase(shape, 74, 192, 2));
      const off = relativeError(found[0]!, expected!);
      expect(off, tile).toBeLessThan(2e-3);
      // Single precision would be a hundred times nearer: the kernel is the one that is meant.
      expect(off, tile).toBeGreaterThan(1e-5);
    }
  });

  const sizes = [
    [17, 2, 16, 2],
    [197, 1, 8, 1],
    [5, 3, 4, 4],
    [64, 2, 20, 1],
    [5, 2, 8, 64],
  ] as const;
  test.each(plans.flatMap(([name, plan]) => sizes.map((size) => [...size, name, plan] as const)))(
    'attention: %i tokens, %i heads of %i, batch %i, for %s',
    async (tokens, heads, headDim, batch, _, plan) => {
      const chosen = orSkip(plan);
      if (!chosen) return;
      const width = heads * headDim;
      const rows = batch * tokens;
      const qkv = random(rows * 3 * width, 7).map((value) => value * 3);
      const expected = new Float64Array(rows * width);
      const logs = new Float64Array(rows * heads);
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
          logs[row * heads + head] = top + Math.log(total);
          for (let c = 0; c < headDim; c++) {
            let sum = 0;
            powers.forEach((power, key) => (sum += (power / total) * at(first + key, 2, c)));
            expected[row * width + head * headDim + c] = sum;
          }
        }
      }
      const shape = { tokens, heads, headDim, keepLog: true };
      const [mixed, kept] = await dispatch(
        attentionKernel(shape, chosen),
        [qkv, new Float32Array(rows * width), new Float32Array(rows * heads)],
        [1, 2],
        { batch },
      );
      expect(relativeError(mixed!, expected)).toBeLessThan(1e-5);
      expect(relativeError(kept!, logs)).toBeLessThan(1e-5);
    },
  );

  test.each([
    [4, 12],
    [6, 12],
  ])('bytes to patches of %i px in a picture of %i px, to the last bit', async (p, side) => {
    const batch = 3;
    const rgb = Uint8Array.from(random(batch * 3 * side ** 2, 21), (value) => (value + 1) * 128);
    const levels = random(3 * 256, 22);
    const expected = new Float32Array(rgb.length);
    let to = 0;
    for (let image = 0; image < batch; image++)
      for (let top = 0; top < side; top += p)
        for (let left = 0; left < side; left += p)
          for (let channel = 0; channel < 3; channel++)
            for (let y = top; y < top + p; y++)
              for (let x = left; x < left + p; x++)
                expected[to++] =
                  levels[channel * 256 + rgb[((image * side + y) * side + x) * 3 + channel]!]!;
    const kernel = pixelKernel({ imageSize: side, patchSize: p });
    const inputs = [new Uint32Array(rgb.buffer), levels, new Float32Array(rgb.length)];
    const [found] = await dispatch(kernel, inputs, [2], { batch });
    expect(found).toEqual(expected);
  });

  const normed = [
    [7, 32, 1e-12],
    [3, 300, 1e-6],
  ] as const;
  const normPlans = plans.filter(([name]) => !name.includes('wide'));
  test.each(
    normPlans.flatMap(([name, plan]) => normed.map((size) => [...size, name, plan] as const)),
  )('layer norm: %i rows of %i, epsilon %f, for %s', async (rows, width, epsilon, _, plan) => {
    const chosen = orSkip(plan);
    if (!chosen) return;
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
    const [found] = await dispatch(
      layerNormKernel({ width, epsilon, tokens: rows }, chosen),
      [x, gain, shift, new Float32Array(rows * width)],
      [3],
      { batch: 1 },
    );
    expect(relativeError(found!, expected)).toBeLessThan(1e-5);
  });
});

type Side = [rows: number, inner: number, columns: number];

/** Weights as they lie in their buffer, and their exact values. */
function weightsOf(type: MatmulShape['weights'], length: number) {
  const exact = random(length, 2).map((value) => value * 2);
  if (type === 'F32') return { packed: exact, values: exact };
  const word = new Uint32Array(1);
  const single = new Float32Array(word.buffer);
  const packed = Uint16Array.from(exact, (value) => {
    if (type === 'F16') return numberToHalf(value);
    single[0] = value;
    return word[0]! >>> 16;
  });
  const values = Float32Array.from(packed, (bits) => {
    if (type === 'F16') return halfToNumber(bits);
    word[0] = bits << 16;
    return single[0]!;
  });
  return { packed, values };
}

const resultLength = (
  { epilogue, columns, rows: { count } }: MatmulShape,
  rows: number,
  batch: number,
) => (epilogue === 'embed' ? batch * (count + 1) : rows) * columns;

const startOf = ({ epilogue }: MatmulShape, length: number) =>
  epilogue === 'residual' ? random(length, 5) : new Float32Array(length);

/** What `dispatch` takes for a matmul. */
function matmulCase(
  shape: MatmulShape,
  rows: number,
  inner: number,
  batch: number,
): [Bytes[], number[], { batch: number; uniform: number }] {
  const { columns, weights, epilogue } = shape;
  const length = resultLength(shape, rows, batch);
  const data: Record<string, () => Bytes> = {
    a: () => random(rows * inner, 1),
    b: () => weightsOf(weights, columns * inner).packed,
    result: () => startOf(shape, length),
    run: () => Uint32Array.of(batch, 0, 0, 0),
    bias: () => random(columns, 3),
    positions: () => random((shape.rows.count + 1) * columns, 4),
    kept: () => random(length, 6).map((value) => value * 4),
  };
  const names = matmulBindings(shape);
  const written = ['result', ...(epilogue === 'gelu-keep' ? ['kept'] : [])];
  return [
    names.map((name) => data[name]!()),
    written.map((name) => names.indexOf(name)),
    { batch, uniform: names.indexOf('run') },
  ];
}

/** Results of a matmul in float64, in the order of `written`. */
function expectedMatmul(shape: MatmulShape, rows: number, inner: number, batch: number) {
  const { columns, weights, epilogue, bias, transposedA, transposedB } = shape;
  const perImage = shape.rows.count;
  const a = random(rows * inner, 1);
  const b = weightsOf(weights, columns * inner).values;
  const shift = random(columns, 3);
  const positions = random((perImage + 1) * columns, 4);
  const length = resultLength(shape, rows, batch);
  const result = Float64Array.from(startOf(shape, length));
  const kept = Float64Array.from(random(length, 6), (value) => value * 4);
  const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = bias ? shift[column]! : 0;
      for (let k = 0; k < inner; k++) {
        sum +=
          a[transposedA ? k * rows + row : row * inner + k]! *
          b[transposedB ? column * inner + k : k * columns + column]!;
      }
      const token = (row % perImage) + 1;
      const line = epilogue === 'embed' ? Math.floor(row / perImage) * (perImage + 1) + token : row;
      const at = line * columns + column;
      const phi = (x: number) => 0.5 * (1 + erf(x / Math.SQRT2));
      if (epilogue === 'gelu-keep') kept[at] = sum;
      if (epilogue.startsWith('gelu') && epilogue !== 'gelu-slope') sum *= phi(sum);
      if (epilogue === 'gelu-slope') sum *= phi(kept[at]!) + kept[at]! * density(kept[at]!);
      if (epilogue === 'embed') sum += positions[token * columns + column]!;
      result[at]! += sum;
    }
  }
  return epilogue === 'gelu-keep' ? [result, kept] : [result];
}
