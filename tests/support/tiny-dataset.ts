import type { CheckpointFiles } from '../../src/checkpoint/file-set.ts';
import { filesInMemory } from '../../src/checkpoint/file-set.ts';
import { createNodeImageDecoder } from '../../src/platform/node/image-decoder.ts';
import type { Dataset } from '../../src/training/dataset/dataset.ts';
import { openDataset } from '../../src/training/dataset/open-dataset.ts';
import { readFile } from 'node:fs/promises';
import { NANO, nanoExpected } from './training.ts';

const CLASSES = ['RoughnessB', 'RoughnessC', 'RoughnessD'];

/** The twelve nano pictures as an imagefolder: the last of each class for validation. */
export async function tinyFolder(): Promise<Map<string, Uint8Array>> {
  const { images, labels } = await nanoExpected();
  const files = new Map<string, Uint8Array>();
  for (const [i, name] of images.entries()) {
    const split = i % 4 === 3 ? 'validation' : 'train';
    const path = `${split}/${CLASSES[labels[i]!]}/${name.split('/').at(-1)}`;
    files.set(path, new Uint8Array(await readFile(`${NANO}${name}`)));
  }
  return files;
}

export const tinyFiles = async (name = 'tiny'): Promise<CheckpointFiles> =>
  filesInMemory(name, await tinyFolder());

export const tinyDataset = async (): Promise<Dataset> =>
  openDataset(await tinyFiles(), { decoder: createNodeImageDecoder() });
