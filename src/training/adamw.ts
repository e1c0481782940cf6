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

/** Decay is for all weights but biases and LayerNorm (`Trainer.get_decay_parameter_names`). */
export const decays = (name: string): boolean => !/\.bias$|layernorm/i.test(name);

/** Holds the two moments on the device; `dispose` frees them. */
export class AdamW {
  private readonly settings: Required<AdamWSettings>;
  private m: NamedTensors = {};
  private v: NamedTensors = {};
  private taken = 0;

  constructor(settings: AdamWSettings) {
    this.settings = { beta1: 0.9, beta2: 0.999, eps: 1e-8, ...settings };
  }

  /** Steps taken so far. */
  get step(): number {
    return this.taken;
  }

  /**
   * Replaces each weight that has a gradient by its next value, and disposes the old one. The
   * gradients stay the caller's.
   * @returns global gradient norm before clipping; the caller disposes it
   */
  update(weights: NamedTensors, gradients: NamedTensors, learningRate: number): tf.Scalar {
    const { beta1, beta2, eps, weightDecay, maxGradNorm } = this.settings;
    const step = ++this.taken;
    const stepSize = learningRate / (1 - beta1 ** step);
    const rootCorrection = Math.sqrt(1 - beta2 ** step);
    const norm = globalNorm(gradients);
    const scale =
      maxGradNorm > 0
        ? tf.tidy(() => tf.minimum(tf.div(maxGradNorm, tf.add(norm, 1e-6)), 1))
        : tf.scalar(1);
    for (const [name, gradient] of Object.entries(gradients)) {
      const old = [this.m[name], this.v[name], weights[name]];
      const [m, v, weight] = tf.tidy(() => {
        const g = tf.mul(gradient, scale);
        const m = old[0]
          ? tf.add(tf.mul(old[0], beta1), tf.mul(g, 1 - beta1))
          : tf.mul(g, 1 - beta1);
        const fresh = tf.mul(tf.square(g), 1 - beta2);
        const v = old[1] ? tf.add(tf.mul(old[1], beta2), fresh) : fresh;
        const denominator = tf.add(tf.div(tf.sqrt(v), rootCorrection), eps);
        const change = tf.mul(tf.div(m, denominator), stepSize);
        const decayed =
          weightDecay > 0 && decays(name)
            ? tf.mul(weights[name]!, 1 - learningRate * weightDecay)
            : weights[name]!;
        return [m, v, tf.sub(decayed, change)];
      }) as [tf.Tensor, tf.Tensor, tf.Tensor];
      [this.m[name], this.v[name], weights[name]] = [m, v, weight];
      tf.dispose(old.filter((tensor) => tensor !== undefined));
    }
    scale.dispose();
    return norm;
  }

  /** A copy of the state on the host. */
  async state(): Promise<AdamWState> {
    return { step: this.taken, m: await download(this.m), v: await download(this.v) };
  }

  /** Takes up a stored state. */
  restore(state: AdamWState, weights: NamedTensors): void {
    tf.dispose([this.m, this.v]);
    const upload = (moments: Record<string, Float32Array>): NamedTensors =>
      Object.fromEntries(
        Object.entries(moments).map(([name, data]) => [
          name,
          tf.tensor(data, weights[name]!.shape, 'float32'),
        ]),
      );
    this.m = upload(state.m);
    this.v = upload(state.v);
    this.taken = state.step;
  }

  dispose(): void {
    tf.dispose([this.m, this.v]);
    this.m = {};
    this.v = {};
  }
}

/** Root of the sum of squares over all gradients. */
export function globalNorm(gradients: NamedTensors): tf.Scalar {
  return tf.tidy(() => {
    const squares = Object.values(gradients).map((g) => tf.sum(tf.square(g)));
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
