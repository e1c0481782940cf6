import type { Roughness } from '../../roughness/category.ts';
import type { Prediction } from '../../training/class-targets.ts';
import type {
  Dataset,
  DatasetCounts,
  SkippedImage,
  Split,
} from '../../training/dataset/dataset.ts';
import type { FineTuneProgress } from '../../training/fine-tune.ts';
import type { MemoryPlan } from '../../training/memory.ts';
import type { Metrics } from '../../training/metrics.ts';
import type { FineTuneSettings } from '../../training/settings.ts';
import type { EpochReport, StepReport } from '../../training/trainer-state.ts';
import type { BackendInfo, BackendName } from '../../vit/classifier.ts';
import type { StoredCheckpoint } from './checkpoint-store.ts';
import type { ModelSource } from './model-source.ts';

/** A dataset's files, served by the page to the worker. */
export interface FileHost {
  list(): Promise<{ path: string; size: number }[]>;
  read(path: string): Promise<Uint8Array>;
}

export interface DatasetRequest {
  name: string;
  /** What the person said of class names that say nothing. */
  classes: Record<string, Roughness>;
  seed: number;
}

/** A dataset at a glance. */
export interface DatasetSummary {
  name: string;
  counts: DatasetCounts;
  classes: Dataset['classes'];
  skipped: SkippedImage[];
  splitMade: Dataset['splitMade'];
  /** What stands in the way of training; `missing` alone may be accepted. */
  problems: string[];
  problemsIfMissingAllowed: string[];
  images: { id: string; label: Roughness; split: Split }[];
}

/** Class names that somebody must explain before the dataset can be read. */
export interface ClassQuestion {
  unknownClasses: string[];
}

export interface RunRequest {
  base: ModelSource;
  /** Name of the checkpoint that comes out. */
  name: string;
  settings: FineTuneSettings;
  allowMissing: boolean;
  order?: readonly BackendName[];
  softwareGpu?: boolean;
}

export type RunEvent =
  | FineTuneProgress
  | { stage: 'base'; loaded: number; total: number }
  | { stage: 'backend'; info: BackendInfo }
  | { stage: 'stored'; epoch: number; step: number };

/** What a run came to. */
export interface RunOutcome {
  checkpoint: StoredCheckpoint;
  metrics: Metrics;
  bestEpoch: number;
  epochs: EpochReport[];
  predictions: Prediction[];
  diverged: string | null;
  seconds: number;
  backend: BackendInfo;
}

/** A run that was stopped or whose tab was closed. */
export interface StoredRun {
  request: RunRequest;
  dataset: DatasetRequest;
  /** ISO time of the last state. */
  saved: string;
  epochs: EpochReport[];
  steps: StepReport[];
}

export interface Estimate {
  memory: MemoryPlan | null;
  /** Why the run cannot fit, and what to do. */
  tooLarge: string | null;
  /** Of the whole run [s]; from the speed of one product of matrices on this backend. */
  seconds: number;
  trainedParameters: number;
  allParameters: number;
  backend: BackendInfo;
}

/** A checkpoint judged on the dataset that is open. */
export interface Judgement {
  metrics: Metrics;
  predictions: Prediction[];
}

/** The worker's side, as comlink exposes it. */
export interface TrainingHost {
  openDataset(
    files: FileHost,
    request: DatasetRequest,
    onProgress: (done: number, total: number) => void,
  ): Promise<DatasetSummary | ClassQuestion>;
  /** `openDataset` rejects with AbortError; what was open before stays. */
  stopReading(): void;
  /** A picture of the open dataset, at most `side` px, as PNG. */
  thumbnail(id: string, side: number): Promise<Blob>;
  estimate(request: RunRequest): Promise<Estimate>;
  /** Starts, or goes on with the stored run where `resume`. */
  run(
    request: RunRequest,
    resume: boolean,
    onEvent: (event: RunEvent) => void,
  ): Promise<RunOutcome>;
  pause(): void;
  goOn(): void;
  cancel(): void;
  /** Judges a checkpoint on the validation pictures of the open dataset. */
  judge(source: ModelSource, onProgress: (done: number, total: number) => void): Promise<Judgement>;
  /** The run to go on with; null where there is none, or another tab is busy with it and not waited for. */
  storedRun(options: { wait?: boolean }): Promise<StoredRun | null>;
  /** Opens the dataset of the stored run. */
  restoreDataset(): Promise<DatasetSummary>;
  forgetRun(): Promise<void>;
}
