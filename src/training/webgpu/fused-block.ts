/**
 * One transformer block in kernels of our own, forward and backward: what `block.ts` computes in
 * TensorFlow.js's operations, with transposes read in place, GELU and residuals inside the products,
 * and attention without its tokens × tokens matrix.
 */
import * as tf from '@tensorflow/tfjs';
import { attentionKernel, layerNormKernel, matmulKernel } from '../../vit/webgpu/kernels.ts';
import type { KernelPlan } from '../../vit/webgpu/kernels.ts';
import type { MatmulShape } from '../../vit/webgpu/matmul-shape.ts';
import type { BlockContext } from '../block.ts';
import { names } from '../vit-shape.ts';
import type { NamedTensors } from '../vit-shape.ts';
import type { GpuOps } from './gpu-ops.ts';
import { keyGradientKernel, queryGradientKernel } from './wgsl-attention-gradients.ts';
import {
  biasGradientKernel,
  normGradientKernel,
  normParameterKernel,
} from './wgsl-norm-gradients.ts';

type T2 = tf.Tensor2D;

export interface FusedSaved {
  x: T2;
  h1: T2;
  qkv: T2;
  logs: T2;
  mixed: T2;
  x1: T2;
  h2: T2;
  hidden: T2;
  activated: T2;
}

const PARTS = ['query', 'key', 'value'].map((part) => `attention.attention.${part}`);
const WEIGHTS = 'F32' as const;

/** @param x [batch·tokens, dim] */
export function fusedBlockForward(
  x: T2,
  context: BlockContext,
  gpu: GpuOps,
  plan: KernelPlan,
): { y: T2; saved: FusedSaved } {
  const math = new BlockMath(context, gpu, plan);
  const h1 = math.norm(x, 'layernorm_before');
  const { weight, bias } = math.joined();
  const qkv = math.linear(h1, weight, { bias });
  const { mixed, logs } = math.attention(qkv);
  const x1 = math.layer(mixed, 'attention.output.dense', { other: x });
  const h2 = math.norm(x1, 'layernorm_after');
  const hidden = gpu.empty([h2.shape[0], math.full('intermediate.dense').shape[0]!]) as T2;
  const activated = math.layer(h2, 'intermediate.dense', { kept: hidden });
  const y = math.layer(activated, 'output.dense', { other: x1 });
  gpu.submit();
  return { y, saved: { x, h1, qkv, logs, mixed, x1, h2, hidden, activated } };
}

/** As `blockGradients`. */
export function fusedBlockGradients(
  dy: T2,
  saved: FusedSaved,
  context: BlockContext,
  gpu: GpuOps,
  plan: KernelPlan,
): { dx: T2; gradients: NamedTensors } {
  const math = new BlockMath(context, gpu, plan);
  const gradients: NamedTensors = {};
  const put = (name: string, pair: { weight: tf.Tensor; bias: tf.Tensor }) => {
    gradients[math.name(`${name}.weight`)] = pair.weight;
    if (math.has(`${name}.bias`)) gradients[math.name(`${name}.bias`)] = pair.bias;
  };
  put('output.dense', math.weightGradients(dy, saved.activated));
  const dHidden = math.inputGradient(dy, math.full('output.dense'), saved.hidden);
  put('intermediate.dense', math.weightGradients(dHidden, saved.h2));
  const dH2 = math.inputGradient(dHidden, math.full('intermediate.dense'));
  const norm2 = math.normGradients('layernorm_after', { x: saved.x1, dy: dH2, other: dy });
  put('layernorm_after', norm2);
  const dX1 = norm2.x;

  put('attention.output.dense', math.weightGradients(dX1, saved.mixed));
  const dMixed = math.inputGradient(dX1, math.full('attention.output.dense'));
  const dQkv = math.attentionGradients(dMixed, saved);
  const { weight } = math.joined();
  const qkv = math.weightGradients(dQkv, saved.h1);
  const dH1 = math.inputGradient(dQkv, weight);
  const norm1 = math.normGradients('layernorm_before', { x: saved.x, dy: dH1, other: dX1 });
  put('layernorm_before', norm1);
  // From here TensorFlow.js again: it must find everything on its way.
  gpu.submit();
  const weights = tf.split(qkv.weight, 3, 0);
  const biases = tf.split(qkv.bias, 3, 0);
  PARTS.forEach((name, i) => put(name, { weight: weights[i]!, bias: biases[i]! }));
  return { dx: norm1.x, gradients };
}

/** The block's products, norms and attention, each as a dispatch or two. */
class BlockMath {
  #tokens: number;
  #heads: number;

  constructor(
    private readonly context: BlockContext,
    private readonly gpu: GpuOps,
    private readonly plan: KernelPlan,
  ) {
    this.#tokens = context.size.tokens;
    this.#heads = context.size.heads;
  }

  name(name: string): string {
    return `${names.block(this.context.index)}.${name}`;
  }

  has(name: string): boolean {
    return this.context.weights[this.name(name)] !== undefined;
  }

  #get(name: string): tf.Tensor {
    return this.context.weights[this.name(name)]!;
  }

  /** Weight of a layer, [out, in]. */
  full(layer: string): T2 {
    return this.#get(`${layer}.weight`) as T2;
  }

  /** Query, key and value as one layer. */
  joined(): { weight: T2; bias: tf.Tensor1D } {
    const weight = tf.concat2d(
      PARTS.map((part) => this.full(part)),
      0,
    );
    const dim = weight.shape[1];
    const biases = PARTS.map((part) =>
      this.has(`${part}.bias`) ? (this.#get(`${part}.bias`) as tf.Tensor1D) : tf.zeros([dim]),
    );
    return { weight, bias: tf.concat1d(biases as tf.Tensor1D[]) };
  }

  #matmul(shape: Omit<MatmulShape, 'weights'>, operands: (tf.Tensor | 'run')[]): void {
    const full = { ...shape, weights: WEIGHTS };
    this.gpu.run(matmulKernel(full, this.plan, this.gpu.batch), operands);
  }

  #rows() {
    return { count: this.#tokens, perImage: true };
  }

  /** x·weightᵀ + bias; `other` is added, or the sums go to `kept` and GELU of them out. */
  linear(x: T2, weight: T2, { bias, other, kept }: { bias: tf.Tensor; other?: T2; kept?: T2 }): T2 {
    const [columns, inner] = weight.shape;
    const out = this.gpu.empty([x.shape[0], columns]) as T2;
    const extra = other ?? kept;
    this.#matmul(
      {
        rows: this.#rows(),
        inner: { count: inner, perImage: false },
        columns,
        transposedB: true,
        bias: true,
        epilogue: other ? 'add' : kept ? 'gelu-keep' : 'store',
      },
      [x, weight, out, 'run', bias, ...(extra ? [extra] : [])],
    );
    return out;
  }

  /** As `linear`, by the layer's name. */
  layer(x: T2, layer: string, more: { other?: T2; kept?: T2 }): T2 {
    return this.linear(x, this.full(layer), { bias: this.#get(`${layer}.bias`), ...more });
  }

  /** dy·weight, times the slope of GELU at `kept` where that is given. */
  inputGradient(dy: T2, weight: T2, kept?: T2): T2 {
    const [inner, columns] = weight.shape;
    const out = this.gpu.empty([dy.shape[0], columns]) as T2;
    this.#matmul(
      {
        rows: this.#rows(),
        inner: { count: inner, perImage: false },
        columns,
        bias: false,
        epilogue: kept ? 'gelu-slope' : 'store',
      },
      [dy, weight, out, 'run', ...(kept ? [kept] : [])],
    );
    return out;
  }

  /** dyᵀ·x and the sums of dy. */
  weightGradients(dy: T2, x: T2): { weight: T2; bias: tf.Tensor1D } {
    const [outputs, columns] = [dy.shape[1], x.shape[1]];
    const weight = this.gpu.empty([outputs, columns]) as T2;
    this.#matmul(
      {
        rows: { count: outputs, perImage: false },
        inner: this.#rows(),
        columns,
        transposedA: true,
        bias: false,
        epilogue: 'store',
      },
      [dy, x, weight, 'run'],
    );
    const bias = this.gpu.empty<tf.Rank.R1>([outputs]);
    this.gpu.run(biasGradientKernel(outputs, this.#tokens), ['run', dy, bias]);
    return { weight, bias };
  }

  #normSize(width: number) {
    return { width, epsilon: this.context.eps, tokens: this.#tokens };
  }

  norm(x: T2, name: string): T2 {
    const out = this.gpu.empty(x.shape) as T2;
    this.gpu.run(layerNormKernel(this.#normSize(x.shape[1]), this.plan), [
      x,
      this.#get(`${name}.weight`),
      this.#get(`${name}.bias`),
      out,
    ]);
    return out;
  }

  /** Gradients of a norm; `x` has `other` added. */
  normGradients(name: string, { x, dy, other }: { x: T2; dy: T2; other: T2 }) {
    const [rows, width] = x.shape;
    const size = this.#normSize(width);
    const dx = this.gpu.empty([rows, width]) as T2;
    const stats = this.gpu.empty([rows, 2]);
    const weight = this.gpu.empty<tf.Rank.R1>([width]);
    const bias = this.gpu.empty<tf.Rank.R1>([width]);
    const gain = this.#get(`${name}.weight`);
    this.gpu.run(normGradientKernel(size, this.plan.lanes), [x, gain, dy, other, dx, stats]);
    this.gpu.run(normParameterKernel(size), ['run', x, dy, stats, weight, bias]);
    return { x: dx, weight, bias };
  }

  #attentionShape(width: number) {
    const headDim = width / this.#heads;
    return { tokens: this.#tokens, heads: this.#heads, headDim, keepLog: true };
  }

  attention(qkv: T2): { mixed: T2; logs: T2 } {
    const [rows, width] = [qkv.shape[0], qkv.shape[1] / 3];
    const mixed = this.gpu.empty([rows, width]) as T2;
    const logs = this.gpu.empty([rows, this.#heads]) as T2;
    const kernel = attentionKernel(this.#attentionShape(width), this.plan);
    this.gpu.run(kernel, [qkv, mixed, logs]);
    return { mixed, logs };
  }

  attentionGradients(dMixed: T2, { qkv, logs, mixed }: FusedSaved): T2 {
    const shape = this.#attentionShape(mixed.shape[1]);
    const dQkv = this.gpu.empty(qkv.shape) as T2;
    const deltas = this.gpu.empty(logs.shape) as T2;
    this.gpu.run(queryGradientKernel(shape), [qkv, dMixed, logs, deltas, dQkv, mixed]);
    this.gpu.run(keyGradientKernel(shape), [qkv, dMixed, logs, deltas, dQkv]);
    return dQkv;
  }
}
