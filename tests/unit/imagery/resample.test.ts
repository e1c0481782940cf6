import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resample, resizeRgb, resizeRgba } from '../../../src/imagery/resample.ts';
import type { Raster } from '../../../src/imagery/resample.ts';

const grey = (width: number, levels: number[]): Raster => ({
  ...{ width, height: levels.length / width, channels: 1, data: Uint8Array.from(levels) },
});

describe('resample by hand', () => {
  test('halving with the triangle filter: weights 1 3 3 1 over 8, fewer at the rim', () => {
    // Inner pixels: (20 + 3·80 + 3·100 + 40)/8 = 75. At the rim the outermost tap is missing:
    // (3·0 + 3·20 + 80)/7 = 20 and (100 + 3·40 + 3·60)/7 = 57.1.
    const { data } = resample(grey(6, [0, 20, 80, 100, 40, 60]), { width: 3, height: 1 });
    expect([...data]).toEqual([20, 75, 57]);
  });

  test('doubling with the triangle filter: a quarter and three quarters', () => {
    const { data } = resample(grey(2, [0, 100]), { width: 4, height: 1 });
    expect([...data]).toEqual([0, 25, 75, 100]);
  });

  test('a box of whole pixels at its own size is a plain copy', () => {
    const source = grey(4, [...Array(16).keys()]);
    const box = { left: 1, top: 2, right: 3, bottom: 4 };
    expect([...resample(source, { width: 2, height: 2, box }).data]).toEqual([9, 10, 13, 14]);
  });

  test('a box shifted by half a pixel averages neighbours', () => {
    const source = grey(4, [0, 100, 40, 80]);
    const box = { left: 0.5, top: 0, right: 2.5, bottom: 1 };
    expect([...resample(source, { width: 2, height: 1, box }).data]).toEqual([50, 70]);
  });

  test('the source is never handed out itself', () => {
    const source = grey(2, [1, 2]);
    const { data } = resample(source, { width: 2, height: 1 });
    data[0] = 9;
    expect(source.data[0]).toBe(1);
  });

  test.each([
    { left: -1, top: 0, right: 2, bottom: 1 },
    { left: 0, top: 0, right: 3, bottom: 1 },
    { left: 1, top: 0, right: 1, bottom: 1 },
    { left: NaN, top: 0, right: 1, bottom: 1 },
  ])('refuses the box %o', (box) => {
    expect(() => resample(grey(2, [1, 2]), { width: 2, height: 1, box })).toThrow(
      /nothing to show/,
    );
  });
});

describe('resample always', () => {
  const size = fc.integer({ min: 1, max: 12 });
  const filter = fc.constantFrom('bilinear' as const, 'bicubic' as const);
  const share = fc.double({ min: 0, max: 0.9, noNaN: true });

  test('keeps a flat picture flat, whatever the box', () => {
    fc.assert(
      fc.property(
        size,
        size,
        size,
        size,
        filter,
        share,
        fc.nat(255),
        (w, h, ow, oh, f, s, level) => {
          const rgb = new Uint8Array(w * h * 3).fill(level);
          const box = { left: s * w * 0.5, top: s * h * 0.5, right: w - s * w * 0.5, bottom: h };
          const out = resizeRgb(
            { width: w, height: h, rgb },
            { width: ow, height: oh, filter: f, box },
          );
          expect(new Set(out.rgb)).toEqual(new Set([level]));
        },
      ),
    );
  });

  test('the triangle filter stays between darkest and brightest', () => {
    const levels = fc.array(fc.nat(255), { minLength: 4, maxLength: 30 });
    fc.assert(
      fc.property(levels, size, (data, width) => {
        const out = resample(grey(data.length, data), { width, height: 1 }).data;
        expect(Math.min(...out)).toBeGreaterThanOrEqual(Math.min(...data));
        expect(Math.max(...out)).toBeLessThanOrEqual(Math.max(...data));
      }),
    );
  });

  test('mirrors as its source does', () => {
    const levels = fc.array(fc.nat(255), { minLength: 4, maxLength: 30 });
    fc.assert(
      fc.property(levels, size, filter, (data, width, f) => {
        const there = resample(grey(data.length, data), { width, height: 1, filter: f }).data;
        const back = resample(grey(data.length, [...data].reverse()), {
          width,
          height: 1,
          filter: f,
        });
        const apart = [...there].map((level, i) => Math.abs(level - back.data[width - 1 - i]!));
        expect(Math.max(...apart)).toBeLessThanOrEqual(1); // a half may round either way
      }),
    );
  });

  test('the colour under transparent pixels never shows', () => {
    const pixel = fc.record({ alpha: fc.constantFrom(0, 255), hidden: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(pixel, { minLength: 4, maxLength: 24 }), size, (pixels, width) => {
        const picture = (hidden: (p: { hidden: number }) => number) => ({
          ...{ width: pixels.length, height: 1 },
          rgba: Uint8Array.from(
            pixels.flatMap((p) => (p.alpha ? [90, 120, 30, 255] : [hidden(p), hidden(p), 0, 0])),
          ),
        });
        const one = resizeRgba(
          picture((p) => p.hidden),
          { width, height: 1 },
        );
        const other = resizeRgba(
          picture(() => 0),
          { width, height: 1 },
        );
        expect(one.rgba).toEqual(other.rgba);
        // Where most of a pixel is seen its colour is the ground's, not a darkened one.
        for (let i = 0; i < one.rgba.length; i += 4) {
          if (one.rgba[i + 3]! < 128) continue;
          expect(Math.abs(one.rgba[i]! - 90)).toBeLessThanOrEqual(2);
          expect(Math.abs(one.rgba[i + 1]! - 120)).toBeLessThanOrEqual(2);
        }
      }),
    );
  });
});
