import * as tf from '@tensorflow/tfjs';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { hasRoughnessLabels } from '../checkpoint/labels.ts';
import { UserError } from '../site/user-error.ts';
import { predictionsOf } from './class-targets.ts';
import type { Prediction } from './class-targets.ts';
import type { LabelledImage } from './dataset/dataset.ts';
import { uploadWeights } from './device-weights.ts';
import { memoryFeatures } from './feature-cache.ts';
import { createLearner } from './learner.ts';
import { metricsOf } from './metrics.ts';
import type { Metrics } from './metrics.ts';
import { TUTORIAL } from './settings.ts';

/** Pictures between two reports of progress. */
const STEP = 8;

/**
 * Judges a checkpoint on labelled pictures, on the backend that TensorFlow.js runs on.
 * @throws UserError where it has no classes for B, C and D
 */
export async function judgeCheckpoint(
  checkpoint: Checkpoint,
  images: readonly LabelledImage[],
  onProgress: (done: number, total: number) => void = () => {},
): Promise<{ metrics: Metrics; predictions: Prediction[] }> {
  if (!hasRoughnessLabels(checkpoint.config.labels)) {
    throw new UserError(`${checkpoint.id} has no classes for B, C and D.`);
  }
  const weights = uploadWeights(checkpoint);
  const learner = createLearner({
    checkpoint,
    weights,
    settings: TUTORIAL,
    checkpointing: false,
    features: memoryFeatures(),
  });
  try {
    const predictions: Prediction[] = [];
    for (let from = 0; from < images.length; from += STEP) {
      onProgress(from, images.length);
      const batch = images.slice(from, from + STEP);
      const logits = await learner.logits(batch);
      predictions.push(...predictionsOf(batch, logits, checkpoint.config.labels));
    }
    onProgress(images.length, images.length);
    const truth = predictions.map((one) => one.truth);
    return {
      predictions,
      metrics: metricsOf(
        truth,
        predictions.map((one) => one.predicted),
      ),
    };
  } finally {
    learner.dispose();
    tf.dispose(weights);
  }
}
