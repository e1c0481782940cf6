import { describe, expect, test } from 'vitest';
import { composeSquare } from '../../../src/imagery/compose.ts';
import type { PlacedPicture } from '../../../src/imagery/compose.ts';

/** A picture of `px` × `px` pixels over 100 m squares, coloured by a rule. */
function picture(
  [column, row]: [number, number],
  px: number,
  colour: (x: number, y: number) => number[],
): PlacedPicture {
  const rgba = new Uint8Array(px * px * 4);
  for (let y = 0; y < px; y++) {
    for (let x = 0; x < px; x++) rgba.set(colour(x, y), (y * px + x) * 4);
  }
  const [west, north] = [column * 100, 1000 - row * 100];
  const bounds = { west, east: west + 100, north, south: north - 100 };
  return { bounds, image: { width: px, height: px, rgba } };
}
const flat =
  (...colour: number[]) =>
  () =>
    colour;
const square = (west: number, south: number, side: number) => ({
  ...{ west, south, east: west + side, north: south + side },
});
const at = (rgb: Uint8Array, pixel: number): number[] => [
  ...rgb.subarray(pixel * 3, pixel * 3 + 3),
];

describe('composeSquare', () => {
  test('a square that is exactly one picture comes through untouched', () => {
    const noise = (x: number, y: number) => [(x * 37 + y * 91) % 256, (x * y) % 256, x, 255];
    const { image, bounds } = picture([3, 4], 8, noise);
    const { rgb, coverage } = composeSquare([{ image, bounds }], bounds, 8);
    expect(coverage).toBe(1);
    const expected = [...image.rgba].filter((_, i) => i % 4 !== 3);
    expect([...rgb]).toEqual(expected);
  });

  test('four pictures meet without a seam', () => {
    const ramp = (column: number, row: number) =>
      picture([column, row], 10, (x, y) => [(column * 10 + x) * 10, (row * 10 + y) * 10, 7, 255]);
    const four = [ramp(0, 0), ramp(1, 0), ramp(0, 1), ramp(1, 1)];
    const { rgb, coverage } = composeSquare(four, square(50, 850, 100), 10);
    expect(coverage).toBe(1);
    // 10 px pictures of 10 m pixels; the square starts five pixels in, on both axes.
    for (let p = 0; p < 100; p++) {
      expect(at(rgb, p)).toEqual([((p % 10) + 5) * 10, (Math.floor(p / 10) + 5) * 10, 7]);
    }
  });

  test('the same in whatever order the pictures came', () => {
    const parts = [0, 1, 2, 3].map((i) =>
      picture([i % 2, i >> 1], 16, (x, y) => [x * 16, y * 16, i * 60, 255]),
    );
    const one = composeSquare(parts, square(33, 833, 120), 20);
    expect(composeSquare([...parts].reverse(), square(33, 833, 120), 20)).toEqual(one);
  });

  test('ground without a picture mirrors what is seen and is not counted as seen', () => {
    const ramp = picture([0, 0], 10, (x, y) => [x * 20, y * 20, 5, 255]);
    const { rgb, coverage } = composeSquare([ramp], square(40, 900, 100), 10);
    expect(coverage).toBe(0.6);
    // Columns 4 to 9 of the picture, then back again from the edge.
    const columns = [4, 5, 6, 7, 8, 9, 9, 8, 7, 6];
    for (let p = 0; p < 100; p++) {
      expect(at(rgb, p)).toEqual([columns[p % 10]! * 20, Math.floor(p / 10) * 20, 5]);
    }
  });

  test('a corner is filled from both sides, a gap wider than what is seen back and forth', () => {
    const ramp = picture([0, 0], 4, (x, y) => [x * 20, y * 20, 5, 255]);
    const { rgb, coverage } = composeSquare([ramp], square(-200, 700, 300), 12);
    expect(coverage).toBeCloseTo(1 / 9, 6);
    const columns = [0, 1, 2, 3, 3, 2, 1, 0, 0, 1, 2, 3];
    const rows = [0, 1, 2, 3, 3, 2, 1, 0, 0, 1, 2, 3];
    for (let p = 0; p < 144; p++) {
      expect(at(rgb, p)).toEqual([columns[p % 12]! * 20, rows[Math.floor(p / 12)]! * 20, 5]);
    }
  });

  test('plain ground stays plain', () => {
    const half = composeSquare(
      [picture([0, 0], 10, flat(80, 100, 40, 255))],
      square(50, 900, 100),
      10,
    );
    expect(half.coverage).toBeCloseTo(0.5, 2);
    expect(new Set(half.rgb)).toEqual(new Set([80, 100, 40]));
  });

  test('transparent pixels neither show nor darken their neighbours', () => {
    const striped = picture([0, 0], 40, (x) => (x < 24 ? [200, 150, 100, 255] : [0, 0, 0, 0]));
    const { rgb, coverage } = composeSquare([striped], square(0, 900, 100), 10);
    expect(coverage).toBeCloseTo(0.6, 2);
    for (let p = 0; p < 100; p++) {
      at(rgb, p).forEach((level, c) =>
        expect(Math.abs(level - [200, 150, 100][c]!)).toBeLessThanOrEqual(1),
      );
    }
  });

  test('half-transparent ground is half seen', () => {
    const { rgb, coverage } = composeSquare(
      [picture([0, 0], 8, flat(200, 100, 50, 128))],
      ...([square(0, 900, 100), 8] as const),
    );
    expect(coverage).toBeCloseTo(128 / 255, 3);
    at(rgb, 9).forEach((level, c) =>
      expect(Math.abs(level - [200, 100, 50][c]!)).toBeLessThanOrEqual(2),
    );
  });

  test('a picture of another size than its neighbour’s is brought to it', () => {
    const parts = [
      picture([0, 0], 20, flat(10, 20, 30, 255)),
      picture([1, 0], 10, flat(10, 20, 30, 255)),
    ];
    const { rgb, coverage } = composeSquare(parts, square(50, 900, 100), 12);
    expect(coverage).toBe(1);
    expect(new Set(rgb)).toEqual(new Set([10, 20, 30]));
  });

  test('nothing at all', () => {
    expect(composeSquare([], square(0, 0, 9), 2)).toEqual({ rgb: new Uint8Array(12), coverage: 0 });
    const gone = composeSquare([picture([0, 0], 4, flat(9, 9, 9, 0))], square(0, 900, 100), 4);
    expect(gone.coverage).toBe(0);
  });
});
