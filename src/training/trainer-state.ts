import { float32Tensor, toFloat32 } from '../checkpoint/named-tensor.ts';
import type { NamedTensor } from '../checkpoint/named-tensor.ts';
import { readSafetensors, writeSafetensors } from '../checkpoint/safetensors.ts';
import { UserError } from '../site/user-error.ts';
import type { AdamWState } from './adamw.ts';
import type { Metrics } from './metrics.ts';
import type { FineTuneSettings } from './settings.ts';

/** Values of the trained tensors, by name. */
export type HostWeights = Record<string, Float32Array>;

/** One epoch, as it is shown and as the history keeps it. */
export interface EpochReport extends Metrics {
  /** 1 for the first. */
  epoch: number;
  /** Optimiser steps taken by its end. */
  step: number;
  /** Mean over the epoch's training pictures. */
  trainLoss: number;
  validationLoss: number;
  /** Of its last step. */
  learningRate: number;
  /** Best so far, this one included. */
  best: boolean;
  seconds: number;
}

/** One optimiser step, as the history keeps it. */
export interface StepReport {
  epoch: number;
  step: number;
  loss: number;
  gradNorm: number;
  learningRate: number;
}

/** A run as far as it has come: enough to go on as if it had never stopped. */
export interface TrainerState {
  /** Tells whether a stored state belongs to the run that asks for it. */
  fingerprint: string;
  settings: FineTuneSettings;
  /** Whole epochs done. */
  epoch: number;
  /** Steps done of the epoch after those. */
  stepInEpoch: number;
  /** Loss summed over the pictures of those steps, and how many these are. */
  lossSum: number;
  lossCount: number;
  seconds: number;
  weights: HostWeights;
  optimizer: AdamWState;
  best: { epoch: number; score: number; weights: HostWeights } | null;
  epochs: EpochReport[];
  steps: StepReport[];
}

const GROUPS = ['weights', 'm', 'v', 'best'] as const;

/** The state as one file: a safetensors with the rest as JSON in its metadata. */
export function encodeTrainerState(state: TrainerState): Uint8Array {
  const { weights, optimizer, best, ...rest } = state;
  const document = {
    ...rest,
    optimizerStep: optimizer.step,
    best: best && { epoch: best.epoch, score: best.score },
  };
  const groups = { weights, m: optimizer.m, v: optimizer.v, best: best?.weights ?? {} };
  const tensors = new Map<string, NamedTensor>();
  for (const group of GROUPS) {
    for (const [name, data] of Object.entries(groups[group])) {
      tensors.set(`${group}/${name}`, float32Tensor([data.length], data));
    }
  }
  return writeSafetensors(tensors, { upwind_trainer_state: JSON.stringify(document) });
}

/** @throws UserError where the bytes are no trainer state */
export function decodeTrainerState(bytes: Uint8Array, name: string): TrainerState {
  const { tensors, metadata } = readSafetensors(bytes, name);
  const text = metadata.upwind_trainer_state;
  if (!text) throw new UserError(`${name} is no stored training run.`);
  const { optimizerStep, best, ...rest } = JSON.parse(text) as Omit<
    TrainerState,
    'weights' | 'optimizer' | 'best'
  > & { optimizerStep: number; best: { epoch: number; score: number } | null };
  const groups: Record<string, HostWeights> = { weights: {}, m: {}, v: {}, best: {} };
  for (const [key, tensor] of tensors) {
    const slash = key.indexOf('/');
    const group = groups[key.slice(0, slash)];
    if (!group) throw new UserError(`${name} is no stored training run: ${key}.`);
    group[key.slice(slash + 1)] = toFloat32(tensor, key);
  }
  return {
    ...rest,
    weights: groups.weights!,
    optimizer: { step: optimizerStep, m: groups.m!, v: groups.v! },
    best: best && { ...best, weights: groups.best! },
  };
}
