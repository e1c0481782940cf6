import { describe, expect, it } from 'vitest';
import { FILL, INK } from '../../../src/report/palette.ts';

// Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
const VISION = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [
    0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998,
  ],
  deuteranopia: [
    0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881,
  ],
  tritanopia: [
    1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039,
  ],
};

const linear = (hex: string): number[] =>
  [1, 3, 5].map((at) => {
    const level = parseInt(hex.slice(at, at + 2), 16) / 255;
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
  });

const seen = (rgb: number[], matrix: number[]): number[] =>
  [0, 3, 6].map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        [0, 1, 2].reduce((sum, i) => sum + matrix[row + i]! * rgb[i]!, 0),
      ),
    ),
  );

const luminance = ([r, g, b]: number[]): number => 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
const contrast = (a: number[], b: number[]): number => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
};

/** CIE L*a*b* (D65). */
function lab(rgb: number[]): number[] {
  const [r, g, b] = rgb as [number, number, number];
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : (t * 24389) / 27 / 116 + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
const distance = (a: number[], b: number[]): number => {
  const [p, q] = [lab(a), lab(b)];
  return Math.hypot(p[0]! - q[0]!, p[1]! - q[1]!, p[2]! - q[2]!);
};

describe('colours of B, C and D', () => {
  it.each(Object.entries(VISION))('stay apart under %s', (_, matrix) => {
    const colours = [FILL.B, FILL.C, FILL.D].map((hex) => seen(linear(hex), matrix));
    for (const [i, j] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      // A difference of 20 is plain at a glance; 2 is about the least that can be seen.
      expect(distance(colours[i]!, colours[j]!)).toBeGreaterThan(20);
    }
  });

  it.each(['B', 'C', 'D', 'unknown'] as const)('%s carries readable ink', (ground) => {
    expect(contrast(linear(FILL[ground]), linear(INK[ground]))).toBeGreaterThan(4.5);
  });
});
