import { ROUGHNESS } from '../../roughness/category.ts';
import type { Roughness } from '../../roughness/category.ts';
import type { RgbImage } from '../../imagery/patch.ts';

export const SPLITS = ['train', 'validation', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/** A picture with its truth. */
export interface LabelledImage {
  /** Path or row, unique in the dataset. */
  id: string;
  label: Roughness;
  /** Class as the source names it. */
  className: string;
  /** Pictures of one place, which a split never parts; null where the source does not say. */
  group: string | null;
  split: Split;
  /** SHA-256 of the encoded bytes, hex. */
  sha256: string;
  /** Decoded pixels, kept as long as memory allows. */
  picture(): Promise<RgbImage>;
}

/** A picture that is not used. */
export interface SkippedImage {
  id: string;
  reason: string;
}

/** Pictures to train and to evaluate on. */
export interface Dataset {
  name: string;
  images: LabelledImage[];
  /** Damaged or unusable pictures, each with its reason. */
  skipped: SkippedImage[];
  /** How the class names of the source were read. */
  classes: { name: string; label: Roughness }[];
  /** Said where validation images were taken from training, since the source held none back. */
  splitMade: { seed: number; share: number; byGroup: boolean } | null;
  /** Changes with any picture, label or split. */
  sha256: string;
}

/** Pictures per split and category. */
export type DatasetCounts = Record<Split, Record<Roughness, number>>;

export function countsOf(images: readonly Pick<LabelledImage, 'split' | 'label'>[]): DatasetCounts {
  const none = () => Object.fromEntries(ROUGHNESS.map((r) => [r, 0])) as Record<Roughness, number>;
  const counts = { train: none(), validation: none(), test: none() };
  for (const { split, label } of images) counts[split][label] += 1;
  return counts;
}

/** A picture as a reader finds it: nothing decoded, its class not yet judged. */
export interface FoundImage {
  id: string;
  className: string;
  group: string | null;
  /** null where the source has no splits. */
  split: Split | null;
  bytes(): Promise<Uint8Array>;
}

/** What a reader makes of a source. */
export interface FoundImages {
  images: FoundImage[];
  skipped: SkippedImage[];
}
