import type { Checkpoint } from './checkpoint.ts';
import { withLabels } from './config.ts';
import type { VitConfig } from './config.ts';
import { ROUGHNESS_LABELS } from './labels.ts';
import { float32Tensor } from './named-tensor.ts';
import type { NamedTensor } from './named-tensor.ts';

/**
 * Head as Hugging Face starts one: weights normal(0, initializer_range), bias zero.
 * @param seed same seed, same head
 */
export function freshHead(config: VitConfig, seed: number): Map<string, NamedTensor> {
  const { hiddenSize, initializerRange, labels } = config;
  const normal = normalNumbers(seed);
  const weight = Float32Array.from(
    { length: labels.length * hiddenSize },
    () => initializerRange * normal(),
  );
  return new Map([
    ['classifier.weight', float32Tensor([labels.length, hiddenSize], weight)],
    ['classifier.bias', float32Tensor([labels.length], new Float32Array(labels.length))],
  ]);
}

/**
 * The same backbone with a fresh head for other classes. It says that it must be trained, and drops
 * what calibration found for the old head.
 */
export function withFreshHead(
  checkpoint: Checkpoint,
  labels: readonly string[],
  seed = 42,
): Checkpoint {
  const config = withLabels(checkpoint.config, [...labels]);
  const upwind = { ...checkpoint.upwind, trained: false };
  for (const key of ['temperature', 'confidence_floor', 'metrics'] as const) {
    delete upwind[key];
  }
  return {
    ...checkpoint,
    config,
    upwind,
    tensors: new Map([...checkpoint.tensors, ...freshHead(config, seed)]),
    trained: false,
  };
}

/** A fresh head for roughness B, C and D. */
export const withRoughnessHead = (checkpoint: Checkpoint, seed = 42): Checkpoint =>
  withFreshHead(checkpoint, ROUGHNESS_LABELS, seed);

/** Standard normal numbers: Box–Muller over the mulberry32 generator. */
function normalNumbers(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = state;
    word = Math.imul(word ^ (word >>> 15), word | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
