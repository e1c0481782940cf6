import * as tf from '@tensorflow/tfjs';
import type { BackendName } from '../vit/classifier.ts';
import { AdamW } from './adamw.ts';
import { withTrainableHead } from './class-targets.ts';
import { assertTrainable } from './dataset/check-dataset.ts';
import { uploadWeights } from './device-weights.ts';
import { memoryFeatures } from './feature-cache.ts';
import type { FineTuneOptions, FineTuneResult } from './fine-tune-options.ts';
import { createLearner } from './learner.ts';
import { memoryLimit, planMemory } from './memory.ts';
import { checkSettings } from './settings.ts';
import { TrainingRun } from './training-run.ts';
import { fusedTrainingIfSound } from './webgpu/fused-training.ts';

export * from './fine-tune-options.ts';

/**
 * Fine-tunes a checkpoint on the backend that TensorFlow.js runs on, as Hugging Face's `Trainer`
 * does by default. Each epoch is evaluated; the best one is what comes out. A run that goes on
 * from a stored state takes the same steps as one that never stopped.
 * @throws UserError where data or settings cannot train, memory will not do, or the loss is lost
 *   before the first epoch ends; AbortError where it is cancelled, its state saved
 */
export async function fineTune(options: FineTuneOptions): Promise<FineTuneResult> {
  const { dataset, settings, signal } = options;
  signal?.throwIfAborted();
  const checkpoint = withTrainableHead(options.checkpoint, settings.seed);
  checkSettings(settings, checkpoint.config.layers);
  assertTrainable(dataset, options);
  const limit = memoryLimit(tf.getBackend() as BackendName);
  const { checkpointing } = planMemory(checkpoint.config, settings, limit);
  const { fused } = await fusedTrainingIfSound(checkpoint.config);
  const weights = uploadWeights(checkpoint);
  const { features = memoryFeatures() } = options;
  const learner = createLearner({
    checkpoint,
    weights,
    settings,
    checkpointing,
    features,
    fused,
    signal,
  });
  const optimizer = fused?.optimizer(settings) ?? new AdamW(settings);
  try {
    const run = new TrainingRun({ ...options, checkpoint }, { weights, learner, optimizer });
    return await run.finish();
  } finally {
    optimizer.dispose();
    learner.dispose();
    fused?.dispose();
    tf.dispose(weights);
  }
}
