import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { withRoughnessHead } from '../checkpoint/fresh-head.ts';
import { hasRoughnessLabels, roughnessOfLabel } from '../checkpoint/labels.ts';
import { ROUGHNESS } from '../roughness/category.ts';
import type { Roughness } from '../roughness/category.ts';

/**
 * The model as a run starts from it: its own head where that tells B, C and D apart, else a fresh
 * one.
 */
export const withTrainableHead = (checkpoint: Checkpoint, seed: number): Checkpoint =>
  hasRoughnessLabels(checkpoint.config.labels) ? checkpoint : withRoughnessHead(checkpoint, seed);

/** Logit of each category, in the order B, C, D. The model must have all three. */
export function logitOfRoughness(labels: readonly string[]): number[] {
  return ROUGHNESS.map((category) => {
    const index = labels.findIndex((label) => roughnessOfLabel(label) === category);
    if (index < 0) throw new Error(`The model has no class for ${category}.`);
    return index;
  });
}

/** What a model said of one picture. */
export interface Prediction {
  id: string;
  truth: Roughness;
  /** null where the likeliest class is none of B, C, D. */
  predicted: Roughness | null;
  /** Of the class said. */
  probability: number;
  /** Cross-entropy of the truth. */
  loss: number;
}

/**
 * Reads predictions off logits.
 * @param logits [images, classes], row after row
 */
export function predictionsOf(
  images: readonly { id: string; label: Roughness }[],
  logits: Float32Array,
  labels: readonly string[],
): Prediction[] {
  const classes = labels.length;
  const targets = logitOfRoughness(labels);
  return images.map(({ id, label }, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    const top = row.reduce((best, value, c) => (value > row[best]! ? c : best), 0);
    const sum = row.reduce((total, value) => total + Math.exp(value - row[top]!), 0);
    const target = targets[ROUGHNESS.indexOf(label)]!;
    return {
      id,
      truth: label,
      predicted: roughnessOfLabel(labels[top]!),
      probability: 1 / sum,
      loss: Math.log(sum) + row[top]! - row[target]!,
    };
  });
}
