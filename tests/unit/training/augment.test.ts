import { describe, expect, it } from 'vitest';
import { augmented, cropped, mirrored, randomCrop } from '../../../src/training/augment.ts';
import { randomStream, shuffled } from '../../../src/training/random.ts';
import { linearDecay, totalSteps } from '../../../src/training/schedule.ts';
import { decays } from '../../../src/training/adamw.ts';

const numbered = (width: number, height: number) => ({
  width,
  height,
  rgb: Uint8Array.from({ length: width * height * 3 }, (_, i) => Math.floor(i / 3) % 251),
});

describe('random crops', () => {
  it('keep to torchvision’s area and ratio, and fill the range', () => {
    const random = randomStream(7);
    const areas: number[] = [];
    for (let i = 0; i < 2000; i++) {
      const { left, top, width, height } = randomCrop(400, 300, random);
      expect(left >= 0 && top >= 0 && left + width <= 400 && top + height <= 300).toBe(true);
      areas.push((width * height) / 120_000);
      // Rounding to whole pixels moves both a little.
      expect(width / height).toBeGreaterThan(0.75 * 0.98);
      expect(width / height).toBeLessThan((4 / 3) * 1.02);
    }
    const sorted = areas.sort((a, b) => a - b);
    expect(sorted[0]).toBeGreaterThan(0.08 * 0.98);
    expect(sorted[0]).toBeLessThan(0.1);
    expect(sorted.at(-1)).toBeGreaterThan(0.9);
    // Uniform in area, less the large ones that do not fit: the median lies near the middle.
    expect(sorted[1000]).toBeGreaterThan(0.42);
    expect(sorted[1000]).toBeLessThan(0.56);
  });

  it('fall back to the largest centred crop where nothing fits', () => {
    // A strip of 100 × 1 px holds no crop of ratio below 4/3 with 8 % of its area.
    expect(randomCrop(1000, 2, randomStream(1))).toEqual({
      left: 498,
      top: 0,
      width: 3,
      height: 2,
    });
  });

  it('are the same for the same seed, epoch and picture', () => {
    const image = numbered(60, 40);
    const a = augmented(image, 16, randomStream(1, 2, 3));
    expect(augmented(image, 16, randomStream(1, 2, 3))).toEqual(a);
    expect(augmented(image, 16, randomStream(1, 3, 3))).not.toEqual(a);
    expect([a.width, a.height, a.rgb.length]).toEqual([16, 16, 768]);
  });

  it('cut and mirror pixel for pixel', () => {
    const image = numbered(4, 3);
    const first = (of: { rgb: Uint8Array }) => [...of.rgb].filter((_, i) => i % 3 === 0);
    expect(first(cropped(image, { left: 1, top: 1, width: 2, height: 2 }))).toEqual([5, 6, 9, 10]);
    expect(first(mirrored(image))).toEqual([3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8]);
  });
});

describe('random streams', () => {
  it('are uniform, and another key is another stream', () => {
    const random = randomStream(42);
    const numbers = Array.from({ length: 20_000 }, random);
    const mean = numbers.reduce((a, b) => a + b) / numbers.length;
    expect(mean).toBeGreaterThan(0.49);
    expect(mean).toBeLessThan(0.51);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    const firsts = new Set(Array.from({ length: 1000 }, (_, seed) => randomStream(seed)()));
    expect(firsts.size).toBe(1000);
    expect(randomStream(1, 2)()).not.toBe(randomStream(2, 1)());
  });

  it('shuffle fairly', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const key = shuffled([1, 2, 3], randomStream(seed)).join('');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const n of counts.values()) expect(Math.abs(n - 1000)).toBeLessThan(130);
  });
});

it('the learning rate falls linearly to nothing', () => {
  expect(totalSteps(66, 5, 6)).toBe(84);
  expect(linearDecay(2e-5, 0, 84)).toBe(2e-5);
  expect(linearDecay(2e-5, 42, 84)).toBeCloseTo(1e-5, 12);
  expect(linearDecay(2e-5, 84, 84)).toBe(0);
});

it('weight decay spares biases and norms, as Trainer does', () => {
  const name = (end: string) => `vit.encoder.layer.0.${end}`;
  expect(decays(name('output.dense.weight'))).toBe(true);
  expect(decays('vit.embeddings.position_embeddings')).toBe(true);
  expect(decays(name('output.dense.bias'))).toBe(false);
  expect(decays(name('layernorm_after.weight'))).toBe(false);
  expect(decays('vit.layernorm.weight')).toBe(false);
});
