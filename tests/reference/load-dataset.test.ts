import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportLabels } from '../../src/labels/archives/export-labels.ts';
import { importLabels } from '../../src/labels/archives/import-labels.ts';
import type { LabelEntry } from '../../src/labels/label-store.ts';
import type { LabelRecord } from '../../src/labels/label.ts';
import { MemoryLabelStore } from '../../src/labels/memory-label-store.ts';
import { AT, entryOf } from '../support/labels.ts';

// The loader itself. `pip install datasets pillow`, and PYTHON=… where it is not python3's.
const python = process.env.PYTHON ?? 'python3';
const there = spawnSync(python, ['-c', 'import datasets, PIL']).status === 0;
if (!there) console.log(`skipped: ${python} has no datasets and pillow to load archives with`);

interface Loaded {
  version: string;
  image: string;
  label: [string, string[] | null];
  splits: Record<string, { image: [number, number, string]; label: unknown; record: string }[]>;
}

const assigned = { '1,1': 'train', '2,2': 'validation', '3,3': 'test' } as const;

describe.skipIf(!there)('Hugging Face datasets opens what labels leave as', () => {
  let folder: string;
  let entries: LabelEntry[];
  let store: MemoryLabelStore;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'upwind-labels-'));
    entries = [
      await entryOf({ seed: 1, siteId: '1,1' }, 'B'),
      await entryOf({ seed: 2, siteId: '1,1' }, 'C', { label: 'D', note: '=1+1\n"quoted", ü' }),
      await entryOf({ seed: 3, siteId: '2,2' }, 'C', { label: 'C', note: '-34' }),
      await entryOf({ seed: 4, siteId: '3,3' }, 'D'),
      await entryOf({ seed: 5, siteId: '3,3' }, 'unusable'),
    ];
    store = new MemoryLabelStore();
    await store.putMany(entries);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const load = (builder: string, path: string, ...again: string[]): Loaded => {
    const script = join(import.meta.dirname, 'load_dataset.py');
    const { stdout, stderr, status } = spawnSync(python, [script, builder, path, ...again], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    const loaded = JSON.parse(stdout) as Loaded;
    console.log(`datasets ${loaded.version} opened ${builder}`);
    return loaded;
  };
  const written = async (format: 'imagefolder' | 'parquet') => {
    const { file, fileName } = await exportLabels(store, { format, assigned });
    const path = join(folder, fileName);
    const bytes = new Uint8Array(await file.arrayBuffer());
    await writeFile(path, bytes);
    return { path, bytes };
  };
  /** Every picture with its record, as the pixels' own hash names it. */
  const check = (rows: Loaded['splits'][string], wanted: readonly LabelRecord[]) => {
    const found = rows.map(({ image, record }) => ({
      image,
      record: JSON.parse(record) as unknown,
    }));
    const byHash = (a: { image: unknown[] }, b: { image: unknown[] }) =>
      String(a.image[2]) < String(b.image[2]) ? -1 : 1;
    expect(found.sort(byHash)).toEqual(
      wanted
        .map((record) => ({ image: [record.width, record.height, record.imageSha256], record }))
        .sort(byHash),
    );
  };
  const labelsOf = (siteId: string) =>
    entries
      .map(({ label }) => label)
      .filter((label) => label.siteId === siteId && label.label !== 'unusable');

  test('the zip, unpacked: splits, pictures, classes, records', async () => {
    const { bytes } = await written('imagefolder');
    const unpacked = join(folder, 'unpacked');
    for (const [path, content] of Object.entries(unzipSync(bytes))) {
      await mkdir(join(unpacked, dirname(path)), { recursive: true });
      await writeFile(join(unpacked, path), content);
    }
    const loaded = load('imagefolder', unpacked);
    expect(loaded.image).toBe('Image');
    expect(Object.keys(loaded.splits).sort()).toEqual(['test', 'train', 'validation']);
    for (const [siteId, split] of Object.entries(assigned)) {
      check(loaded.splits[split]!, labelsOf(siteId));
      for (const { label, record } of loaded.splits[split]!) {
        expect(label).toBe((JSON.parse(record) as LabelRecord).label);
      }
    }
  });

  test('the zip as it is', async () => {
    const { path } = await written('imagefolder');
    const loaded = load('imagefolder', path);
    check(
      Object.values(loaded.splits).flat(),
      entries.map(({ label }) => label),
    );
  });

  test('the parquet file: Image and ClassLabel, by name', async () => {
    const { path } = await written('parquet');
    const loaded = load('parquet', path);
    expect(loaded.image).toBe('Image');
    expect(loaded.label).toEqual(['ClassLabel', ['B', 'C', 'D']]);
    const rows = Object.values(loaded.splits).flat();
    check(
      rows,
      entries.map(({ label }) => label),
    );
    for (const { label, record } of rows) {
      const name = (JSON.parse(record) as LabelRecord).label;
      expect(label).toBe(name === 'unusable' ? null : ['B', 'C', 'D'].indexOf(name));
    }
  });

  test.each(['imagefolder', 'parquet'] as const)(
    '%s, loaded and written again by the library, comes in the same',
    async (format) => {
      const { path } = await written(format);
      const again = join(folder, `${format}-again.parquet`);
      load(format, path, again);
      const other = new MemoryLabelStore();
      const file = new Blob([await readFile(again)]);
      const report = await importLabels(other, file, { fileName: 'again.parquet', at: AT });
      expect(report).toMatchObject({ added: 5, refused: 0, conflicts: [] });
      expect(await other.list()).toEqual(await store.list());
      for (const { label, png } of entries) expect(await other.pixels(label.id)).toEqual(png);
    },
  );
});
