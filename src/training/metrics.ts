import { ROUGHNESS, severity } from '../roughness/category.ts';
import type { Roughness } from '../roughness/category.ts';

/** How well a model does on pictures with known truth. */
export interface Metrics {
  n: number;
  /** 0 to 1. */
  accuracy: number;
  labels: Roughness[];
  /** Share of each category found; null where the truth has none of it. */
  recall: (number | null)[];
  /** Rows truth, columns prediction, both in the order of `labels`. */
  confusion: number[][];
  /** B said where the truth is C or D: loads come out too low. */
  unsafe: number;
  /** C or D said where the truth is B: loads come out too high. */
  costly: number;
}

export function metricsOf(
  truth: readonly Roughness[],
  predicted: readonly (Roughness | null)[],
): Metrics {
  const confusion = ROUGHNESS.map(() => ROUGHNESS.map(() => 0));
  truth.forEach((label, i) => {
    const said = predicted[i];
    if (said) confusion[severity(label)]![severity(said)]! += 1;
  });
  const n = truth.length;
  const right = ROUGHNESS.reduce((sum, _, c) => sum + confusion[c]![c]!, 0);
  const recall = ROUGHNESS.map((label, c) => {
    const all = truth.filter((t) => t === label).length;
    return all === 0 ? null : confusion[c]![c]! / all;
  });
  return {
    n,
    accuracy: n === 0 ? 0 : right / n,
    labels: [...ROUGHNESS],
    recall,
    confusion,
    unsafe: confusion[1]![0]! + confusion[2]![0]!,
    costly: confusion[0]![1]! + confusion[0]![2]!,
  };
}

/** What decides which epoch is best. */
export const BEST_BY = ['accuracy', 'loss', 'recall', 'unsafe'] as const;
export type BestBy = (typeof BEST_BY)[number];

/** Score of an epoch, higher is better. `recall`: the mean over categories; `unsafe`: fewest. */
export function scoreOf(by: BestBy, metrics: Metrics, loss: number): number {
  if (by === 'accuracy') return metrics.accuracy;
  if (by === 'loss') return -loss;
  if (by === 'unsafe') return -metrics.unsafe + metrics.accuracy / 2;
  const known = metrics.recall.filter((value) => value !== null);
  return known.length === 0 ? 0 : known.reduce((a, b) => a + b, 0) / known.length;
}
