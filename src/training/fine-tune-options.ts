import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { Likeness } from '../checkpoint/likeness.ts';
import type { Calibration } from './calibrate.ts';
import type { Prediction } from './class-targets.ts';
import type { Dataset } from './dataset/dataset.ts';
import type { FeatureCache } from './feature-cache.ts';
import type { Metrics } from './metrics.ts';
import type { RunControl } from './run-control.ts';
import type { FineTuneSettings } from './settings.ts';
import type { EpochReport, StepReport, TrainerState } from './trainer-state.ts';

export type FineTuneProgress =
  /** Pictures passed through the frozen backbone (mode `head`). */
  | { stage: 'features'; done: number; total: number }
  | { stage: 'step'; report: StepReport; total: number; imagesPerSecond: number }
  | { stage: 'evaluate'; epoch: number }
  | { stage: 'epoch'; report: EpochReport }
  | { stage: 'paused' };

export interface FineTuneOptions {
  checkpoint: Checkpoint;
  dataset: Dataset;
  settings: FineTuneSettings;
  /** A stored state of this very run, to go on from. */
  resume?: TrainerState | null;
  /** Keeps the state: after each epoch, now and then between, and when the run pauses or stops. */
  saveState?: (state: TrainerState) => Promise<void>;
  /** Time between two stored states within an epoch [s]. */
  saveEverySeconds?: number;
  control?: RunControl;
  /** Features of earlier runs (mode `head`); unless given, this run's own. */
  features?: FeatureCache;
  /** Lets a category without training pictures pass. */
  allowMissing?: boolean;
  onProgress?: (progress: FineTuneProgress) => void;
  signal?: AbortSignal;
}

export interface FineTuneResult {
  /** The best epoch's weights; its `upwind` and `trained` are still the base's. */
  checkpoint: Checkpoint;
  /** Of the best epoch, on the validation pictures. */
  metrics: Metrics;
  bestEpoch: number;
  epochs: EpochReport[];
  steps: StepReport[];
  /** One for each validation picture, by the best epoch. */
  predictions: Prediction[];
  /** From the best epoch's logits on the validation pictures. */
  calibration: Calibration;
  /** What the training pictures look like, as far as it is known. */
  likeness: Likeness | null;
  /** Why the run ended before its time; null where it did not. */
  diverged: string | null;
  seconds: number;
}

/** Tells whether a stored state belongs to a run. */
export const fingerprintOf = ({
  checkpoint,
  dataset,
  settings,
}: Pick<FineTuneOptions, 'checkpoint' | 'dataset' | 'settings'>): string =>
  JSON.stringify({
    ...settings,
    checkpointing: null,
    model: checkpoint.sha256,
    data: dataset.sha256,
  });
