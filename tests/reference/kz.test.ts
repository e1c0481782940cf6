import { describe, expect, it } from 'vitest';
import { kz } from '../../src/exposure/kz.ts';

describe('Kz', () => {
  it.each([
    ['7-16', 25, [0.665, 0.9453, 1.1259]],
    ['7-22', 25, [0.6565, 0.9447, 1.1312]],
    ['7-22', 100, [0.9501, 1.2536, 1.4396]],
  ] as const)('%s at %d ft', (edition, heightFt, expected) => {
    (['B', 'C', 'D'] as const).forEach((exposure, i) => {
      expect(kz(exposure, { heightFt, edition })).toBeCloseTo(expected[i]!, 4);
    });
  });

  // Table 26.10-1 of ASCE 7-16 as handbooks quote it: height [ft], B (without the 0.70 floor for
  // low-rise components), C, D.
  it.each([
    [15, 0.57, 0.85, 1.03],
    [20, 0.62, 0.9, 1.08],
    [30, 0.7, 0.98, 1.16],
    [50, 0.81, 1.09, 1.27],
    [100, 0.99, 1.26, 1.43],
    [200, 1.2, 1.46, 1.61],
    [300, 1.35, 1.59, 1.73],
    [500, 1.56, 1.77, 1.89],
  ])('7-16, table at %d ft', (heightFt, ...table) => {
    // The table was made with unrounded exponents, so its second digit may be one off.
    (['B', 'C', 'D'] as const).forEach((exposure, i) => {
      expect(Math.abs(kz(exposure, { heightFt, edition: '7-16' }) - table[i]!)).toBeLessThan(
        0.0065,
      );
    });
  });

  it('is constant below 15 ft and above the gradient height', () => {
    for (const exposure of ['B', 'C', 'D'] as const) {
      expect(kz(exposure, { heightFt: 5 })).toBe(kz(exposure, { heightFt: 15 }));
      expect(kz(exposure, { heightFt: 4000, edition: '7-22' })).toBeCloseTo(2.41, 12);
      expect(kz(exposure, { heightFt: 4000, edition: '7-16' })).toBeCloseTo(2.01, 12);
    }
  });

  it('refuses heights that are none', () => {
    expect(() => kz('B', { heightFt: NaN })).toThrow(/Height/);
    expect(() => kz('B', { heightFt: -1 })).toThrow(/Height/);
  });
});
