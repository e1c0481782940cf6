import { UserError } from '../site/user-error.ts';
import { BEST_BY } from './metrics.ts';
import type { BestBy } from './metrics.ts';

/** Everything that decides a run, apart from model and data. */
export interface FineTuneSettings {
  /** `head`: the classifier on frozen features. `full`: the transformer too. */
  mode: 'head' | 'full';
  /** In mode `full`: train only this many of the last blocks; null for all and the embeddings. */
  lastBlocks: number | null;
  epochs: number;
  batchSize: number;
  /** At the first step; it falls linearly to 0. */
  learningRate: number;
  weightDecay: number;
  /** Gradients are scaled down to this global norm; 0 for no clipping. */
  maxGradNorm: number;
  seed: number;
  /** Random crops and mirrors of the training pictures; never in mode `head`. */
  augment: boolean;
  /** What decides the best epoch. */
  bestBy: BestBy;
  /** Compute blocks again in the backward pass to save memory; null: only where it has to be. */
  checkpointing: boolean | null;
}

/** The tutorial's values, which are Hugging Face `Trainer`'s where it names none. */
export const TUTORIAL: FineTuneSettings = {
  mode: 'full',
  lastBlocks: null,
  epochs: 6,
  batchSize: 5,
  learningRate: 2e-5,
  weightDecay: 0.01,
  maxGradNorm: 1,
  seed: 42,
  augment: true,
  bestBy: 'accuracy',
  checkpointing: null,
};

/** For some tens of pictures; docs/tutorial.md tells how far it has been measured. */
export const SMALL_SET: FineTuneSettings = { ...TUTORIAL, learningRate: 1e-4 };

/** For the head alone; chosen by cross-validation, see docs/tutorial.md. */
export const HEAD: FineTuneSettings = {
  ...TUTORIAL,
  mode: 'head',
  epochs: 20,
  batchSize: 16,
  learningRate: 3e-3,
};

export const PRESETS = { tutorial: TUTORIAL, 'small-set': SMALL_SET, head: HEAD } as const;
export type PresetName = keyof typeof PRESETS;

/** Range of each number, for forms and the command line. */
export const RANGES = {
  epochs: { min: 1, max: 1000 },
  batchSize: { min: 1, max: 512 },
  learningRate: { min: 1e-8, max: 1 },
  weightDecay: { min: 0, max: 1 },
  maxGradNorm: { min: 0, max: 1000 },
  seed: { min: 0, max: Number.MAX_SAFE_INTEGER },
} as const;

const WHOLE = new Set(['epochs', 'batchSize', 'seed']);

/**
 * @param blocks blocks of the model
 * @throws UserError naming the first setting that does not fit
 */
export function checkSettings(settings: FineTuneSettings, blocks: number): void {
  for (const [name, { min, max }] of Object.entries(RANGES)) {
    const value = settings[name as keyof typeof RANGES];
    if (!(value >= min && value <= max) || (WHOLE.has(name) && !Number.isInteger(value))) {
      const kind = WHOLE.has(name) ? 'a whole number' : 'a number';
      throw new UserError(`${name} must be ${kind} from ${min} to ${max}, not ${value}.`);
    }
  }
  const { lastBlocks, bestBy } = settings;
  if (lastBlocks !== null && !(Number.isInteger(lastBlocks) && lastBlocks >= 1)) {
    throw new UserError(`The number of last blocks must be 1 or more, not ${lastBlocks}.`);
  }
  if (lastBlocks !== null && lastBlocks > blocks) {
    throw new UserError(`The model has ${blocks} blocks; it cannot train the last ${lastBlocks}.`);
  }
  if (!BEST_BY.includes(bestBy)) {
    throw new UserError(`The metric must be one of ${BEST_BY.join(', ')}, not ${bestBy}.`);
  }
}

/** What the run trains, in words. */
export function describeMode({ mode, lastBlocks }: FineTuneSettings): string {
  if (mode === 'head') return 'classification head only, backbone frozen';
  return lastBlocks === null
    ? 'all weights'
    : `the last ${lastBlocks} block${lastBlocks === 1 ? '' : 's'}, last norm and head`;
}
