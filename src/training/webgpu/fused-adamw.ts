import * as tf from '@tensorflow/tfjs';
import { decays, withDefaults } from '../adamw.ts';
import type { AdamWSettings, AdamWState, Optimizer } from '../adamw.ts';
import type { NamedTensors } from '../vit-shape.ts';
import type { GpuOps, Operand } from './gpu-ops.ts';
import { adamwWgsl, chunksOf, normWgsl, squaresWgsl } from './wgsl-adamw.ts';

/** A trained tensor: how many numbers, and where its chunks begin among all. */
interface Part {
  name: string;
  size: number;
  firstChunk: number;
  /** Both moments, [2·size]. */
  moments: tf.Tensor;
}

/** Offsets of uniform buffers are multiples of this [bytes]. */
const STRIDE = 256;

/**
 * AdamW in one pass over the numbers: weights and moments change in place, a dispatch a tensor, one
 * submit a step. TensorFlow.js's operations take some fifteen passes.
 */
export class FusedAdamW implements Optimizer {
  #settings: Required<AdamWSettings>;
  #parts: Part[] | null = null;
  #restored: AdamWState | null = null;
  #taken = 0;
  /** Buffers of a set of trained tensors: the parts, the sums, and the step with its factor. */
  #buffers: { parts: GPUBuffer; sums: GPUBuffer; step: GPUBuffer; factor: GPUBuffer } | null = null;

  constructor(
    private readonly gpu: GpuOps,
    settings: AdamWSettings,
  ) {
    this.#settings = withDefaults(settings);
  }

  get step(): number {
    return this.#taken;
  }

  /** As `AdamW`'s, but that each weight stays the tensor it is. */
  update(weights: NamedTensors, gradients: NamedTensors, learningRate: number): tf.Scalar {
    const parts = (this.#parts ??= this.#takeUp(gradients));
    const buffers = (this.#buffers ??= this.#makeBuffers(parts));
    this.#taken += 1;
    this.#writeStep(learningRate);
    const { gpu } = this;
    const partOf = (i: number): Operand => ({
      buffer: buffers.parts,
      offset: i * STRIDE,
      size: 16,
    });
    const eachPart = (code: string, operands: (part: Part) => Operand[]) =>
      parts.forEach((part, i) => {
        const groups = (): [number, number, number] => [chunksOf(part.size), 1, 1];
        gpu.run({ code, groups }, [partOf(i), ...operands(part)]);
      });

    eachPart(squaresWgsl, ({ name }) => [gradients[name]!, buffers.sums]);
    const norm = gpu.empty<tf.Rank.R0>([]);
    const chunks = parts.reduce((sum, { size }) => sum + chunksOf(size), 0);
    gpu.run({ code: normWgsl(chunks), groups: () => [1, 1, 1] }, [
      buffers.sums,
      buffers.step,
      norm,
      buffers.factor,
    ]);
    eachPart(adamwWgsl(this.#settings), ({ name, moments }) => [
      buffers.step,
      buffers.factor,
      gradients[name]!,
      weights[name]!,
      moments,
    ]);
    gpu.submit();
    for (const { name, moments } of parts) gpu.written(weights[name]!, moments);
    return norm;
  }

  #writeStep(learningRate: number): void {
    const { beta1, beta2, weightDecay, maxGradNorm } = this.#settings;
    this.gpu.device.queue.writeBuffer(
      this.#buffers!.step,
      0,
      Float32Array.of(
        1 - learningRate * weightDecay,
        learningRate / (1 - beta1 ** this.#taken),
        Math.sqrt(1 - beta2 ** this.#taken),
        maxGradNorm,
      ),
    );
  }

  #takeUp(gradients: NamedTensors): Part[] {
    const state = this.#restored;
    this.#restored = null;
    let firstChunk = 0;
    return Object.entries(gradients).map(([name, { size }]) => {
      const both = new Float32Array(2 * size);
      if (state && state.step > 0) {
        both.set(state.m[name]!);
        both.set(state.v[name]!, size);
      }
      const part = { name, size, firstChunk, moments: tf.tensor1d(both) };
      firstChunk += chunksOf(size);
      return part;
    });
  }

  #makeBuffers(parts: Part[]) {
    const { device } = this.gpu;
    const { STORAGE, UNIFORM, COPY_DST } = GPUBufferUsage;
    const last = parts.at(-1)!;
    const words = new Uint32Array((parts.length * STRIDE) / 4);
    parts.forEach(({ name, size, firstChunk }, i) =>
      words.set([size, firstChunk, decays(name) ? 1 : 0], (i * STRIDE) / 4),
    );
    const make = (size: number, usage: number) => device.createBuffer({ size, usage });
    const buffers = {
      parts: make(words.byteLength, UNIFORM | COPY_DST),
      sums: make((last.firstChunk + chunksOf(last.size)) * 4, STORAGE),
      step: make(16, UNIFORM | COPY_DST),
      factor: make(16, STORAGE),
    };
    device.queue.writeBuffer(buffers.parts, 0, words);
    return buffers;
  }

  async state(): Promise<AdamWState> {
    if (this.#restored) return this.#restored;
    const state: AdamWState = { step: this.#taken, m: {}, v: {} };
    for (const { name, size, moments } of this.#parts ?? []) {
      const both = await moments.data<'float32'>();
      state.m[name] = both.slice(0, size);
      state.v[name] = both.slice(size);
    }
    return state;
  }

  restore(state: AdamWState): void {
    this.#free();
    this.#restored = state;
    this.#taken = state.step;
  }

  #free(): void {
    tf.dispose((this.#parts ?? []).map(({ moments }) => moments));
    for (const buffer of Object.values(this.#buffers ?? {})) buffer.destroy();
    this.#parts = null;
    this.#buffers = null;
  }

  dispose(): void {
    this.#free();
    this.gpu.dispose();
  }
}
