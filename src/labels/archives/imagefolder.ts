import { csvFormatRow } from 'd3-dsv';
import { breather } from '../breathe.ts';
import type { LabelRecord } from '../label.ts';
import { PLACES, datasetCard, plainColumns } from './dataset.ts';
import type { DatasetLabel } from './dataset.ts';
import { ZipWriter } from './zip-writer.ts';

export const CSV_COLUMNS = [
  'file_name',
  'label',
  'lng',
  'lat',
  'tile_m',
  'labelled_at',
  'id',
  'record',
];

/** Reads a label's picture. */
export type PixelsOf = (id: string) => Promise<Uint8Array>;

export interface WriteOptions {
  pixelsOf: PixelsOf;
  write(bytes: Uint8Array): void;
  /** Called after each label. */
  onLabel(): void;
}

/** Where a label's picture lies under its split. */
export const fileNameOf = ({ label, id }: LabelRecord): string => `${label}/${id.slice(0, 32)}.png`;

/**
 * A zip in Hugging Face's imagefolder layout: `<split>/<class>/<id>.png`, and a `metadata.csv` in
 * each split whose `file_name` is relative to it.
 *
 * The loader takes each column's type from its first rows and wants the same types in every split:
 * so numbers are always written with decimals, no column is empty in one split and text in
 * another, and whatever a person typed lies inside the JSON of `record`. That cell begins with a
 * brace, so no spreadsheet takes it for a formula.
 */
export async function writeImagefolder(
  rows: readonly DatasetLabel[],
  { pixelsOf, write, onLabel }: WriteOptions,
): Promise<void> {
  const zip = new ZipWriter(write);
  const breathe = breather();
  await zip.add('README.md', datasetCard(rows, OPENING));
  for (const place of PLACES) {
    const here = rows.filter((row) => row.place === place);
    if (here.length === 0) continue;
    const lines = [csvFormatRow(CSV_COLUMNS)];
    for (const { label } of here) {
      await breathe();
      lines.push(csvFormatRow(csvRow(label)));
    }
    await zip.add(`${place}/metadata.csv`, lines.join('\n') + '\n');
    for (const { label } of here) {
      await zip.add(`${place}/${fileNameOf(label)}`, await pixelsOf(label.id));
      onLabel();
    }
  }
  zip.finish();
}

function csvRow(record: LabelRecord): string[] {
  const { label, lng, lat, tile_m, labelled_at, id } = plainColumns(record);
  const decimal = (value: number | null, digits: number) => value?.toFixed(digits) ?? '';
  return [
    fileNameOf(record),
    label,
    decimal(lng, 7),
    decimal(lat, 7),
    decimal(tile_m, 3),
    labelled_at,
    id,
    JSON.stringify(record),
  ];
}

const OPENING = [
  '```python',
  'from datasets import load_dataset',
  '',
  'labels = load_dataset("imagefolder", data_dir="the/unpacked/folder")',
  '```',
];
