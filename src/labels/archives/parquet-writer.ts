import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { SchemaElement } from 'hyparquet';
import { breather } from '../breathe.ts';
import { roughnessOf } from '../label.ts';
import { CLASS_NAMES, plainColumns } from './dataset.ts';
import type { DatasetLabel } from './dataset.ts';
import type { WriteOptions } from './imagefolder.ts';

/** Labels in one row group: what is in memory at a time. */
const GROUP = 100;

const utf8 = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' } as const;
const float = { type: 'DOUBLE', repetition_type: 'OPTIONAL' } as const;
const SCHEMA: SchemaElement[] = [
  { name: 'schema', num_children: 9 },
  { name: 'image', num_children: 2, repetition_type: 'OPTIONAL' },
  { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
  { name: 'path', ...utf8 },
  { name: 'label', type: 'INT64', repetition_type: 'OPTIONAL' },
  { name: 'split', ...utf8 },
  { name: 'lng', ...float },
  { name: 'lat', ...float },
  { name: 'tile_m', ...float },
  { name: 'labelled_at', ...utf8 },
  { name: 'id', ...utf8 },
  { name: 'record', ...utf8 },
];

const value = (dtype: string) => ({ dtype, _type: 'Value' });
/** Feature types as Hugging Face datasets keeps them in the file's metadata. */
export const HF_FEATURES = {
  image: { _type: 'Image' },
  label: { names: CLASS_NAMES, _type: 'ClassLabel' },
  split: value('string'),
  lng: value('float64'),
  lat: value('float64'),
  tile_m: value('float64'),
  labelled_at: value('string'),
  id: value('string'),
  record: value('string'),
};

/**
 * One parquet file with an Image (`{bytes, path}`) and a ClassLabel column, as `datasets` writes
 * and reads them; `split` says where each row belongs. Rows nobody should train on have no label.
 */
export async function writeParquet(
  rows: readonly DatasetLabel[],
  { pixelsOf, write, onLabel }: WriteOptions,
): Promise<void> {
  const writer = new ByteWriter();
  const flush = () => {
    if (writer.index > 0) write(writer.getBytes().slice());
    writer.index = 0;
  };
  const parquet = new ParquetWriter({
    writer,
    schema: SCHEMA,
    createdBy: 'upwind',
    kvMetadata: [
      { key: 'huggingface', value: JSON.stringify({ info: { features: HF_FEATURES } }) },
    ],
  });
  const breathe = breather();
  for (let start = 0; start < rows.length; start += GROUP) {
    await breathe();
    const group = rows.slice(start, start + GROUP);
    const images: { bytes: Uint8Array; path: string }[] = [];
    for (const { label } of group) {
      images.push({ bytes: await pixelsOf(label.id), path: `${label.id.slice(0, 32)}.png` });
      onLabel();
    }
    const plain = group.map(({ label }) => plainColumns(label));
    const column = (name: string, data: unknown[]) => ({ name, data });
    await parquet.write({
      rowGroupSize: GROUP,
      columnData: [
        // Pictures are packed already, and telling them apart for statistics costs time.
        {
          name: 'image',
          data: images,
          codec: 'UNCOMPRESSED',
          encoding: 'PLAIN',
          statistics: false,
        },
        column(
          'label',
          group.map(({ label }) => classIndex(label.label)),
        ),
        column(
          'split',
          group.map(({ place }) => place),
        ),
        column(
          'lng',
          plain.map(({ lng }) => lng),
        ),
        column(
          'lat',
          plain.map(({ lat }) => lat),
        ),
        column(
          'tile_m',
          plain.map(({ tile_m }) => tile_m),
        ),
        column(
          'labelled_at',
          plain.map(({ labelled_at }) => labelled_at),
        ),
        column(
          'id',
          plain.map(({ id }) => id),
        ),
        {
          ...column(
            'record',
            group.map(({ label }) => JSON.stringify(label)),
          ),
          statistics: false,
        },
      ],
    });
    flush();
  }
  await parquet.finish();
  flush();
}

function classIndex(label: DatasetLabel['label']['label']): bigint | null {
  const roughness = roughnessOf(label);
  return roughness ? BigInt(CLASS_NAMES.indexOf(roughness)) : null;
}
