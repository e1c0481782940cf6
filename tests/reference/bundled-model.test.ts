import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.ts';
import { readCheckpoint } from '../../src/checkpoint/read-checkpoint.ts';
import type { RgbImage } from '../../src/imagery/patch.ts';
import type { Classification } from '../../src/vit/classifier.ts';
import { isUnlike } from '../../src/vit/likeness.ts';
import { modelInfo } from '../../src/vit/model-info.ts';
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

const WASM: ClassifierOptions = { order: ['wasm'], kernels: 'fused' };

/** Colour by pixel of pictures that a tile server may send instead of a photograph. */
const NO_PHOTOGRAPHS: Record<string, (x: number, y: number) => number[]> = {
  'a blank': () => [221, 221, 221],
  'a drawn map': (x, y) => {
    if (Math.abs(x - 70) < 4 || Math.abs(y - 0.4 * x - 60) < 5) return [255, 255, 255];
    if ((x + 9) % 56 < 22 && (y + 5) % 48 < 18) return [217, 208, 201];
    return y > 150 && x < 110 ? [173, 209, 158] : [242, 239, 233];
  },
  'a notice': (x, y) =>
    y > 90 && y < 134 && (y - 90) % 15 < 9 && x > 20 && x < 200 && (x * 7 + y) % 11 < 4
      ? [40, 40, 40]
      : [240, 240, 240],
  static: (x, y) =>
    [0, 1, 2].map((c) => (Math.imul(x * 73 + y * 179 + c * 283 + 1, 2654435761) >>> 13) & 255),
};

const drawn = (level: (x: number, y: number) => number[]): RgbImage => ({
  width: 224,
  height: 224,
  rgb: Uint8Array.from(
    Array.from({ length: 224 * 224 }, (_, k) => level(k % 224, Math.floor(k / 224))).flat(),
  ),
});

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
    ['wasm, its own module', WASM, 16],
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
    const answers = await answersOn(WASM, 16);
    const right = answers.filter(({ logits }, i) => {
      const said = 'BCD'[logits.indexOf(Math.max(...logits))];
      return said === expected.tiles[i]!.truth;
    });
    expect(right.length).toBeGreaterThanOrEqual(15);
  });

  it('knows its own scene, and marks what is no photograph of ground', async () => {
    const { likeness } = modelInfo(checkpoint);
    const strange = Object.entries(NO_PHOTOGRAPHS).map(([name, level]) => ({
      name,
      ...drawn(level),
    }));
    const answers = await answersOn(WASM, 16, strange);
    const marked = [...images, ...strange].map((picture, i) =>
      isUnlike({ features: answers[i]!.features, picture }, likeness),
    );
    expect(marked.slice(0, 16).filter(Boolean).length).toBeLessThanOrEqual(1);
    strange.forEach(({ name }, i) => expect(marked[16 + i], name).toBe(true));
  });

  async function answersOn(
    options: ClassifierOptions,
    count: number,
    more: readonly RgbImage[] = [],
  ): Promise<Classification[]> {
    const classifier = await createClassifier(checkpoint, options);
    const answers = await classifier.classify([...images.slice(0, count), ...more]);
    expect(classifier.backend.name).toBe(options.order![0]);
    await classifier.dispose();
    return answers;
  }
});

/** Largest difference of any logit from PyTorch's. */
const farthest = (answers: readonly Classification[]): number =>
  Math.max(...answers.map(({ logits }, i) => maxDifference(logits, expected.tiles[i]!.logits)));
