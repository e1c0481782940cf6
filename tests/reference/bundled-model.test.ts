import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.ts';
import { readCheckpoint } from '../../src/checkpoint/read-checkpoint.ts';
import type { RgbImage } from '../../src/imagery/patch.ts';
import type { Classification } from '../../src/vit/classifier.ts';
import { createClassifier } from '../../src/vit/create-classifier.ts';
import type { ClassifierOptions } from '../../src/vit/create-classifier.ts';
import { nodeWebGpuOrSkip } from '../support/node-webgpu.ts';
import { sceneTile } from '../support/scene-tile.ts';
import { FIXTURES, folderFiles, maxDifference } from '../support/vit-fixtures.ts';

const FOLDER = resolve(import.meta.dirname, '../../public/models/upwind-vit');
const gpu = await nodeWebGpuOrSkip();

/** What PyTorch made of the bundled checkpoint: `scripts/model/parity.py`. */
interface Expected {
  model_sha256: string;
  tiles: { x: number; y: number; truth: 'B' | 'C' | 'D'; sha256: string; logits: number[] }[];
}
const expected: Expected = JSON.parse(readFileSync(join(FIXTURES, 'upwind-vit.json'), 'utf8'));

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('the bundled checkpoint', () => {
  let checkpoint: Checkpoint;
  let images: RgbImage[];
  beforeAll(async () => {
    checkpoint = await readCheckpoint(folderFiles(FOLDER));
    images = expected.tiles.map(sceneTile);
  });

  it('and the scene are those that PyTorch saw', () => {
    expect(sha256(readFileSync(join(FOLDER, 'model.safetensors')))).toBe(expected.model_sha256);
    expect(images.map(({ rgb }) => sha256(rgb))).toEqual(expected.tiles.map((tile) => tile.sha256));
  });

  it.each<[string, ClassifierOptions, number]>([
    ['wasm, its own module', { order: ['wasm'], kernels: 'fused' }, 16],
    ['wasm, TensorFlow.js’s operations', { order: ['wasm'] }, 4],
    ['cpu', { order: ['cpu'] }, 1],
  ])('answers as in PyTorch on %s', async (_, options, count) => {
    expect(farthest(await answersOn(options, count))).toBeLessThan(1e-3);
  });

  it.skipIf(!gpu)('answers as in PyTorch on webgpu, with its own kernels', async () => {
    const options: ClassifierOptions = { order: ['webgpu'], gpu: gpu!, kernels: 'fused' };
    expect(farthest(await answersOn(options, 2))).toBeLessThan(1e-3);
  });

  it('reads the scene as it was painted', async () => {
    const answers = await answersOn({ order: ['wasm'], kernels: 'fused' }, 16);
    const right = answers.filter(({ logits }, i) => {
      const said = 'BCD'[logits.indexOf(Math.max(...logits))];
      return said === expected.tiles[i]!.truth;
    });
    expect(right.length).toBeGreaterThanOrEqual(15);
  });

  async function answersOn(options: ClassifierOptions, count: number): Promise<Classification[]> {
    const classifier = await createClassifier(checkpoint, options);
    const answers = await classifier.classify(images.slice(0, count));
    expect(classifier.backend.name).toBe(options.order![0]);
    await classifier.dispose();
    return answers;
  }
});

/** Largest difference of any logit from PyTorch's. */
const farthest = (answers: readonly Classification[]): number =>
  Math.max(...answers.map(({ logits }, i) => maxDifference(logits, expected.tiles[i]!.logits)));
