import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { checkPicture } from '../../../src/imagery/picture-check.ts';
import { readPictureHeader } from '../../../src/imagery/picture-header.ts';
import { createNodeImageDecoder } from '../../../src/platform/node/image-decoder.ts';
import { UserError } from '../../../src/site/user-error.ts';
import { pngHeader } from '../../support/tile-server.ts';

const noise = sharp({
  create: {
    ...{ width: 37, height: 21, channels: 3, background: '#888' },
    noise: { type: 'gaussian', mean: 128, sigma: 40 },
  },
});
const bytesOf = async (picture: Sharp): Promise<Uint8Array> =>
  new Uint8Array(await picture.toBuffer());
const kinds = {
  png: () => bytesOf(noise.clone().png()),
  jpeg: () => bytesOf(noise.clone().jpeg()),
  'progressive jpeg': () => bytesOf(noise.clone().jpeg({ progressive: true })),
  webp: () => bytesOf(noise.clone().webp()),
  'lossless webp': () => bytesOf(noise.clone().webp({ lossless: true })),
  'webp with alpha': () => bytesOf(noise.clone().ensureAlpha(0.5).webp()),
};

describe.each(Object.entries(kinds))('%s', (name, make) => {
  test('size, type and wholeness', async () => {
    const bytes = await make();
    const type = name.includes('png') ? 'png' : name.includes('webp') ? 'webp' : 'jpeg';
    expect(readPictureHeader(bytes)).toEqual({ type, width: 37, height: 21, whole: true });
  });

  test('cut anywhere, it never passes for whole', async () => {
    const bytes = await make();
    for (const share of [0.1, 0.5, 0.9, 0.99]) {
      const header = readPictureHeader(bytes.subarray(0, Math.floor(bytes.length * share)));
      expect(header?.whole ?? false, `${share}`).toBe(false);
    }
  });
});

const refusal = (bytes: Uint8Array | string, contentType = 'image/png'): string => {
  const data = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  try {
    checkPicture({ bytes: data, contentType }, 'https://t.test/1?key=hunter2');
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('checkPicture says what came instead of a picture', () => {
  test.each([
    ['<html>\n<body>Hello', 'text/html', /sends text\/html \(“<html> <body>Hello”\)/],
    ['', '', /sends bytes of no stated type \(no bytes at all\)/],
    [
      '<?xml version="1.0"?><ServiceExceptionReport><ServiceException code="LayerNotDefined">\n Layer x is\n unknown. </ServiceException></ServiceExceptionReport>',
      'text/xml',
      /^t\.test says: Layer x is unknown\.$/,
    ],
    [
      '<ows:ExceptionReport><ows:Exception><ows:ExceptionText>No such layer</ows:ExceptionText></ows:Exception></ows:ExceptionReport>',
      'text/xml',
      /says: No such layer\./,
    ],
    [
      '<ServiceException><![CDATA[ bad <bbox> ]]></ServiceException>',
      'text/xml',
      /says: bad <bbox>\./,
    ],
    [
      '{"error":{"code":498,"message":"Invalid token."}}',
      'application/json',
      /says: 498 Invalid token\./,
    ],
    ['{"tiles":[]}', 'application/json', /sends application\/json \(“\{"tiles":\[\]\}”\)/],
    ['Invalid key hunter2', 'text/plain', /“Invalid key …”/],
  ])('%s', (body, contentType, words) => expect(refusal(body, contentType)).toMatch(words));

  test('bytes that are no text are shown in hex', () => {
    expect(refusal(new Uint8Array([0, 1, 254, 255]))).toMatch(/first bytes 00 01 fe ff/);
    expect(
      refusal(new Uint8Array([0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 0, 9]), 'image/gif'),
    ).toMatch(/image\/gif/);
  });

  test('a bomb is refused by what it declares', () => {
    expect(refusal(new Uint8Array(pngHeader(60000, 60000)))).toMatch(/declares 60000×60000 px/);
    expect(refusal(new Uint8Array(pngHeader(0, 9)))).toMatch(/declares 0×9 px/);
    expect(refusal(new Uint8Array(pngHeader(4096, 4096)))).toBe('taken');
  });
});

describe('the Node decoder', () => {
  const decoder = createNodeImageDecoder();

  test.each(Object.entries(kinds))('%s becomes RGBA', async (_, make) => {
    const { width, height, rgba } = await decoder.decode(await make());
    expect([width, height, rgba.length]).toEqual([37, 21, 37 * 21 * 4]);
  });

  test('grey, palette and 16-bit pictures become 8-bit RGBA of the same levels', async () => {
    const ramp = sharp(
      Uint8Array.from({ length: 64 }, (_, i) => i * 4),
      {
        raw: { width: 8, height: 8, channels: 1 },
      },
    );
    const grey = await decoder.decode(await bytesOf(ramp.clone().toColourspace('b-w').png()));
    const expected = Array.from({ length: 64 }, (_, i) => [i * 4, i * 4, i * 4, 255]).flat();
    expect([...grey.rgba]).toEqual(expected);
    const deep = await decoder.decode(await bytesOf(ramp.clone().toColourspace('rgb16').png()));
    expect([...deep.rgba]).toEqual(expected);
    const palette = await decoder.decode(
      await bytesOf(ramp.clone().png({ palette: true, dither: 0 })),
    );
    expect([...palette.rgba]).toEqual(expected);
  });

  test('an embedded colour profile changes nothing', async () => {
    const flat = {
      create: { width: 4, height: 4, channels: 3 as const, background: { r: 200, g: 80, b: 40 } },
    };
    const bytes = await bytesOf(sharp(flat).withIccProfile('p3').png());
    const raw = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    const { rgba } = await decoder.decode(bytes);
    expect([...rgba.subarray(0, 3)]).toEqual([...raw.subarray(0, 3)]);
  });

  test('junk is a UserError', async () => {
    await expect(decoder.decode(new Uint8Array([1, 2, 3]))).rejects.toThrow(UserError);
    await expect(decoder.decode(new Uint8Array(pngHeader(60000, 60000)))).rejects.toThrow(
      UserError,
    );
  });

  test('aborted', async () => {
    const decoding = decoder.decode(new Uint8Array(), { signal: AbortSignal.abort() });
    await expect(decoding).rejects.toMatchObject({ name: 'AbortError' });
  });
});
