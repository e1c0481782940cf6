import { readFileSync } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import type { CheckpointFiles } from '../../src/checkpoint/file-set.ts';
import type { RgbImage } from '../../src/imagery/patch.ts';

export const FIXTURES = resolve(import.meta.dirname, '../fixtures');
/** Weights too large for the repository; tests that need them skip where they are absent. */
export const SHARED = resolve(import.meta.dirname, '../../../shared');

export interface Values {
  shape: number[];
  values: number[];
}

/** PyTorch's own figures for the nano model. */
export interface NanoExpected {
  labels: number[];
  images: string[];
  pixel_values_00: Values;
  hidden_states_first3: Values;
  cls_features: Values;
  logits: Values;
  probabilities: Values;
}

export function nanoExpected(): NanoExpected {
  return JSON.parse(readFileSync(join(FIXTURES, 'vit-nano/expected.json'), 'utf8'));
}

/** A picture as sharp decodes it, alpha dropped. */
export async function readRgb(path: string): Promise<RgbImage> {
  const { data, info } = await sharp(path)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: new Uint8Array(data) };
}

export function nanoImages(count = 12): Promise<RgbImage[]> {
  const names = nanoExpected().images.slice(0, count);
  return Promise.all(names.map((name) => readRgb(join(FIXTURES, 'vit-nano', name))));
}

/** A folder as `CheckpointFiles`, apart from the code under test. */
export function folderFiles(folder: string): CheckpointFiles {
  return {
    name: folder.split('/').at(-1)!,
    async list() {
      const names = await readdir(folder);
      const entries = await Promise.all(
        names.map(async (path) => ({ path, stats: await stat(join(folder, path)) })),
      );
      return entries
        .filter(({ stats }) => stats.isFile())
        .map(({ path, stats }) => ({ path, size: stats.size }));
    },
    read: async (path) => new Uint8Array(await readFile(join(folder, path))),
  };
}

/** Largest absolute difference. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`lengths ${a.length} and ${b.length}`);
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    // NaN must fail, not vanish in a comparison.
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
