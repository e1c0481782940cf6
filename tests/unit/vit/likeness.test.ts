import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkLikeness } from '../../../src/checkpoint/likeness.ts';
import { isUnlike, nearest, pictureStatistics } from '../../../src/vit/likeness.ts';
import { FIXTURES, readRgb } from '../../support/vit-fixtures.ts';

const picture = (width: number, height: number, level: (x: number, y: number) => number[]) => ({
  width,
  height,
  rgb: Uint8Array.from(
    Array.from({ length: width * height }, (_, k) =>
      level(k % width, Math.floor(k / width)),
    ).flat(),
  ),
});

describe('statistics of a picture, worked by hand', () => {
  it('of one colour: its levels, and no deviation or gradient', () => {
    const got = pictureStatistics(picture(16, 16, () => [255, 51, 0]));
    const [none, nothing] = [Math.log(0.01), Math.log(0.003)];
    const flat = Array.from({ length: 4 }, () => [nothing, 0]).flat();
    [1, 0.2, 0, none, none, none, nothing, nothing, ...flat].forEach((value, i) =>
      expect(got[i], `number ${i}`).toBeCloseTo(value, 4),
    );
  });

  it('of black and white columns: gradient 1 across, 0 along; gone when halved', () => {
    const got = pictureStatistics(picture(16, 16, (x) => Array<number>(3).fill(255 * (x % 2))));
    expect(got.slice(0, 3)).toEqual([0.5, 0.5, 0.5]);
    expect(got[3]).toBeCloseTo(Math.log(0.51), 6);
    expect(got[6]).toBeCloseTo(Math.log(0.003), 6);
    // Mean |dx| = 1, mean |dy| = 0, root of the mean squares 1.
    expect(got[8]).toBeCloseTo(Math.log(1.003), 6);
    expect(got[9]).toBeCloseTo(1 / 2.003, 6);
    expect(got[10]).toBeCloseTo(Math.log(0.003), 6);
  });

  it('of a ramp: the same gradient in the picture, twice as much in its half', () => {
    const got = pictureStatistics(picture(16, 16, (x, y) => Array<number>(3).fill(4 * x + 2 * y)));
    const root = Math.hypot(4, 2) / 255;
    expect(got[8]).toBeCloseTo(Math.log(root + 0.003), 5);
    expect(got[9]).toBeCloseTo(6 / 255 / (2 * root + 0.003), 5);
    expect(got[10]).toBeCloseTo(Math.log(2 * root + 0.003), 5);
  });

  it('reads a single pixel and an odd side without a number that is none', () => {
    for (const side of [1, 3, 7]) {
      expect(pictureStatistics(picture(side, side, () => [1, 2, 3])).every(Number.isFinite)).toBe(
        true,
      );
    }
  });
});

describe('statistics of a picture, by NumPy', () => {
  // `statistics` in scripts/model/upwind_model/likeness.py, from the same files opened by Pillow.
  it.each([
    [
      '01.png',
      [0.476049, 0.490699, 0.395082, -2.17491, -2.19944, -2.00676, -2.17426, -2.22584],
      [-2.0581, 0.515824, -2.50797, 0.492194, -2.51804, 0.481643, -2.4333, 0.494489],
    ],
    [
      '05.png',
      [0.381733, 0.511675, 0.249005, -2.8553, -2.96729, -2.69967, -3.42579, -3.35747],
      [-2.57853, 0.542074, -3.10213, 0.491536, -3.42585, 0.473278, -3.42928, 0.534715],
    ],
  ])('%s', async (name, colour, texture) => {
    const got = pictureStatistics(await readRgb(join(FIXTURES, 'vit-nano/images', name)));
    [...colour, ...texture].forEach((value, i) => expect(got[i], `${i}`).toBeCloseTo(value, 4));
  });
});

describe('a picture unlike the training pictures', () => {
  it('lies far from every direction known, whatever the length', () => {
    expect(nearest([0, 5], [[3, 0]])).toBeCloseTo(1, 9);
    expect(nearest([-1, 0], [[3, 0]])).toBeCloseTo(2, 9);
    // 3-4-5: the cosine between (1, 0) and (3, 4) is 0.6.
    expect(
      nearest(
        [2, 0],
        [
          [-1, 0],
          [3, 4],
        ],
      ),
    ).toBeCloseTo(0.4, 9);
  });

  it('is nothing that a model without a word on it can tell', () => {
    const any = { features: new Float32Array([1]), picture: picture(2, 2, () => [0, 0, 0]) };
    expect(isUnlike(any, null)).toBe(false);
    expect(isUnlike(any, {})).toBe(false);
  });
});

describe('numbers of another model', () => {
  it.each([
    ['too narrow', { features: { prototypes: [[1, 2]], threshold: 1 } }, /rows of 3 numbers/],
    ['no square', { picture: { mean: [1], precision: [[1]], threshold: 1 } }, /16 means/],
  ])('%s: refused in one line that says what to do', (_, likeness, message) => {
    expect(() => checkLikeness(likeness, 3)).toThrow(message);
    expect(() => checkLikeness(likeness, 3)).toThrow(/delete likeness/);
  });
});
