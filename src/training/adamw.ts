import * as tf from '@tensorflow/tfjs';
import type { NamedTensors } from './vit-shape.ts';

/** AdamW as PyTorch has it, with the parameter groups of Hugging Face's `Trainer`. */
export interface AdamWSettings {
  weightDecay: number;
  /** Gradients are scaled down to this global norm; 0 for no clipping. */
  maxGradNorm: number;
  beta1?: number;
  beta2?: number;
  eps?: number;
}

/** Moments of every trained tensor, to store and to resume from. */
export interface AdamWState {
  step: number;
  m: Record<string, Float32Array>;
  v: Record<string, Float32Array>;
}

/** Settings with PyTorch's defaults. */
export const withDefaults = (settings: AdamWSettings): Required<AdamWSettings> => ({
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  ...settings,
});

/** Makes steps of weights; holds its moments on the device until `dispose`. */
export interface Optimizer {
  /** Steps taken so far. */
  readonly step: number;
  /**
   * Gives each weight that has a gradient its next value, in its own tensor or in another that takes
   * its place in `weights`. The gradients stay the caller's, and must be of the same tensors at every
   * step.
   * @returns global gradient norm before clipping; the caller disposes it
   */
  update(weights: NamedTensors, gradients: NamedTensors, learningRate: number): tf.Scalar;
  /** A copy of the state on the host. */
  state(): Promise<AdamWState>;
  /** Takes up a stored state with the next step. */
  restore(state: AdamWState): void;
  dispose(): void;
}

/** Decay is for all weights but biases and LayerNorm (`Trainer.get_decay_parameter_names`). */
export const decays = (name: string): boolean => !/\.bias$|layernorm/i.test(name);

/** Tensors below this size are updated together: each operation costs more than their numbers. */
const SMALL = 65_536;

/** Tensors that are updated as one: a large one alone, or the small ones end to end. */
interface Bundle {
  names: string[];
  sizes: number[];
  decays: boolean;
}

/** AdamW in TensorFlow.js's operations, on any backend. */
export class AdamW implements Optimizer {
  private readonly settings: Required<AdamWSettings>;
  private bundles: Bundle[] | null = null;
  /** One of each for a bundle; empty before the first step. */
  private m: tf.Tensor1D[] = [];
  private v: tf.Tensor1D[] = [];
  private restored: AdamWState | null = null;
  private taken = 0;

  constructor(settings: AdamWSettings) {
    this.settings = withDefaults(settings);
  }

  get step(): number {
    return this.taken;
  }

  /** Replaces each weight that has a gradient, and disposes the old one. */
  update(weights: NamedTensors, gradients: NamedTensors, learningRate: number): tf.Scalar {
    const bundles = (this.bundles ??= bundlesOf(gradients));
    this.takeUp(bundles);
    this.taken += 1;
    const joined = bundles.map(({ names }) => flat(names.map((name) => gradients[name]!)));
    const norm = globalNorm(joined);
    const { maxGradNorm } = this.settings;
    const scale = tf.tidy(() =>
      maxGradNorm > 0
        ? (tf.minimum(tf.div(maxGradNorm, tf.add(norm, 1e-6)), 1) as tf.Scalar)
        : tf.scalar(1),
    );
    bundles.forEach((bundle, i) => {
      const old = bundle.names.map((name) => weights[name]!);
      const [m, v, ...next] = tf.tidy(() => {
        const gradient = tf.mul(joined[i]!, scale) as tf.Tensor1D;
        const { m, v, values } = this.next(flat(old), gradient, { i, learningRate });
        const parts = old.length === 1 ? [values] : tf.split(values, bundle.sizes);
        return [m, v, ...parts.map((part, k) => tf.reshape(part, old[k]!.shape))];
      }) as [tf.Tensor1D, tf.Tensor1D, ...tf.Tensor[]];
      tf.dispose([joined[i]!, this.m[i] ?? [], this.v[i] ?? [], old]);
      [this.m[i], this.v[i]] = [m, v];
      bundle.names.forEach((name, k) => (weights[name] = next[k]!));
    });
    scale.dispose();
    return norm;
  }

  /** The order of operations is PyTorch's. */
  private next(
    weight: tf.Tensor1D,
    gradient: tf.Tensor1D,
    { i, learningRate }: { i: number; learningRate: number },
  ) {
    const { beta1, beta2, eps, weightDecay } = this.settings;
    const [oldM, oldV] = [this.m[i], this.v[i]];
    const freshM = tf.mul(gradient, 1 - beta1);
    const m = oldM ? tf.add(tf.mul(oldM, beta1), freshM) : freshM;
    const freshV = tf.mul(tf.square(gradient), 1 - beta2);
    const v = oldV ? tf.add(tf.mul(oldV, beta2), freshV) : freshV;
    const root = tf.div(tf.sqrt(v), Math.sqrt(1 - beta2 ** this.taken));
    const stepSize = learningRate / (1 - beta1 ** this.taken);
    const change = tf.mul(tf.div(m, tf.add(root, eps)), stepSize);
    const shrink = this.bundles![i]!.decays ? 1 - learningRate * weightDecay : 1;
    const values = tf.sub(shrink === 1 ? weight : tf.mul(weight, shrink), change);
    return { m, v, values };
  }

  async state(): Promise<AdamWState> {
    if (this.restored) return this.restored;
    const state: AdamWState = { step: this.taken, m: {}, v: {} };
    for (const [i, { names, sizes }] of (this.bundles ?? []).entries()) {
      const [m, v] = [await this.m[i]!.data<'float32'>(), await this.v[i]!.data<'float32'>()];
      let from = 0;
      names.forEach((name, k) => {
        const to = from + sizes[k]!;
        state.m[name] = Float32Array.from(m.subarray(from, to));
        state.v[name] = Float32Array.from(v.subarray(from, to));
        from = to;
      });
    }
    return state;
  }

  restore(state: AdamWState): void {
    this.dispose();
    this.restored = state;
    this.taken = state.step;
  }

  private takeUp(bundles: Bundle[]): void {
    const state = this.restored;
    this.restored = null;
    if (!state || state.step === 0) return;
    const upload = (of: Record<string, Float32Array>) =>
      bundles.map(({ names, sizes }) => {
        const joined = new Float32Array(sizes.reduce((sum, size) => sum + size, 0));
        let at = 0;
        names.forEach((name, k) => {
          joined.set(of[name]!, at);
          at += sizes[k]!;
        });
        return tf.tensor1d(joined);
      });
    this.m = upload(state.m);
    this.v = upload(state.v);
  }

  dispose(): void {
    tf.dispose([this.m, this.v]);
    this.m = [];
    this.v = [];
  }
}

/** Large tensors alone, the small ones in two bundles: with decay and without. */
function bundlesOf(gradients: NamedTensors): Bundle[] {
  const large: Bundle[] = [];
  const small: Bundle[] = [true, false].map((decays) => ({ names: [], sizes: [], decays }));
  for (const [name, { size }] of Object.entries(gradients)) {
    const bundle = size < SMALL ? small[decays(name) ? 0 : 1]! : null;
    bundle?.names.push(name);
    bundle?.sizes.push(size);
    if (!bundle) large.push({ names: [name], sizes: [size], decays: decays(name) });
  }
  return [...large, ...small.filter(({ names }) => names.length > 0)];
}

/** The tensors' numbers end to end. */
const flat = (tensors: tf.Tensor[]): tf.Tensor1D =>
  tf.tidy(() => {
    const rows = tensors.map((tensor) => tf.reshape(tensor, [tensor.size]) as tf.Tensor1D);
    return rows.length === 1 ? rows[0]! : tf.concat1d(rows);
  });

/** Root of the sum of squares over all gradients. */
function globalNorm(gradients: tf.Tensor[]): tf.Scalar {
  return tf.tidy(() => {
    const squares = gradients.map((g) => tf.sum(tf.square(g)));
    return tf.sqrt(tf.sum(tf.stack(squares))) as tf.Scalar;
  });
}

/** Copies of the tensors' values, one after the other. */
export async function download(tensors: NamedTensors): Promise<Record<string, Float32Array>> {
  const values: Record<string, Float32Array> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    values[name] = Float32Array.from(await tensor.data<'float32'>());
  }
  return values;
}
