import { categoryOf, changedMinds, likeliestOf } from '../../src/labels/changed-minds.ts';
import type { ChangedMinds, Predictions } from '../../src/labels/changed-minds.ts';
import type { LabelStore } from '../../src/labels/label-store.ts';
import { roughnessOf } from '../../src/labels/label.ts';
import type { LabelRecord } from '../../src/labels/label.ts';
import { decodePng } from '../../src/labels/png.ts';
import type { SplitAssignment } from '../../src/labels/split-by-site.ts';
import type { Roughness } from '../../src/roughness/category.ts';
import type { Classifier } from '../../src/vit/classifier.ts';

/** What a model said of the labelled tiles, kept to compare with the next one. */
export interface Baseline {
  name: string;
  sha256: string;
  predictions: Record<string, Roughness | null>;
}

interface JudgeOptions {
  signal: AbortSignal;
  onProgress(done: number, total: number): void;
}

/**
 * What a model says of every tile that teaches a category. Tiles that this very model judged when
 * they were labelled need no second look.
 */
export async function judgeLabels(
  store: Pick<LabelStore, 'pixels'>,
  labels: readonly LabelRecord[],
  { classifier, signal, onProgress }: JudgeOptions & { classifier: Classifier },
): Promise<Baseline> {
  const { id: name, sha256 } = classifier.model;
  const predictions: Record<string, Roughness | null> = {};
  const open: LabelRecord[] = [];
  for (const label of labels) {
    if (!roughnessOf(label.label)) continue;
    if (label.model?.sha256 === sha256) {
      predictions[label.id] = likeliestOf(label.model.probabilities);
    } else open.push(label);
  }
  const step = Math.max(1, Math.min(classifier.batchSize, 8));
  for (let start = 0; start < open.length; start += step) {
    signal.throwIfAborted();
    const batch = open.slice(start, start + step);
    const images = await Promise.all(
      batch.map(async ({ id }) => {
        const png = await store.pixels(id);
        return png ? decodePng(png) : null;
      }),
    );
    const seen = images.flatMap((image) => (image ? [image] : []));
    const answers = await classifier.classify(seen, { signal });
    const found = batch.filter((_, i) => images[i]);
    for (const [i, answer] of answers.entries()) {
      predictions[found[i]!.id] = categoryOf(answer.probabilities, classifier.model);
    }
    onProgress(Math.min(start + step, open.length), open.length);
  }
  return { name, sha256, predictions };
}

/** Before and after, on the labels held out from training and on all of them. */
export function compareModels(
  labels: readonly LabelRecord[],
  assigned: SplitAssignment,
  { before, after }: { before: Baseline; after: Baseline },
): { heldOut: ChangedMinds; all: ChangedMinds } {
  const [was, is] = [before, after].map(
    ({ predictions }): Predictions => new Map(Object.entries(predictions)),
  ) as [Predictions, Predictions];
  const heldOut = labels.filter(({ siteId }) => (assigned[siteId] ?? 'train') !== 'train');
  return { heldOut: changedMinds(heldOut, was, is), all: changedMinds(labels, was, is) };
}
