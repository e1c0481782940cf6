import { describe, expect, it } from 'vitest';
import { attentionPicture, mostAttended } from '../../../src/vit/attention-picture.ts';

const grey = (width: number, height: number) => ({
  width,
  height,
  rgb: new Uint8Array(width * height * 3).fill(200),
});

describe('attentionPicture', () => {
  it('keeps the most attended patch as it is and dims the least to a fifth', () => {
    // Patch centres of a 2 × 2 map on 4 × 4 pixels lie between pixels; corners are beyond them.
    const map = { side: 2, weights: new Float32Array([0.7, 0.1, 0.1, 0.1]) };
    const { rgb } = attentionPicture(grey(4, 4), map);
    expect([...rgb.slice(0, 3)]).toEqual([200, 200, 200]);
    expect([...rgb.slice(-3)]).toEqual([44, 44, 44]);
    // A quarter of the way from the north-west centre to the north-east one: 0.7 − 0.6 / 4.
    expect(rgb[3]).toBe(Math.round(200 * (0.22 + 0.78 * 0.75)));
  });

  it('lights all of it where attention is the same everywhere', () => {
    const even = { side: 2, weights: new Float32Array(4).fill(0.25) };
    expect([...attentionPicture(grey(3, 2), even).rgb]).toEqual(Array(18).fill(200));
  });
});

describe('mostAttended', () => {
  it('names the ninth with the most, and its share', () => {
    const weights = new Float32Array(36).fill(0.01);
    weights[5] = 0.35; // North-east corner of 6 × 6: its ninth has 2 × 2 patches.
    weights[35] = 0.31;
    const { part, share } = mostAttended({ side: 6, weights });
    expect(part).toBe('NE');
    expect(share).toBeCloseTo(0.38, 6);
  });
});
