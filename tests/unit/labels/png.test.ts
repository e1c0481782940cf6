import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodePng, encodePng } from '../../../src/labels/png.ts';
import { pictureOf } from '../../support/labels.ts';

describe('PNG without a canvas', () => {
  test('libpng reads what we write, pixel for pixel', async () => {
    const image = { ...pictureOf(7, 33), width: 33, height: 33 };
    const { data, info } = await sharp(encodePng(image))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([33, 33, 3]);
    expect(new Uint8Array(data)).toEqual(image.rgb);
  });

  test.each([
    ['RGB', (s: Sharp) => s],
    ['opaque RGBA', (s: Sharp) => s.ensureAlpha()],
    ['adaptive filters', (s: Sharp) => s.png({ adaptiveFiltering: true })],
    ['no compression', (s: Sharp) => s.png({ compressionLevel: 0 })],
  ])('reads what libpng writes: %s', async (_name, prepare) => {
    const { width, height, rgb } = pictureOf(3, 20);
    const raw = sharp(rgb, { raw: { width, height, channels: 3 } });
    const png = await prepare(raw).png().toBuffer();
    expect(decodePng(png)).toEqual({ width, height, rgb });
  });

  test('reads grey as equal channels', async () => {
    const grey = Uint8Array.from([0, 50, 100, 255]);
    const png = await sharp(grey, { raw: { width: 2, height: 2, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    expect([...decodePng(png)!.rgb]).toEqual([0, 0, 0, 50, 50, 50, 100, 100, 100, 255, 255, 255]);
  });

  test('leaves other kinds and damage to others', async () => {
    const { width, height, rgb } = pictureOf(3, 20);
    const raw = sharp(rgb, { raw: { width, height, channels: 3 } });
    const png = encodePng({ width, height, rgb });
    expect(decodePng(await raw.clone().jpeg().toBuffer())).toBeNull();
    expect(decodePng(await raw.clone().png({ palette: true }).toBuffer())).toBeNull();
    expect(decodePng(png.subarray(0, png.length - 20))).toBeNull();
    const flipped = png.slice();
    flipped[60]! ^= 1;
    expect(decodePng(flipped)).toBeNull();
  });

  test('believes no header that promises a huge picture', () => {
    const png = encodePng(pictureOf(1, 4));
    new DataView(png.buffer).setUint32(16, 60_000);
    expect(decodePng(png)).toBeNull();
  });
});
