import { zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { exportLabels } from '../../../src/labels/archives/export-labels.ts';
import { importLabels } from '../../../src/labels/archives/import-labels.ts';
import { ARCHIVE_LIMITS } from '../../../src/labels/archives/limits.ts';
import { ZipWriter } from '../../../src/labels/archives/zip-writer.ts';
import { MemoryLabelStore } from '../../../src/labels/memory-label-store.ts';
import { encodePng } from '../../../src/labels/png.ts';
import { AT, entryOf, pictureOf } from '../../support/labels.ts';
import type { LabelEntry } from '../../../src/labels/label-store.ts';

const png = encodePng(pictureOf(1));
const text = (s: string) => new TextEncoder().encode(s);
let good: LabelEntry;
beforeAll(async () => {
  good = await entryOf({ seed: 9, siteId: '1,1' }, 'B');
});

async function bring(bytes: Uint8Array | ArrayBuffer, limits = ARCHIVE_LIMITS) {
  const store = new MemoryLabelStore();
  const file = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  const report = await importLabels(store, file, { fileName: 'their.zip', at: AT, limits });
  return { report, labels: await store.list() };
}
const csv = (name: string, label: string, record: unknown) =>
  `file_name,label,record\n${name},${label},"${JSON.stringify(record).replaceAll('"', '""')}"\n`;
const zipOf = (record: unknown, picture = good.png, label = 'B') =>
  zipSync({
    train: { 'metadata.csv': text(csv('B/a.png', label, record)), B: { 'a.png': picture } },
  });

/** A zip of our own making with one field of its directory changed. */
async function tampered(change: (view: DataView, directory: number) => void): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const zip = new ZipWriter((bytes) => parts.push(bytes));
  await zip.add('train/B/a.png', png);
  await zip.add('train/B/b.png', encodePng(pictureOf(2)));
  zip.finish();
  const whole = new Uint8Array(Buffer.concat(parts));
  const view = new DataView(whole.buffer);
  change(view, view.getUint32(whole.length - 6, true));
  return whole;
}

describe('archives that are refused as a whole', () => {
  const cases: [string, () => Uint8Array | ArrayBuffer | Promise<Uint8Array>, RegExp][] = [
    ['not an archive', () => text('hello'), /a zip, a parquet or a GeoJSON/],
    ['empty file', () => text(''), /a zip, a parquet or a GeoJSON/],
    ['zip cut short', () => zipSync({ 'train/B/a.png': png }).subarray(0, 80), /cut short/],
    ['zip without labels', () => zipSync({ 'readme.txt': text('hi') }), /holds no labels/],
    [
      'deflate bomb',
      () => zipSync({ 'train/B/a.png': new Uint8Array(24 * 2 ** 20) }, { level: 9 }),
      /zip bomb/,
    ],
    [
      'entry larger than a picture may be',
      () => zipSync({ 'train/B/a.png': new Uint8Array(33 * 2 ** 20) }, { level: 9 }),
      /would unpack to 33 MB; the limit is 32 MB/,
    ],
    [
      'size that lies low',
      () => tampered((v, d) => v.setUint32(d + 24, 10, true)),
      /damaged|bomb|cut short/,
    ],
    ['checksum that lies', () => tampered((v, d) => v.setUint32(d + 16, 1, true)), /checksum/],
    [
      'overlapping entries',
      () => tampered((v, d) => v.setUint32(d + 46 + 13 + 42, 0, true)),
      /overlap/,
    ],
    [
      'entry outside the file',
      () => tampered((v, d) => v.setUint32(d + 42, 1e9, true)),
      /overlap or lie outside/,
    ],
    ['encrypted', () => tampered((v, d) => v.setUint16(d + 8, 1, true)), /encrypted/],
    ['unknown packing', () => tampered((v, d) => v.setUint16(d + 10, 99, true)), /method 99/],
    [
      'count that hides entries',
      async () => {
        const whole = await tampered(() => undefined);
        new DataView(whole.buffer).setUint16(whole.length - 12, 1, true);
        return whole;
      },
      /directory and its count differ/,
    ],
    [
      'a million entries (zip64 count)',
      async () => {
        const whole = await tampered(() => undefined);
        new DataView(whole.buffer).setUint16(whole.length - 12, 0xffff, true);
        return whole;
      },
      /more than 65,534 files/,
    ],
    ['parquet cut short', () => text('PAR1 and nothing more'), /footer cannot be read/],
    [
      'parquet without pictures',
      () => parquetWriteBuffer({ columnData: [{ name: 'label', data: ['B'], type: 'STRING' }] }),
      /no image column/,
    ],
    ['JSON that is no FeatureCollection', () => text('{"features": 7}'), /FeatureCollection/],
    ['JSON cut short', () => text('{"type": "FeatureColl'), /not JSON/],
  ];
  test.each(cases)('%s', async (_name, make, why) => {
    const bytes = await make();
    await expect(bring(bytes)).rejects.toThrow(why);
    await expect(bring(bytes)).rejects.toMatchObject({ name: 'ArchiveRefused' });
  });

  test('more labels than the limit: csv, parquet and GeoJSON', async () => {
    const limits = { ...ARCHIVE_LIMITS, labels: 2 };
    const many = zipSync(Object.fromEntries([1, 2, 3].map((i) => [`train/B/${i}.png`, png])));
    await expect(bring(many, limits)).rejects.toThrow(/more than 2 labels/);
    const three = Array.from({ length: 3 }, () => png);
    const parquet = parquetWriteBuffer({
      columnData: [{ name: 'image', data: three, type: 'BYTE_ARRAY' }],
    });
    await expect(bring(parquet, limits)).rejects.toThrow(/more than 2 labels/);
    await expect(bring(text('{"features":[{},{},{}]}'), limits)).rejects.toThrow(
      /more than 2 labels/,
    );
  });

  test('a parquet page that claims more than it can hold', async () => {
    const store = new MemoryLabelStore();
    await store.putMany([good]);
    const { file } = await exportLabels(store, { format: 'parquet', assigned: {} });
    const tight = { ...ARCHIVE_LIMITS, textBytes: 100 };
    await expect(bring(await file.arrayBuffer(), tight)).rejects.toThrow(/impossible size/);
  });
});

describe('rows that are left out with a line, the rest comes in', () => {
  test.each([
    ['../evil.png', /leaves the archive/],
    ['train/B/../../../etc/passwd.png', /leaves the archive/],
    ['/etc/train/B/a.png', /absolute path/],
    ['C:/train/B/a.png', /absolute path/],
    ['train\\B\\a.png', /backslash/],
    ['train/B/a\u0007.png', /control character/],
    [`train/B/${'x'.repeat(400)}.png`, /longer than 300/],
  ])('path %j', async (path, why) => {
    const zip = zipSync({ [path]: png, 'train/C/good.png': encodePng(pictureOf(2)) });
    const { report, labels } = await bring(zip);
    expect(report.lines).toEqual([expect.stringMatching(why)]);
    expect(report.lines[0]!.length).toBeLessThan(160);
    expect(labels.map(({ label }) => label)).toEqual(['C']);
  });

  test.each<[string, () => Uint8Array, RegExp]>([
    ['record of another type', () => zipOf([1, 2]), /Not a label/],
    ['record with a wrong field', () => zipOf({ ...good.label, label: 'E' }), /label/],
    [
      'record that is not JSON',
      () => {
        const table = 'file_name,label,record\nB/a.png,B,{oops\n';
        return zipSync({ 'train/metadata.csv': text(table), 'train/B/a.png': good.png });
      },
      /not JSON/,
    ],
    ['another picture than was labelled', () => zipOf(good.label, png), /hash differs/],
    ['an id of its own', () => zipOf({ ...good.label, id: '0'.repeat(64) }), /id does not match/],
    [
      'a footprint moved since',
      () => zipOf({ ...good.label, footprint: null }),
      /id does not match/,
    ],
    [
      'a folder that disagrees with the record',
      () => zipOf(good.label, good.png, 'C'),
      /agreement/,
    ],
    [
      'no picture',
      () => zipSync({ 'train/metadata.csv': text(csv('B/gone.png', 'B', good.label)) }),
      /no picture/,
    ],
    ['a picture that is none', () => zipOf(good.label, text('GIF89a')), /not a plain PNG/],
    [
      'a class that is none',
      () => zipSync({ 'train/<img src=x>/a.png': png }),
      /its class is <img src=x>/,
    ],
  ])('%s', async (_name, make, why) => {
    const { report, labels } = await bring(make());
    expect(labels).toEqual([]);
    expect(report.refused).toBe(1);
    expect(report.lines).toEqual([expect.stringMatching(why)]);
  });

  test('formulas in notes stay text, and are told', async () => {
    const { label, png } = await entryOf({ seed: 9 }, 'B', { label: 'B', note: '=cmd|calc' });
    const { report, labels } = await bring(zipOf(label, png));
    expect(labels[0]!.note).toBe('=cmd|calc');
    expect(report.lines).toEqual([expect.stringMatching(/formula/)]);
  });

  test('a thousand bad rows give a hundred lines and a count', async () => {
    const rows = Array.from({ length: 1000 }, (_, i) => `B/${i}.png,B,`).join('\n');
    const zip = zipSync({ 'train/metadata.csv': text(`file_name,label,record\n${rows}\n`) });
    const { report } = await bring(zip);
    expect(report.refused).toBe(1000);
    expect(report.lines).toHaveLength(101);
    expect(report.lines.at(-1)).toBe('… and 900 more.');
  });

  test('names with line breaks or direction marks cannot forge lines', async () => {
    const zip = zipSync({
      'train/Q\u202ename/a.png': png,
      'train/B/b.png': encodePng(pictureOf(2)),
    });
    const { report } = await bring(zip);
    expect(report.lines.join()).not.toMatch(/[\u202e\n]/);
  });
});

describe('archives of other people', () => {
  test('a plain imagefolder without a table: classes from folders, splits kept', async () => {
    const zip = zipSync({
      'set/train/Exposure B/1.png': encodePng(pictureOf(1)),
      'set/train/D/2.png': encodePng(pictureOf(2)),
      'set/val/roughness_c/3.png': encodePng(pictureOf(3)),
      '__MACOSX/set/train/D/._2.png': png,
    });
    const { report, labels } = await bring(zip);
    expect(report).toMatchObject({ added: 3, refused: 0 });
    expect(labels.map(({ label }) => label).sort()).toEqual(['B', 'C', 'D']);
    expect(Object.values(report.assigned).sort()).toEqual(['train', 'validation']);
    expect(labels[0]!.history[0]).toMatchObject({ by: 'import:their.zip', at: AT });
  });

  test('a parquet file as datasets writes it, with class names in its metadata', async () => {
    const features = {
      label: { names: ['D', 'B'], _type: 'ClassLabel' },
      image: { _type: 'Image' },
    };
    const file = parquetWriteBuffer({
      columnData: [
        { name: 'image', data: [{ bytes: png, path: 'a.png' }, { path: '/home/ann/b.png' }] },
        { name: 'label', data: [1n, 0n] },
      ],
      schema: [
        { name: 'schema', num_children: 2 },
        { name: 'image', num_children: 2, repetition_type: 'OPTIONAL' },
        { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
        { name: 'path', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
        { name: 'label', type: 'INT64', repetition_type: 'OPTIONAL' },
      ],
      kvMetadata: [{ key: 'huggingface', value: JSON.stringify({ info: { features } }) }],
    });
    const { labels, report } = await bring(file);
    expect(labels.map(({ label }) => label)).toEqual(['B']);
    expect(report.lines).toEqual([expect.stringMatching(/row 2: .*only named.*embedded/)]);
  });

  test('a JPEG comes in through the image decoder', async () => {
    const { width, height, rgb } = pictureOf(3);
    const jpeg = await sharp(rgb, { raw: { width, height, channels: 3 } })
      .jpeg()
      .toBuffer();
    const store = new MemoryLabelStore();
    const decoder = {
      decode: async (bytes: Uint8Array) => {
        const { data, info } = await sharp(bytes)
          .ensureAlpha()
          .raw()
          .toBuffer({ resolveWithObject: true });
        return { width: info.width, height: info.height, rgba: new Uint8Array(data) };
      },
    };
    const file = new Blob([zipSync({ 'train/C/a.jpg': jpeg }) as Uint8Array<ArrayBuffer>]);
    await importLabels(store, file, { fileName: 'a.zip', at: AT, decoder });
    expect((await store.list()).map(({ label }) => label)).toEqual(['C']);
  });
});
