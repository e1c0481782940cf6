/**
 * Training steps a second of a whole ViT: our gradients against tfjs's own, in one process, on the
 * same weights and pictures, with losses and gradient norms compared before any time is told.
 *
 *   npm run bench -- training [--json] [--backend wasm|webgpu] [--model tiny|base] [--batch 4]
 *     [--steps 3] [--layers 12] [--checkpointing]
 *
 * `--checkpointing` has our blocks compute their activations again instead of keeping them.
 */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { AdamW } from '../../src/training/adamw.ts';
import type { Optimizer } from '../../src/training/adamw.ts';
import { backprop } from '../../src/training/backprop.ts';
import { randomStream } from '../../src/training/random.ts';
import { names, patchCount, patchLength, tokenCount } from '../../src/training/vit-shape.ts';
import type { NamedTensors, VitShape } from '../../src/training/vit-shape.ts';
import { nodeGpu } from '../../src/platform/node/gpu.ts';
import type { FusedTraining } from '../../src/training/webgpu/fused-training.ts';
import { randomWeights } from './_random-weights.ts';

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    backend: { type: 'string', default: 'wasm' },
    batch: { type: 'string', default: '4' },
    steps: { type: 'string', default: '3' },
    layers: { type: 'string', default: '12' },
    model: { type: 'string', default: 'tiny' },
    checkpointing: { type: 'boolean', default: false },
  },
});
const batch = Number(flags.batch);
const steps = Number(flags.steps);

const MODELS: Record<string, { name: string; hiddenSize: number; heads: number }> = {
  tiny: { name: 'ViT-Tiny', hiddenSize: 192, heads: 3 },
  base: { name: 'ViT-Base', hiddenSize: 768, heads: 12 },
};
const model = MODELS[flags.model];
if (!model)
  throw new Error(`No model ${flags.model}; there are ${Object.keys(MODELS).join(', ')}.`);

/** A ViT/16 at 224 px. */
const shape: VitShape = {
  hiddenSize: model.hiddenSize,
  layers: Number(flags.layers),
  heads: model.heads,
  intermediateSize: 4 * model.hiddenSize,
  imageSize: 224,
  patchSize: 16,
  layerNormEps: 1e-12,
};
const part = { mode: 'full', lastBlocks: null } as const;

const fused = flags.backend === 'webgpu' ? await startWebGpu() : await startWasm();

async function startWasm(): Promise<null> {
  setWasmPaths(
    `${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`,
  );
  await tf.setBackend('wasm');
  return null;
}

async function startWebGpu(): Promise<FusedTraining> {
  const found = await nodeGpu({ insist: true });
  if (!found.gpu) throw new Error(found.reason);
  // After navigator.gpu is set: TensorFlow.js looks for it when it is imported.
  const { chooseBackend } = await import('../../src/vit/backend.ts');
  const { info } = await chooseBackend({ order: ['webgpu'], gpu: found.gpu });
  const { fusedTrainingIfSound } = await import('../../src/training/webgpu/fused-training.ts');
  const { fused, reason } = await fusedTrainingIfSound(shape);
  if (!fused) throw new Error(`The fused kernels ${reason}.`);
  console.error(info.detail);
  return fused;
}

const random = randomStream(1);
const patches = tf.tensor2d(
  Float32Array.from(
    { length: batch * patchCount(shape) * patchLength(shape) },
    () => random() * 2 - 1,
  ),
  [batch * patchCount(shape), patchLength(shape)],
);
const oneHot = tf.tidy(
  () =>
    tf
      .oneHot(
        tf.tensor1d(
          Array.from({ length: batch }, (_, i) => i % 3),
          'int32',
        ),
        3,
      )
      .toFloat() as tf.Tensor2D,
);

interface StepResult {
  loss: number;
  norm: number;
  /** GPU memory that TensorFlow.js's pool holds, of both sides so far [bytes]. */
  gpuBytes: number;
  ms: number;
  /** Time on the processor: what neighbours on a busy machine do not change. */
  cpuMs: number;
}

type Gradients = { loss: tf.Scalar; gradients: NamedTensors };

const ours = (weights: NamedTensors): Gradients => {
  const { loss, gradients, logits } = backprop(
    weights,
    shape,
    { patches, oneHot },
    { part, checkpointing: flags.checkpointing, fused },
  );
  logits.dispose();
  return { loss, gradients };
};

/** The same model in plain tfjs operations, differentiated by tfjs. */
const stock = (weights: NamedTensors): Gradients => {
  const order = Object.keys(weights);
  const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) =>
    stockLoss(Object.fromEntries(order.map((name, i) => [name, tensors[i]!]))),
  )(order.map((name) => weights[name]!));
  return {
    loss: value as tf.Scalar,
    gradients: Object.fromEntries(order.map((name, i) => [name, grads[i]!])),
  };
};

function stockLoss(w: NamedTensors): tf.Scalar {
  const { hiddenSize: dim, heads } = shape;
  const tokens = tokenCount(shape);
  const dense = (x: tf.Tensor, name: string) =>
    tf.add(
      tf.matMul(x as tf.Tensor2D, w[`${name}.weight`] as tf.Tensor2D, false, true),
      w[`${name}.bias`]!,
    );
  const norm = (x: tf.Tensor, name: string) => {
    const { mean, variance } = tf.moments(x, -1, true);
    const normed = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, shape.layerNormEps)));
    return tf.add(tf.mul(normed, w[`${name}.weight`]!), w[`${name}.bias`]!);
  };
  const split = (x: tf.Tensor) =>
    tf.transpose(tf.reshape(x, [batch, tokens, heads, dim / heads]), [0, 2, 1, 3]);
  const projected = tf.add(
    tf.matMul(
      patches,
      tf.reshape(w[`${names.projection}.weight`]!, [dim, patchLength(shape)]) as tf.Tensor2D,
      false,
      true,
    ),
    w[`${names.projection}.bias`]!,
  );
  const cls = tf.tile(w[names.cls]!, [batch, 1, 1]);
  const embedded = tf.concat([cls, tf.reshape(projected, [batch, tokens - 1, dim])], 1);
  let x = tf.reshape(tf.add(embedded, w[names.position]!), [batch * tokens, dim]);
  for (let index = 0; index < shape.layers; index++) {
    const at = names.block(index);
    const h = norm(x, `${at}.layernorm_before`);
    const [q, k, v] = ['query', 'key', 'value'].map((name) =>
      split(dense(h, `${at}.attention.attention.${name}`)),
    ) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const p = tf.softmax(tf.mul(tf.matMul(q, k, false, true), (dim / heads) ** -0.5));
    const heads2d = tf.reshape(tf.transpose(tf.matMul(p, v), [0, 2, 1, 3]), [batch * tokens, dim]);
    x = tf.add(x, dense(heads2d, `${at}.attention.output.dense`));
    const hidden = dense(norm(x, `${at}.layernorm_after`), `${at}.intermediate.dense`);
    const active = tf.mul(tf.mul(hidden, 0.5), tf.add(tf.erf(tf.mul(hidden, Math.SQRT1_2)), 1));
    x = tf.add(x, dense(active, `${at}.output.dense`));
  }
  const last = tf.slice(
    tf.reshape(norm(x, names.norm), [batch, tokens, dim]),
    [0, 0, 0],
    [batch, 1, dim],
  );
  const logits = dense(tf.reshape(last, [batch, dim]), names.classifier);
  return tf.losses.softmaxCrossEntropy(oneHot, logits) as tf.Scalar;
}

/** One step, optimiser included; waits for the numbers. */
async function step(
  gradientsOf: (weights: NamedTensors) => Gradients,
  weights: NamedTensors,
  optimizer: Optimizer,
): Promise<StepResult> {
  const start = performance.now();
  const before = process.cpuUsage();
  const { loss, gradients } = gradientsOf(weights);
  const norm = optimizer.update(weights, gradients, 2e-5);
  const result = { loss: (await loss.data())[0]!, norm: (await norm.data())[0]! };
  const gpuBytes = (tf.memory() as { numBytesAllocatedInGPU?: number }).numBytesAllocatedInGPU ?? 0;
  tf.dispose([loss, norm, gradients]);
  const { user, system } = process.cpuUsage(before);
  return { ...result, gpuBytes, ms: performance.now() - start, cpuMs: (user + system) / 1000 };
}

const ADAMW = { weightDecay: 0.01, maxGradNorm: 1 };
const median = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const start = randomWeights(shape, 3, 42);
// Sums with 0: a clone would share its buffer, which our optimiser changes in place.
const copyOf = (weights: NamedTensors): NamedTensors =>
  Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, tf.add(tensor, 0)]));
const sides = Object.entries({ ours, stock }).map(([name, gradientsOf]) => ({
  gradientsOf,
  results: [] as StepResult[],
  name,
  weights: copyOf(start),
  optimizer: (name === 'ours' && fused?.optimizer(ADAMW)) || new AdamW(ADAMW),
}));
/** Steps that warm code and memory up: their numbers count, their times do not. */
const WARM_UP = 2;
// In turn, so that a machine that slows down slows both.
for (let i = 0; i < WARM_UP + steps; i++) {
  for (const { gradientsOf, weights, optimizer, results } of sides) {
    results.push(await step(gradientsOf, weights, optimizer));
  }
}

const [a, b] = sides.map(({ results }) => results) as [StepResult[], StepResult[]];
const difference = Math.max(
  ...a.flatMap((one, i) => [
    Math.abs(one.loss / b[i]!.loss - 1),
    Math.abs(one.norm / b[i]!.norm - 1),
  ]),
);
if (!(difference < 1e-3)) {
  console.error(`The two do not agree (relative difference ${difference}); no times are told.`);
  process.exit(1);
}
const timeOf = (list: StepResult[], what: 'ms' | 'cpuMs') =>
  median(list.slice(WARM_UP).map((one) => one[what]));
const report = {
  model: `${model.name}, ${shape.layers} blocks, all weights`,
  backend: flags.backend,
  batch,
  checkpointing: flags.checkpointing,
  oursMs: Math.round(timeOf(a, 'ms')),
  stockMs: Math.round(timeOf(b, 'ms')),
  oursCpuMs: Math.round(timeOf(a, 'cpuMs')),
  stockCpuMs: Math.round(timeOf(b, 'cpuMs')),
  stepsPerSecond: 1000 / timeOf(a, 'ms'),
  wallRatio: timeOf(b, 'ms') / timeOf(a, 'ms'),
  /** By time on the processor. */
  ratio: timeOf(b, 'cpuMs') / timeOf(a, 'cpuMs'),
  relativeDifference: difference,
  /** Of both sides: the pool never shrinks. */
  gpuBytes: Math.max(...b.map((one) => one.gpuBytes)),
};
if (flags.json) console.log(JSON.stringify(report));
else {
  console.log(`${report.model}, batch ${batch}, ${flags.backend}`);
  const line = (name: string, wall: number, cpu: number) =>
    console.log(`  ${name}  ${wall} ms a step, ${cpu} ms of them on the processor`);
  line('ours ', report.oursMs, report.oursCpuMs);
  line('stock', report.stockMs, report.stockCpuMs);
  console.log(
    `  ratio  ${report.ratio.toFixed(1)}× on the processor, ${report.wallRatio.toFixed(1)}× by the clock; ${report.stepsPerSecond.toFixed(2)} steps/s`,
  );
  console.log(`  loss and gradient norm agree within ${difference.toExponential(1)}`);
}
