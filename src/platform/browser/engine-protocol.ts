import type { CheckpointProgress } from '../../checkpoint/read-checkpoint.ts';
import type { RgbImage } from '../../imagery/patch.ts';
import type {
  AttentionMap,
  BackendInfo,
  BackendName,
  Classification,
  ModelInfo,
} from '../../vit/classifier.ts';
import type { ClassifierProgress } from '../../vit/create-classifier.ts';
import type { ModelSource } from './model-source.ts';

export type EngineProgress = CheckpointProgress | ClassifierProgress;

/** What the page tells the worker at the start. */
export interface EngineLoad {
  source: ModelSource;
  order?: readonly BackendName[];
  softwareGpu?: boolean;
  wasmPaths?: string | Record<string, string>;
  /** Threads of wasm; all cores but one unless given. */
  threads?: number;
  /** Replace the head by a fresh one for B, C and D where the checkpoint has none for them. */
  roughnessHead?: boolean;
}

/** What the page knows of the worker's classifier. */
export interface EngineState {
  model: ModelInfo;
  backend: BackendInfo;
  batchSize: number;
}

/** The worker's side, as comlink exposes it. Calls are numbered, so that one can be cancelled. */
export interface EngineHost {
  /** @param threads starts and ends workers on the page, which the page alone can do everywhere */
  load(
    request: EngineLoad,
    onProgress: (progress: EngineProgress) => void,
    threads: (id: number, port: MessagePort | null) => void,
  ): Promise<EngineState>;
  /** A worker started for the engine has stopped by itself. */
  threadStopped(id: number, reason: string): void;
  classify(
    call: number,
    images: RgbImage[],
  ): Promise<{ answers: Classification[]; state: EngineState }>;
  explain(call: number, image: RgbImage): Promise<{ map: AttentionMap; state: EngineState }>;
  cancel(call: number): void;
  dispose(): Promise<void>;
}
