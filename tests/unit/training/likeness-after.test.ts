import { describe, expect, it } from 'vitest';
import { likenessAfter } from '../../../src/training/likeness-after.ts';
import { isUnlike, pictureStatistics } from '../../../src/vit/likeness.ts';

const grey = { width: 8, height: 8, rgb: new Uint8Array(192).fill(128) };
const picture = {
  mean: pictureStatistics(grey),
  precision: Array.from({ length: 16 }, (_, i) => Array.from({ length: 16 }, (_, j) => +(i === j))),
  threshold: 1,
};
/** Knows ground in the direction east, within 60°: 1 − cos 60° = 0.5. */
const parent = { features: { prototypes: [[1, 0]], threshold: 0.5 }, picture };
const at = (deg: number) =>
  new Float32Array([Math.cos((deg * Math.PI) / 180), Math.sin((deg * Math.PI) / 180)]);

describe('what a fine-tuned model knows', () => {
  it('is its parent’s and the new pictures, where the backbone stood still', () => {
    const child = likenessAfter(parent, [at(10), at(100)])!;
    const unlike = (deg: number) => isUnlike({ features: at(deg), picture: grey }, child);
    expect([0, 50, 100, 150].map(unlike)).toEqual([false, false, false, false]);
    expect([-70, 170].map(unlike)).toEqual([true, true]);
    expect(isUnlike({ features: at(100), picture: grey }, parent)).toBe(true);
    // What was known already adds nothing.
    expect(child.features!.prototypes).toHaveLength(2);
  });

  it('is colour and texture alone, where training moved the features', () => {
    expect(likenessAfter(parent, null)).toEqual({ picture });
    expect(likenessAfter({ features: parent.features }, null)).toBeNull();
  });

  it('is nothing where the parent does not say', () => {
    expect(likenessAfter(null, [at(0)])).toBeNull();
  });
});
