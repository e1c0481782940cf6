import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { readCheckpoint } from '../../checkpoint/read-checkpoint.ts';
import type { CheckpointProgress } from '../../checkpoint/read-checkpoint.ts';
import { DEFAULT_ORDER } from '../../vit/classifier.ts';
import type { BackendName, ExplainingClassifier } from '../../vit/classifier.ts';
import type { ClassifierProgress } from '../../vit/create-classifier.ts';
import { openModel } from './checkpoint-files.ts';
import { nodeThreads } from './compute-threads.ts';
import { nodeGpu } from './gpu.ts';

/** How a model is made ready to compute in Node. */
export interface NodeEngineOptions {
  /** Backends to try, best first. */
  order?: readonly BackendName[];
  /** Threads of wasm; as many as the machine has cores unless given. */
  threads?: number;
  signal?: AbortSignal;
  onProgress?: (progress: CheckpointProgress | ClassifierProgress) => void;
}

/**
 * A checkpoint, ready to classify in this process.
 * @throws UserError where no backend works
 */
export async function createNodeClassifier(
  checkpoint: Checkpoint,
  { order = DEFAULT_ORDER, threads, signal, onProgress }: NodeEngineOptions = {},
): Promise<ExplainingClassifier> {
  const found = order.includes('webgpu')
    ? await nodeGpu({ insist: order.length === 1 })
    : { gpu: null, reason: 'not asked for' };
  signal?.throwIfAborted();
  // After navigator.gpu is set: TensorFlow.js looks for it when it is imported.
  const { createClassifier } = await import('../../vit/create-classifier.ts');
  return createClassifier(checkpoint, {
    order,
    gpu: found.gpu,
    gpuMissing: found.gpu ? undefined : found.reason,
    threads: nodeThreads(threads),
    signal,
    onProgress,
  });
}

/**
 * Opens the model that a person names and makes it ready: `openModel`, `readCheckpoint`,
 * `createNodeClassifier` in one.
 * @param model folder, zip, bundled id, or Hub id
 */
export async function loadClassifier(
  model: string,
  options: NodeEngineOptions = {},
): Promise<ExplainingClassifier> {
  const checkpoint = await readCheckpoint(await openModel(model), options);
  return createNodeClassifier(checkpoint, options);
}
