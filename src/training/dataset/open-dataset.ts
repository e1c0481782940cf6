import type { CheckpointFiles } from '../../checkpoint/file-set.ts';
import type { ImageDecoder } from '../../imagery/image-source.ts';
import { sha256Hex } from '../../site/sha256.ts';
import { UserError } from '../../site/user-error.ts';
import { mapClasses } from './class-map.ts';
import type { ClassMapOptions } from './class-map.ts';
import type { Dataset, FoundImages, LabelledImage } from './dataset.ts';
import { findImagefolder, isPicturePath } from './imagefolder.ts';
import { chooseValidation } from './make-split.ts';
import { findParquet, isParquetPath } from './parquet.ts';
import { PictureCache } from './picture-cache.ts';

export interface DatasetProgress {
  /** Pictures looked at, of all. */
  done: number;
  total: number;
}

export interface OpenDatasetOptions extends ClassMapOptions {
  decoder: ImageDecoder;
  /** Seed of the split, where one has to be made. */
  seed?: number;
  /** False to leave everything as given, as evaluation wants it; true unless said. */
  holdBack?: boolean;
  /** Share of the pictures to hold back then. */
  validationShare?: number;
  /** Memory for decoded pictures [bytes]. */
  cacheBytes?: number;
  signal?: AbortSignal;
  onProgress?: (progress: DatasetProgress) => void;
}

const CACHE_BYTES = 512 * 2 ** 20;

/**
 * Reads an imagefolder or parquet dataset: looks at every picture once, lists those that are
 * damaged, and holds back validation pictures where the source does not.
 * @throws UserError where there is nothing to read; `UnknownClasses` where somebody must say what
 *   the classes are
 */
export async function openDataset(
  files: CheckpointFiles,
  options: OpenDatasetOptions,
): Promise<Dataset> {
  const { decoder, signal, onProgress, seed = 42, validationShare = 0.2 } = options;
  const mayHoldBack = options.holdBack ?? true;
  const found = await find(files, signal);
  if (found.images.length === 0) {
    const why = found.skipped[0] ? ` The first file: ${found.skipped[0].reason}.` : '';
    throw new UserError(
      `${files.name} holds no labelled pictures. Give folders of classes (train/RoughnessB/1.jpg …), a zip of them, or parquet.${why}`,
    );
  }
  const classNames = [...new Set(found.images.map(({ className }) => className))].sort();
  const classes = mapClasses(classNames, options);
  const cache = new PictureCache(decoder, options.cacheBytes ?? CACHE_BYTES);
  const skipped = [...found.skipped];
  const images: LabelledImage[] = [];
  for (const [index, { id, className, group, split, bytes }] of found.images.entries()) {
    signal?.throwIfAborted();
    onProgress?.({ done: index, total: found.images.length });
    try {
      const encoded = await bytes();
      const sha256 = await sha256Hex(encoded);
      await cache.get(id, async () => encoded);
      const label = classes.get(className)!;
      const picture = () => cache.get(id, bytes);
      images.push({ id, label, className, group, split: split ?? 'train', sha256, picture });
    } catch (error) {
      signal?.throwIfAborted();
      skipped.push({ id, reason: `damaged: ${error instanceof Error ? error.message : error}` });
    }
  }
  onProgress?.({ done: found.images.length, total: found.images.length });
  const splitMade = mayHoldBack ? holdBack(images, { seed, share: validationShare }) : null;
  return {
    name: files.name,
    images,
    skipped,
    classes: classNames.map((name) => ({ name, label: classes.get(name)! })),
    splitMade,
    sha256: await hashOf(images),
  };
}

async function find(files: CheckpointFiles, signal?: AbortSignal): Promise<FoundImages> {
  const paths = (await files.list({ signal })).map(({ path }) => path);
  // Pictures first: an imagefolder may keep a parquet of metadata beside them.
  if (paths.some(isPicturePath)) return findImagefolder(files, { signal });
  if (paths.some(isParquetPath)) return findParquet(files, { signal });
  return { images: [], skipped: [] };
}

/** Moves some of training to validation where the source holds nothing back for it. */
function holdBack(
  images: LabelledImage[],
  { seed, share }: { seed: number; share: number },
): Dataset['splitMade'] {
  if (images.some(({ split }) => split === 'validation')) return null;
  const train = images.filter(({ split }) => split === 'train');
  const chosen = chooseValidation(train, { seed, share });
  if (chosen.size === 0) return null;
  for (const image of train) if (chosen.has(image.id)) image.split = 'validation';
  return { seed, share, byGroup: train.some(({ group }) => group !== null) };
}

const hashOf = (images: readonly LabelledImage[]): Promise<string> => {
  const lines = images.map(({ split, label, sha256 }) => `${split} ${label} ${sha256}`).sort();
  return sha256Hex(new TextEncoder().encode(lines.join('\n')));
};
