import { describe, expect, it, vi } from 'vitest';
import { paintTile } from '../../../src/demo/demo-protocol.ts';
import { DEMO_HALF_SIDE_M, tileRange, tileWindow } from '../../../src/demo/frame.ts';
import { paintScene } from '../../../src/demo/paint-scene.ts';
import { truthAtScene } from '../../../src/demo/truth.ts';

/** A square window of the scene, middle in metres. */
const look = (x: number, y: number, metresPerPixel = 1.116, size = 224) =>
  paintScene({
    west: x - (size * metresPerPixel) / 2,
    north: y + (size * metresPerPixel) / 2,
    metresPerPixel,
    width: size,
    height: size,
  });

const bytes = (rgba: Uint8ClampedArray) => Buffer.from(rgba.buffer);

/** Mean colour and the spread of brightness of a picture. */
function statistics(rgba: Uint8ClampedArray) {
  const pixels = rgba.length / 4;
  const sum = [0, 0, 0];
  let light = 0;
  let squares = 0;
  for (let k = 0; k < rgba.length; k += 4) {
    for (let c = 0; c < 3; c++) sum[c]! += rgba[k + c]!;
    const l = (rgba[k]! + rgba[k + 1]! + rgba[k + 2]!) / 3;
    light += l;
    squares += l * l;
  }
  const mean = light / pixels;
  return {
    red: sum[0]! / pixels,
    green: sum[1]! / pixels,
    blue: sum[2]! / pixels,
    light: mean,
    contrast: Math.sqrt(squares / pixels - mean * mean),
  };
}

/** Largest difference of the mean colour, and mean difference a pixel, of a tile and its children. */
function childrenAgainstParent(z: number, x: number, y: number): { mean: number; pixel: number } {
  const parent = paintTile(z, x, y);
  const drift = [0, 0, 0];
  let each = 0;
  for (let k = 0; k < 4; k++) {
    const child = paintTile(z + 1, 2 * x + (k & 1), 2 * y + (k >> 1));
    for (let j = 0; j < 128; j++) {
      for (let i = 0; i < 128; i++) {
        for (let c = 0; c < 3; c++) {
          const q = 4 * (2 * j * 256 + 2 * i) + c;
          const box = (child[q]! + child[q + 4]! + child[q + 1024]! + child[q + 1028]!) / 4;
          const seen = parent[4 * (((k >> 1) * 128 + j) * 256 + (k & 1) * 128 + i) + c]!;
          drift[c]! += (box - seen) / 65536;
          each += Math.abs(box - seen) / 65536 / 3;
        }
      }
    }
  }
  return { mean: Math.max(...drift.map(Math.abs)), pixel: each };
}

const middle = (z: number) => {
  const { minX, maxX, minY, maxY } = tileRange(z);
  return { x: (minX + maxX) >> 1, y: (minY + maxY) >> 1 };
};

describe('the painted demo scene', () => {
  it('paints the same bytes again, also from a scene built anew', async () => {
    const first = look(300, 500);
    look(-3000, 3000, 4);
    expect(bytes(first).equals(bytes(look(300, 500)))).toBe(true);
    vi.resetModules();
    const fresh = await import('../../../src/demo/paint-scene.ts');
    expect(fresh.paintScene).not.toBe(paintScene);
    const window = { west: 175, north: 625, metresPerPixel: 250 / 224, width: 224, height: 224 };
    expect(bytes(fresh.paintScene(window)).equals(bytes(paintScene(window)))).toBe(true);
  });

  it('has no seam: two tiles equal one picture across both', () => {
    const { x, y } = middle(17);
    const { west, north, metresPerPixel } = tileWindow(17, x, y);
    const both = paintScene({ west, north, metresPerPixel, width: 512, height: 256 });
    const [left, right] = [paintTile(17, x, y), paintTile(17, x + 1, y)];
    let worst = 0;
    for (let j = 0; j < 256; j++) {
      for (let i = 0; i < 1024; i++) {
        worst = Math.max(
          worst,
          Math.abs(both[j * 2048 + i]! - left[j * 1024 + i]!),
          Math.abs(both[j * 2048 + 1024 + i]! - right[j * 1024 + i]!),
        );
      }
    }
    // Rounding of the tile's corner may move a value across one half.
    expect(worst).toBeLessThanOrEqual(1);
  });

  // Levels of 255. Coarse zooms draw sub-pixel things as dots, so they may drift a little more.
  it.each([
    [14, 3, 6],
    [16, 2, 4],
    [18, 1, 2.5],
  ])('zoom %i agrees with the finer one, box-filtered', (z, meanLevels, pixelLevels) => {
    const { x, y } = middle(z);
    for (const [dx, dy] of [
      [0, 0],
      [1, -1],
      [1, 1],
    ] as const) {
      const found = childrenAgainstParent(z, x + dx, y + dy);
      expect(found.mean).toBeLessThan(meanLevels);
      expect(found.pixel).toBeLessThan(pixelLevels);
    }
  });

  it('is transparent outside its square and opaque inside', () => {
    const edge = look(DEMO_HALF_SIDE_M, 0, 2, 100);
    let wrong = 0;
    for (let j = 0; j < 100; j++) {
      for (let i = 0; i < 100; i++) {
        if (edge[4 * (j * 100 + i) + 3] !== (i < 50 ? 255 : 0)) wrong++;
      }
    }
    expect(wrong).toBe(0);
    expect(paintTile(17, 0, 0).every((v) => v === 0)).toBe(true);
  });

  it('looks like what the truth says', () => {
    const sea = statistics(look(-2000, -2500));
    const town = statistics(look(-500, 500));
    const field = statistics(look(3000, -2700));
    const forest = statistics(look(3700, 1900));
    const heath = statistics(look(900, -2700));
    expect([
      truthAtScene(-2000, -2500),
      truthAtScene(-500, 500),
      truthAtScene(3000, -2700),
      truthAtScene(3700, 1900),
      truthAtScene(900, -2700),
    ]).toEqual(['D', 'B', 'C', 'B', 'C']);
    // Water is blue and dark; every other ground is redder than blue.
    expect(sea.blue).toBeGreaterThan(sea.red + 25);
    for (const land of [town, field, forest, heath]) expect(land.red).toBeGreaterThan(land.blue);
    // Woods are green and darker than open country; roofs and shadows give towns most contrast.
    expect(forest.green).toBeGreaterThan(forest.red);
    expect(forest.light).toBeLessThan(0.8 * Math.min(field.light, heath.light));
    expect(town.contrast).toBeGreaterThan(1.5 * Math.max(field.contrast, heath.contrast));
    expect(town.contrast).toBeGreaterThan(4 * sea.contrast);
  });
});
