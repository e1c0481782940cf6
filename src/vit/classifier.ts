import type { Likeness } from '../checkpoint/likeness.ts';
import type { RgbImage } from '../imagery/patch.ts';
import type { Roughness } from '../roughness/category.ts';

/** Where the tensors are computed. */
export type BackendName = 'webgpu' | 'wasm' | 'webgl' | 'cpu';

/** Backends to try unless told otherwise. WebGL is not among them: wasm beats it on a ViT. */
export const DEFAULT_ORDER: readonly BackendName[] = ['webgpu', 'wasm', 'cpu'];

/** The compute backend in use, and how it came to be. */
export interface BackendInfo {
  name: BackendName;
  /** Adapter or build, for people: `SwiftShader`, `SIMD, 2 threads`. */
  detail: string;
  /** Backends asked for before this one, each with the reason it was not used. */
  rejected: { name: BackendName; reason: string }[];
  /**
   * Threads of wasm and their memory, for people: `4 threads sharing their weights, 31 MB`. The
   * answers do not depend on them, so that results do not name them.
   */
  threads?: string;
}

/** What a checkpoint says of itself. */
export interface ModelInfo {
  /** Folder name, Hub id, or archive name. */
  id: string;
  /** SHA-256 of the weights, hex. */
  sha256: string;
  /** Class names in logit order, as in `id2label`. */
  labels: string[];
  /** Roughness of each class; null where a class name maps to none. */
  roughness: (Roughness | null)[];
  /** False for a backbone whose head is fresh and must be trained. */
  trained: boolean;
  /** Ground size of one input [m]; null if the checkpoint does not say. */
  tileM: number | null;
  /** Input side [px]. */
  imageSize: number;
  hiddenSize: number;
  layers: number;
  /** Softmax temperature found in calibration; 1 if the checkpoint does not say. */
  temperature: number;
  /** Confidence below which a tile is unsure; 0 if the checkpoint does not say. */
  confidenceFloor: number;
  /** What its training pictures look like, to mark tiles unlike them; null if it does not say. */
  likeness: Likeness | null;
}

/** One image's answer. */
export interface Classification {
  logits: Float32Array;
  /** softmax(logits / temperature), in logit order. */
  probabilities: Float32Array;
  /** CLS token after the last norm, [hiddenSize]. */
  features: Float32Array;
}

/** A loaded model, in this thread or behind a worker. */
export interface Classifier {
  readonly model: ModelInfo;
  readonly backend: BackendInfo;
  /** Images of any size: resized as the checkpoint's preprocessor config says. */
  classify(images: RgbImage[], options?: { signal?: AbortSignal }): Promise<Classification[]>;
  /** Largest batch worth sending at once on this backend. */
  readonly batchSize: number;
  dispose(): Promise<void>;
}

/** Where a model looked in one image. */
export interface AttentionMap {
  /** Patches along one side. */
  side: number;
  /** Share of each patch, row-major from the north-west, [side²]; sums to 1. */
  weights: Float32Array;
}

/** A classifier that can also say where it looked; every classifier of ours is one. */
export interface ExplainingClassifier extends Classifier {
  explain(image: RgbImage, options?: { signal?: AbortSignal }): Promise<AttentionMap>;
}
