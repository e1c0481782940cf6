import { ROUGHNESS } from '../roughness/category.ts';
import type { Roughness } from '../roughness/category.ts';
import type { ModelInfo } from '../vit/classifier.ts';
import { roughnessOf } from './label.ts';
import type { LabelRecord } from './label.ts';

/** What a model says of each tile, by label id; null where it could not say. */
export type Predictions = ReadonlyMap<string, Roughness | null>;

export interface ChangedMind {
  id: string;
  label: Roughness;
  before: Roughness | null;
  after: Roughness | null;
}

export interface ChangedMinds {
  /** Tiles whose prediction differs: first those now wrong, then those now right, then the rest. */
  changed: ChangedMind[];
  /** Wrong before, right now; and the other way. */
  gained: number;
  lost: number;
  /** Labelled tiles that both models judged. */
  judged: number;
  /** Share judged as labelled, 0 to 1; null where there is none. */
  accuracyBefore: number | null;
  accuracyAfter: number | null;
}

/**
 * What training changed, on tiles that teach a category. Give it the held-out labels alone for an
 * honest accuracy; tiles the training saw say little.
 */
export function changedMinds(
  labels: readonly Pick<LabelRecord, 'id' | 'label'>[],
  before: Predictions,
  after: Predictions,
): ChangedMinds {
  const judged = labels.flatMap(({ id, label }) => {
    const roughness = roughnessOf(label);
    if (!roughness || !before.has(id) || !after.has(id)) return [];
    return [{ id, label: roughness, before: before.get(id)!, after: after.get(id)! }];
  });
  const rightBefore = judged.filter((tile) => tile.before === tile.label);
  const rightAfter = judged.filter((tile) => tile.after === tile.label);
  const changed = judged.filter((tile) => tile.before !== tile.after);
  const rank = (tile: ChangedMind) =>
    tile.before === tile.label ? 0 : tile.after === tile.label ? 1 : 2;
  return {
    changed: changed.sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1)),
    gained: changed.filter((tile) => tile.after === tile.label).length,
    lost: changed.filter((tile) => tile.before === tile.label).length,
    judged: judged.length,
    accuracyBefore: judged.length ? rightBefore.length / judged.length : null,
    accuracyAfter: judged.length ? rightAfter.length / judged.length : null,
  };
}

/**
 * Category that a model's answer means: classes that name the same roughness add up, and of two
 * equally likely the smoother, which brings the higher load, is taken; null where no class names one.
 * @param probabilities in logit order
 */
export function categoryOf(
  probabilities: ArrayLike<number>,
  { roughness }: Pick<ModelInfo, 'roughness'>,
): Roughness | null {
  const sums = ROUGHNESS.map((category) =>
    roughness.reduce((sum, named, i) => sum + (named === category ? probabilities[i]! : 0), 0),
  );
  const most = Math.max(...sums);
  return most > 0 ? ROUGHNESS[sums.lastIndexOf(most)]! : null;
}

/** The same of an opinion over B, C, D. */
export const likeliestOf = (probabilities: Record<Roughness, number>): Roughness | null =>
  categoryOf(
    ROUGHNESS.map((category) => probabilities[category]),
    { roughness: [...ROUGHNESS] },
  );
