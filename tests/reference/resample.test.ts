import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { resizeRgb } from '../../src/imagery/resample.ts';
import type { RgbImage } from '../../src/imagery/patch.ts';

// Pictures resized by Pillow 9.4; cases.json says which filter and size made which file.
const folder = new URL('../fixtures/resize/', import.meta.url).pathname;
const { cases } = JSON.parse(readFileSync(`${folder}cases.json`, 'utf8')) as {
  cases: { input: string; resample: 2 | 3; size: number; expected: string }[];
};

async function readRgb(file: string): Promise<RgbImage> {
  const { data, info } = await sharp(folder + file)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(3);
  return { width: info.width, height: info.height, rgb: new Uint8Array(data) };
}

describe('resizing equals Pillow level for level', () => {
  test('there are cases for both filters, up and down', () => {
    expect(new Set(cases.map((c) => c.resample))).toEqual(new Set([2, 3]));
    expect(cases.length).toBeGreaterThanOrEqual(16);
  });

  test.each(cases)('$expected', async ({ input, resample, size, expected }) => {
    const [source, wanted] = await Promise.all([readRgb(input), readRgb(expected)]);
    const filter = resample === 2 ? 'bilinear' : 'bicubic';
    const got = resizeRgb(source, { width: size, height: size, filter });
    const apart = got.rgb.map((level, i) => Math.abs(level - wanted.rgb[i]!));
    expect(got.rgb.length).toBe(wanted.rgb.length);
    expect(apart.reduce((most, d) => Math.max(most, d), 0)).toBe(0);
  });
});
