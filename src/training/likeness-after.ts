import type { Likeness } from '../checkpoint/likeness.ts';
import { nearest } from '../vit/likeness.ts';

/** Directions that a checkpoint may name; each costs a kilobyte at most. */
const MOST = 256;
/** Whole numbers of at most two digits tell a direction well enough: its length does not count. */
const LARGEST = 99;

/**
 * What a fine-tuned model's training pictures look like. Where the backbone stood still they are its
 * parent's, and the new pictures that are unlike those: ground that a person has labelled is no
 * longer strange. Where the features have moved only colour and texture still hold.
 * @param features of the new training pictures; null where training moved them
 */
export function likenessAfter(
  parent: Likeness | null,
  features: readonly Float32Array[] | null,
): Likeness | null {
  if (!parent) return null;
  const known = parent.features;
  if (!known || !features) return parent.picture ? { picture: parent.picture } : null;
  const prototypes = [...known.prototypes];
  for (const feature of features) {
    if (prototypes.length >= MOST) break;
    // Half way, so that its neighbours are known with it.
    if (nearest(feature, prototypes) > known.threshold / 2) prototypes.push(wholeNumbers(feature));
  }
  return { ...parent, features: { ...known, prototypes } };
}

function wholeNumbers(feature: Float32Array): number[] {
  const scale = LARGEST / Math.max(...feature.map(Math.abs), 1e-12);
  return [...feature].map((value) => Math.round(value * scale) || 0);
}
