import { csvParse } from 'd3-dsv';
import { unzipSync } from 'fflate';
import { parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { beforeEach, describe, expect, test } from 'vitest';
import { EXPORT_FORMATS } from '../../../src/labels/archives/export-format.ts';
import type { ExportFormat } from '../../../src/labels/archives/export-format.ts';
import { exportLabels } from '../../../src/labels/archives/export-labels.ts';
import { importLabels } from '../../../src/labels/archives/import-labels.ts';
import type { LabelEntry } from '../../../src/labels/label-store.ts';
import { MemoryLabelStore } from '../../../src/labels/memory-label-store.ts';
import { decodePng } from '../../../src/labels/png.ts';
import { AT, entryOf } from '../../support/labels.ts';

const assigned = { '1,1': 'train', '2,2': 'validation', '3,3': 'test' } as const;
let store: MemoryLabelStore;
let entries: LabelEntry[];
beforeEach(async () => {
  entries = [
    await entryOf({ seed: 1, siteId: '1,1' }, 'B'),
    await entryOf({ seed: 2, siteId: '1,1' }, 'C', {
      label: 'D',
      note: '=HYPERLINK("x")\n"quoted", ü',
    }),
    await entryOf({ seed: 3, siteId: '2,2' }, 'C', { label: 'C', note: '-34' }),
    await entryOf({ seed: 4, siteId: '3,3' }, 'D'),
    await entryOf({ seed: 5, siteId: '3,3' }, 'unsure', { label: 'unusable', note: 'cloud' }),
    await entryOf({ seed: 6, siteId: '2,2', exportAllowed: false }, 'B'),
  ];
  store = new MemoryLabelStore();
  await store.putMany(entries);
});
const exported = async (format: ExportFormat) => exportLabels(store, { format, assigned });
const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

describe.each(EXPORT_FORMATS)('%s', (format) => {
  test('out and in again: record, history, note and picture are the same', async () => {
    const archive = await exported(format);
    const other = new MemoryLabelStore();
    const report = await importLabels(other, archive.file, { fileName: archive.fileName, at: AT });
    expect(report).toMatchObject({ added: 5, same: 0, conflicts: [], refused: 0 });
    const allowed = entries.filter(({ label }) => label.source.exportAllowed);
    expect(await other.list()).toEqual(
      allowed.map(({ label }) => label).sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
    for (const { label, png } of allowed) expect(await other.pixels(label.id)).toEqual(png);
    expect(report.assigned).toEqual(assigned);
  });

  test('the same labels give the same bytes, and come in once', async () => {
    const [a, b] = [await exported(format), await exported(format)];
    expect(await bytesOf(a.file)).toEqual(await bytesOf(b.file));
    const again = await importLabels(store, a.file, { fileName: a.fileName, at: AT });
    expect(again).toMatchObject({ added: 0, same: 5, conflicts: [] });
    expect(await store.list()).toHaveLength(6);
  });

  test('imagery whose terms forbid it stays behind, and says which and why', async () => {
    const { lines, exported: count } = await exported(format);
    expect(count).toBe(5);
    expect(lines).toEqual([
      expect.stringMatching(/^1 label on imagery of Esri.*No dataset export/),
    ]);
  });

  test('a conflict is shown and nothing overwritten', async () => {
    const archive = await exported(format);
    const mine = await entryOf({ seed: 1, siteId: '1,1' }, 'B', { label: 'C', note: 'mine' });
    await store.put(mine.label);
    const report = await importLabels(store, archive.file, { fileName: 'a', at: AT });
    expect(report).toMatchObject({ added: 0, same: 4 });
    expect(report.conflicts.map(({ mine, theirs }) => [mine.label, theirs.label])).toEqual([
      ['C', 'B'],
    ]);
    expect(await store.get(mine.label.id)).toEqual(mine.label);
  });

  test('stops when told to', async () => {
    const controller = new AbortController();
    const running = exportLabels(store, {
      format,
      assigned,
      signal: controller.signal,
      onProgress: (done) => done === 2 && controller.abort(),
    });
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('imagefolder as Hugging Face datasets reads it', () => {
  test('split folders, class folders, and a metadata.csv that leads to every picture', async () => {
    const files = unzipSync(await bytesOf((await exported('imagefolder')).file));
    const paths = Object.keys(files);
    expect(paths.filter((p) => p.endsWith('metadata.csv')).sort()).toEqual([
      'other/metadata.csv',
      'test/metadata.csv',
      'train/metadata.csv',
      'validation/metadata.csv',
    ]);
    for (const split of ['train', 'validation', 'test', 'other']) {
      const text = new TextDecoder().decode(files[`${split}/metadata.csv`]);
      expect(text.startsWith('file_name,')).toBe(true);
      const rows = csvParse(text);
      expect(rows.map((row) => `${split}/${row.file_name}`).sort()).toEqual(
        paths.filter((p) => p.startsWith(`${split}/`) && p.endsWith('.png')).sort(),
      );
      for (const row of rows) expect(row.file_name!.split('/')[0]).toBe(row.label);
    }
    expect(paths.filter((p) => p.startsWith('train/') && p.endsWith('.png'))).toHaveLength(2);
    expect(paths.some((p) => /^other\/unusable\//.test(p))).toBe(true);
  });

  test('every column has one type in every split', async () => {
    // pandas: all cells numbers or empty gives float64 (int64 where none has a point), else text.
    // The loader refuses a dataset whose splits disagree.
    const files = unzipSync(await bytesOf((await exported('imagefolder')).file));
    const typeOf = (cells: string[]) =>
      cells.every((c) => c === '' || /^-?\d+(\.\d+)?$/.test(c))
        ? cells.some((c) => c === '' || c.includes('.'))
          ? 'float64'
          : 'int64'
        : 'text';
    const types = Object.entries(files)
      .filter(([path]) => path.endsWith('metadata.csv'))
      .map(([, bytes]) => {
        const rows = csvParse(new TextDecoder().decode(bytes));
        return rows.columns.map((name) => [name, typeOf(rows.map((row) => row[name]!))]);
      });
    expect(types).toHaveLength(4);
    for (const other of types) expect(other).toEqual(types[0]);
    expect(types[0]!.map(([, type]) => type)).toEqual([
      'text',
      'text',
      'float64',
      'float64',
      'float64',
      'text',
      'text',
      'text',
    ]);
  });

  test('no cell begins like a formula, and no name leads outside', async () => {
    const files = unzipSync(await bytesOf((await exported('imagefolder')).file));
    for (const [path, bytes] of Object.entries(files)) {
      expect(path).toMatch(
        /^(README\.md|(train|validation|test|other)\/(metadata\.csv|[A-Za-z]+\/[0-9a-f]{32}\.png))$/,
      );
      if (!path.endsWith('.csv')) continue;
      for (const row of csvParse(new TextDecoder().decode(bytes))) {
        for (const [name, cell] of Object.entries(row)) {
          if (name === 'lng' || name === 'lat') expect(cell).toMatch(/^(-?\d+\.\d+)?$/);
          else expect(cell).not.toMatch(/^[=+\-@\t\r]/);
        }
      }
    }
  });
});

describe('parquet as Hugging Face datasets reads it', () => {
  test('Image is a struct of bytes and path, ClassLabel an int64, and both are declared', async () => {
    const file = await (await exported('parquet')).file.arrayBuffer();
    const buffer = {
      byteLength: file.byteLength,
      slice: (a: number, b?: number) => file.slice(a, b),
    };
    const metadata = await parquetMetadataAsync(buffer);
    const info = metadata.key_value_metadata!.find(({ key }) => key === 'huggingface')!.value!;
    const { features } = JSON.parse(info).info;
    expect(features.image).toEqual({ _type: 'Image' });
    expect(features.label).toEqual({ names: ['B', 'C', 'D'], _type: 'ClassLabel' });
    const { children } = parquetSchema(metadata);
    expect(children.map(({ element }) => element.name)).toEqual(Object.keys(features));
    const [image, label] = children;
    expect(image!.children.map(({ element }) => [element.name, element.type])).toEqual([
      ['bytes', 'BYTE_ARRAY'],
      ['path', 'BYTE_ARRAY'],
    ]);
    expect(label!.element.type).toBe('INT64');
    const rows = await parquetReadObjects({ file: buffer, metadata, utf8: false });
    expect(rows.map(({ label, split }) => [label, split])).toEqual(
      expect.arrayContaining([
        [0n, 'train'],
        [2n, 'train'],
        [1n, 'validation'],
        [2n, 'test'],
        [null, 'other'],
      ]),
    );
    for (const { image } of rows) expect(decodePng(image.bytes)!.width).toBe(12);
  });
});

describe('GeoJSON and STAC', () => {
  test('a GeoJSON ring is closed and counter-clockwise', async () => {
    const { features } = JSON.parse(await (await exported('geojson')).file.text());
    expect(features).toHaveLength(5);
    for (const { geometry } of features) {
      const ring: [number, number][] = geometry.coordinates[0];
      expect(ring[0]).toEqual(ring.at(-1));
      const area = ring
        .slice(1)
        .reduce((sum, [x, y], i) => sum + ring[i]![0] * y - x * ring[i]![1], 0);
      expect(area).toBeGreaterThan(0);
    }
  });

  test('a GeoJSON footprint over the antimeridian is cut there (RFC 7946, 3.1.9)', async () => {
    await store.putMany([await entryOf({ seed: 7, siteId: '9,9', lng: 180, lat: 10 }, 'B')]);
    const { features } = JSON.parse(await (await exported('geojson')).file.text());
    const cut = features.find(
      ({ properties }: { properties: { lat: number } }) => properties.lat > 0,
    );
    expect(cut.geometry.type).toBe('MultiPolygon');
    const lngs: number[] = cut.geometry.coordinates.flat(2).map(([lng]: [number]) => lng);
    expect([...new Set(lngs)].sort((a, b) => a - b)).toEqual([-180, -179.999, 179.999, 180]);
  });

  // Read from the published schemas and texts, not from our writer: STAC 1.0.0 item and collection,
  // label 1.0.1 (https://github.com/stac-extensions/label) and ml-aoi 0.2.0
  // (https://github.com/stac-extensions/ml-aoi), `json-schema/schema.json` and README of each.
  test('STAC: every item has what core, label and ml-aoi ask, and every link leads to what it says', async () => {
    await store.putMany([await entryOf({ seed: 7, siteId: '9,9', lng: 180, lat: 10 }, 'B')]);
    const files = unzipSync(await bytesOf((await exported('stac')).file));
    const read = (path: string) => JSON.parse(new TextDecoder().decode(files[path]));
    const follow = (from: string, href: string) =>
      new URL(href, `zip://x/${from}`).pathname.slice(1);
    const collection = read('collection.json');
    expect(collection.license).toMatch(/^[\w\-.+]+$/);
    const paths: string[] = collection.links
      .filter(({ rel }: { rel: string }) => rel === 'item')
      .map(({ href }: { href: string }) => follow('collection.json', href));
    expect(paths).toHaveLength(6);
    const splits: unknown[] = [];
    for (const path of paths) {
      const item = read(path);
      const { properties, assets, links } = item;
      expect(item.stac_extensions).toEqual([
        'https://stac-extensions.github.io/label/v1.0.1/schema.json',
        'https://stac-extensions.github.io/ml-aoi/v0.2.0/schema.json',
      ]);
      const linked = (rel: string, role?: string) =>
        links
          .filter((l: Record<string, unknown>) => l.rel === rel && l['ml-aoi:role'] === role)
          .map((l: { href: string }) => follow(path, l.href));
      // label: a source is a STAC item; label:assets are keys of its assets.
      const [source] = linked('source');
      const image = read(source!);
      for (const one of [item, image]) expectCore(one, collection.id);
      const { 'label:assets': keys } = links.find(({ rel }: { rel: string }) => rel === 'source');
      for (const key of keys) {
        expect(files[follow(source!, image.assets[key].href)]).toEqual(
          files[follow(path, assets.image.href)],
        );
      }
      // ml-aoi: exactly one label item, at least one raster item, by `derived_from`.
      const [labelItem, ...more] = linked('derived_from', 'label');
      expect(more).toEqual([]);
      expect(read(labelItem!).stac_extensions[0]).toMatch('/label/');
      expect(linked('derived_from', 'feature')).toEqual([source]);
      expect(assets.labels['ml-aoi:role']).toBe('label');
      expect(assets.image).toMatchObject({
        'ml-aoi:role': 'feature',
        'ml-aoi:reference-grid': true,
      });
      splits.push(properties['ml-aoi:split']);

      expect(properties['label:type']).toBe('vector');
      expect(properties['label:description'].length).toBeGreaterThan(0);
      const [{ name, classes }] = properties['label:classes'];
      expect(properties['label:properties']).toEqual([name]);
      const { type, features } = read(follow(path, assets.labels.href));
      expect(type).toBe('FeatureCollection');
      expect(classes).toContain(features[0].properties[name]);
      expect(properties['label:overviews'][0].counts).toEqual([
        { name: features[0].properties[name], count: 1 },
      ]);
    }
    expect(splits.sort()).toEqual(['test', 'train', 'train', 'train', 'validate', undefined]);
    // RFC 7946, 5.2: over the antimeridian west is more than east.
    const boxes = paths.map((path) => read(path).bbox as number[]);
    const [west, , east] = boxes.find(([w, , e]) => w! > e!)!;
    expect([west, east]).toEqual([expect.closeTo(179.999, 9), expect.closeTo(-179.999, 9)]);
  });
});

/** STAC 1.0.0, item.json: what each item must have. */
function expectCore(item: Record<string, unknown>, collection: string): void {
  expect(item).toMatchObject({ type: 'Feature', stac_version: '1.0.0', collection });
  expect(item.id).toBeTruthy();
  expect(item.geometry).toBeTruthy();
  expect(item.bbox).toHaveLength(4);
  const {
    datetime,
    start_datetime: start,
    end_datetime: end,
  } = item.properties as {
    [key: string]: string | null;
  };
  const times = datetime === null ? [start, end] : [datetime];
  for (const time of times) expect(time).toMatch(/^\d{4}-\d{2}-\d{2}T.*(\+00:00|Z)$/);
  const rels = (item.links as { rel: string; href: string }[]).map(({ rel }) => rel);
  expect(rels).toEqual(expect.arrayContaining(['root', 'parent', 'collection']));
  expect(Object.values(item.assets as object).every(({ href }) => href.length > 0)).toBe(true);
}

test('nothing to export is said in words', async () => {
  const only = new MemoryLabelStore();
  await only.putMany([entries[5]!]);
  const running = exportLabels(only, { format: 'parquet', assigned: {} });
  await expect(running).rejects.toThrow(/nothing to export.*Esri/i);
});
