import { zipSync } from 'fflate';
import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { filesInMemory } from '../../../src/checkpoint/file-set.ts';
import { createNodeImageDecoder } from '../../../src/platform/node/image-decoder.ts';
import { datasetProblems } from '../../../src/training/dataset/check-dataset.ts';
import {
  UnknownClasses,
  mapClasses,
  parseClassMap,
} from '../../../src/training/dataset/class-map.ts';
import { countsOf } from '../../../src/training/dataset/dataset.ts';
import { openDataset } from '../../../src/training/dataset/open-dataset.ts';
import { splitOfName } from '../../../src/training/dataset/split-name.ts';
import { zipDataset } from '../../../src/training/dataset/zip-dataset.ts';
import { tinyFolder } from '../../support/tiny-dataset.ts';

const decoder = createNodeImageDecoder();
const open = (files: Map<string, Uint8Array>, options = {}) =>
  openDataset(filesInMemory('data', files), { decoder, ...options });
const picture = [...(await tinyFolder()).values()][0]!;
const text = (value: string) => new TextEncoder().encode(value);
/** Each of `paths` with the same picture; a byte after its end makes each another file. */
const folder = (paths: string[]) =>
  new Map(paths.map((path, i) => [path, new Uint8Array([...picture, i])]));

describe('imagefolder', () => {
  it('takes splits and classes from the folders', async () => {
    const { images, splitMade, skipped } = await open(await tinyFolder());
    expect(countsOf(images)).toEqual({
      train: { B: 3, C: 3, D: 3 },
      validation: { B: 1, C: 1, D: 1 },
      test: { B: 0, C: 0, D: 0 },
    });
    expect([splitMade, skipped]).toEqual([null, []]);
  });

  it('reads a zip with a folder around it and the litter of a Mac', async () => {
    const files = [...(await tinyFolder())].map(([path, bytes]) => [`my data/${path}`, bytes]);
    const zip = zipSync({
      ...Object.fromEntries(files),
      '__MACOSX/my data/train/RoughnessB/._00.png': text('x'),
    });
    const dataset = await openDataset(await zipDataset(new Blob([zip]), 'tiny.zip'), { decoder });
    expect(dataset.images).toHaveLength(12);
    expect(dataset.sha256).toBe((await open(await tinyFolder())).sha256);
  });

  it('lists and skips what is damaged, and goes on', async () => {
    const files = await tinyFolder();
    files.set('train/RoughnessB/cut.png', picture.slice(0, 300));
    files.set('train/RoughnessB/text.jpg', text('no picture'));
    files.set('train/RoughnessB/old.bmp', text('BM'));
    files.set('stray.png', picture);
    const { images, skipped } = await open(files);
    expect(images).toHaveLength(12);
    expect(skipped.map(({ id }) => id).sort()).toEqual([
      'stray.png',
      'train/RoughnessB/cut.png',
      'train/RoughnessB/old.bmp',
      'train/RoughnessB/text.jpg',
    ]);
    expect(skipped.find(({ id }) => id.includes('cut'))!.reason).toMatch(/^damaged: /);
  });

  it('leaves out what a label archive keeps apart', async () => {
    const files = await tinyFolder();
    files.set('other/unsure/a.png', picture);
    const { images, skipped } = await open(files);
    expect(images).toHaveLength(12);
    expect(skipped).toEqual([
      { id: 'other/unsure/a.png', reason: 'labelled unsure: not for training' },
    ]);
  });

  it('says when there is nothing to read', async () => {
    await expect(open(new Map([['a.txt', text('x')]]))).rejects.toThrow(/no labelled pictures/);
  });
});

describe('a split that has to be made', () => {
  const paths = ['B', 'C', 'D'].flatMap((label) =>
    Array.from({ length: 20 }, (_, i) => `${label}/${i}.png`),
  );

  it('holds back a fifth of each class, the same for the same seed', async () => {
    const first = await open(folder(paths), { seed: 1 });
    expect(countsOf(first.images).validation).toEqual({ B: 4, C: 4, D: 4 });
    expect(first.splitMade).toEqual({ seed: 1, share: 0.2, byGroup: false });
    const held = (dataset: typeof first) =>
      dataset.images.filter(({ split }) => split === 'validation').map(({ id }) => id);
    expect(held(await open(folder(paths), { seed: 1 }))).toEqual(held(first));
    expect(held(await open(folder(paths), { seed: 2 }))).not.toEqual(held(first));
  });

  it('never parts the pictures of one place', async () => {
    // Ten places, each with two pictures of every class.
    const rows = paths.map((path) => {
      const number = Number(/\d+/.exec(path)![0]);
      return `${path},place ${number % 10}`;
    });
    const files = folder(paths);
    files.set('metadata.csv', text(`file_name,group\n${rows.join('\n')}\n`));
    const { images, splitMade } = await open(files);
    expect(splitMade!.byGroup).toBe(true);
    const places = new Map<string, Set<string>>();
    for (const { group, split } of images) {
      places.set(group!, (places.get(group!) ?? new Set()).add(split));
    }
    expect(places.size).toBe(10);
    expect([...places.values()].every((splits) => splits.size === 1)).toBe(true);
    expect(countsOf(images).validation).toEqual({ B: 4, C: 4, D: 4 });
  });

  it('is not made where the source holds some back, nor for evaluation', async () => {
    const given = await open(folder([...paths, 'validation/B/x.png', 'validation/C/y.png']));
    expect(given.splitMade).toBeNull();
    const all = await open(folder(paths), { holdBack: false });
    expect(countsOf(all.images).train).toEqual({ B: 20, C: 20, D: 20 });
  });
});

describe('parquet as the Hub serves it', () => {
  const features = {
    image: { _type: 'Image' },
    label: { _type: 'ClassLabel', names: ['RoughnessB', 'RoughnessC', 'RoughnessD'] },
  };
  function parquet(rows: { bytes: Uint8Array | null; label: bigint }[]): Uint8Array {
    const writer = new ByteWriter();
    parquetWrite({
      writer,
      schema: [
        { name: 'schema', num_children: 2 },
        { name: 'image', num_children: 2, repetition_type: 'OPTIONAL' },
        { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
        { name: 'path', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
        { name: 'label', type: 'INT64', repetition_type: 'OPTIONAL' },
      ],
      columnData: [
        { name: 'image', data: rows.map(({ bytes }) => bytes && { bytes, path: 'a.png' }) },
        { name: 'label', data: rows.map(({ label }) => label) },
      ],
      kvMetadata: [{ key: 'huggingface', value: JSON.stringify({ info: { features } }) }],
    });
    return new Uint8Array(writer.getBuffer());
  }

  it('reads pictures, class names and splits', async () => {
    const rows = [...(await tinyFolder())].map(([path, bytes]) => ({
      path,
      bytes,
      label: BigInt(['B', 'C', 'D'].indexOf(/Roughness(.)/.exec(path)![1]!)),
    }));
    const of = (split: string) => parquet(rows.filter(({ path }) => path.startsWith(split)));
    const dataset = await open(
      new Map([
        ['data/train-00000-of-00001.parquet', of('train')],
        ['data/validation-00000-of-00001.parquet', of('validation')],
      ]),
    );
    const plain = await open(await tinyFolder());
    expect(countsOf(dataset.images)).toEqual(countsOf(plain.images));
    expect(dataset.sha256).toBe(plain.sha256);
    expect(dataset.classes.map(({ name }) => name)).toEqual([
      'RoughnessB',
      'RoughnessC',
      'RoughnessD',
    ]);
  });

  it('skips rows without picture or label', async () => {
    const rows = [
      { bytes: picture, label: 0n },
      { bytes: null, label: 1n },
      { bytes: picture, label: -1n },
    ];
    const { images, skipped } = await open(new Map([['x.parquet', parquet(rows)]]));
    expect(images).toHaveLength(1);
    expect(skipped).toEqual([
      { id: 'x.parquet#1', reason: 'has no picture' },
      { id: 'x.parquet#2', reason: 'has no label' },
    ]);
  });

  it('says which file is damaged', async () => {
    const bytes = parquet([{ bytes: picture, label: 0n }]).slice(40);
    await expect(open(new Map([['bad.parquet', bytes]]))).rejects.toThrow(/bad\.parquet cannot/);
  });
});

describe('class names', () => {
  it('are read by name and by number', () => {
    const letters = (names: string[], options = {}) => [...mapClasses(names, options).values()];
    expect(letters(['RoughnessB', 'roughness_c', 'D'])).toEqual(['B', 'C', 'D']);
    expect(letters(['0', '1', '2'])).toEqual(['B', 'C', 'D']);
    const modelLabels = ['RoughnessD', 'RoughnessB', 'RoughnessC'];
    expect(letters(['0', '1', '2'], { modelLabels })).toEqual(['D', 'B', 'C']);
    // An ImageNet model says nothing of what a number means here.
    expect(letters(['0', '2'], { modelLabels: ['tench', 'goldfish', 'shark'] })).toEqual([
      'B',
      'D',
    ]);
  });

  it('that say nothing are asked for, all at once', () => {
    expect(() => mapClasses(['urban', 'B', 'water'])).toThrow(UnknownClasses);
    expect(() => mapClasses(['urban', 'B', 'water'])).toThrow(/"urban", "water".*urban=B/);
    const given = parseClassMap('urban=B, water=d');
    expect([...mapClasses(['urban', 'B', 'water'], { given }).values()]).toEqual(['B', 'B', 'D']);
    expect(() => parseClassMap('urban=X')).toThrow(/no class map/);
  });

  it('split names are whole words', () => {
    const names = ['train', 'Validation', 'val', 'test-00001', 'trained', 'evaluate', 'dev'];
    expect(names.map(splitOfName)).toEqual([
      'train',
      'validation',
      'validation',
      'test',
      null,
      null,
      'validation',
    ]);
  });
});

describe('what stands in the way is said before training', () => {
  const images = (train: string, validation = 'BCD') => ({
    images: [
      ...[...train].map((label) => ({ label, split: 'train' })),
      ...[...validation].map((label) => ({ label, split: 'validation' })),
    ] as never[],
  });

  it.each([
    ['', /no training pictures/],
    ['BBBB', /are B/],
    ['BBCC', /no training picture of D/],
    ['BBCCD', /only 1 training picture of D/],
  ])('%s', (train, message) => {
    expect(datasetProblems(images(train)).join(' ')).toMatch(message);
  });

  it('nothing for two of each; a missing class may be allowed', () => {
    expect(datasetProblems(images('BBCCDD'))).toEqual([]);
    expect(datasetProblems(images('BBCC'), { allowMissing: true })).toEqual([]);
    expect(datasetProblems(images('BBCCDD', ''))[0]).toMatch(/no validation pictures/);
  });
});
