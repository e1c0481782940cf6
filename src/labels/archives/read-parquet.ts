import { parquetMetadataAsync, parquetReadObjects, snappyUncompress } from 'hyparquet';
import type { FileMetaData } from 'hyparquet';
import type { IncomingRow } from './incoming.ts';
import { UserError } from '../../site/user-error.ts';
import { ArchiveRefused, inMegabytes, shown } from './limits.ts';
import type { ArchiveLimits } from './limits.ts';
import { refuseCount } from './read-imagefolder.ts';
import type { ReadRows } from './read-imagefolder.ts';

/** Most rows read at a time. */
const WINDOW = 128;
const WANTED = ['image', 'label', 'split', 'record'];

/** Rows of a parquet file with Image and ClassLabel columns: ours, or any that `datasets` wrote. */
export async function readParquet(file: Blob, limits: ArchiveLimits): Promise<ReadRows> {
  const buffer = {
    byteLength: file.size,
    slice: (start: number, end?: number) => file.slice(start, end).arrayBuffer(),
  };
  const metadata = await parquetMetadataAsync(buffer).catch(() => {
    throw new ArchiveRefused('Not a parquet file, or damaged: its footer cannot be read.');
  });
  const count = checkMetadata(metadata, limits);
  const columns = metadata.schema
    .slice(1)
    .map(({ name }) => name)
    .filter((name) => WANTED.includes(name));
  if (!columns.includes('image')) {
    throw new ArchiveRefused('The parquet file has no image column.');
  }
  const names = classNamesOf(metadata);
  async function* rows(): AsyncGenerator<IncomingRow> {
    for (const [rowStart, rowEnd] of windowsOf(metadata)) {
      const window = await parquetReadObjects({
        file: buffer,
        metadata,
        columns,
        rowStart,
        rowEnd,
        utf8: false,
        compressors: { SNAPPY: guardedSnappy(limits) },
      }).catch((error: unknown) => {
        if (error instanceof ArchiveRefused) throw error;
        throw new ArchiveRefused(`The parquet file cannot be read: ${wordsOf(error)}.`);
      });
      for (const [i, row] of window.entries()) yield rowOf(row, rowStart + i, names);
    }
  }
  return { rows: rows(), count, lines: [] };
}

/** Rows to read together: never of two groups, each of which would be unpacked twice. */
function* windowsOf({ row_groups }: FileMetaData): Generator<[number, number]> {
  let start = 0;
  for (const { num_rows } of row_groups) {
    const end = start + Number(num_rows);
    for (; start < end; start += WINDOW) yield [start, Math.min(end, start + WINDOW)];
    start = end;
  }
}

function checkMetadata({ num_rows, row_groups }: FileMetaData, limits: ArchiveLimits): number {
  if (num_rows > BigInt(limits.labels)) refuseCount(limits);
  let total = 0n;
  let rows = 0n;
  for (const group of row_groups) {
    rows += group.num_rows;
    for (const { meta_data } of group.columns) {
      const size = meta_data?.total_uncompressed_size ?? 0n;
      const packed = meta_data?.total_compressed_size ?? 0n;
      total += size;
      if (size < 0n || packed < 0n || size > (packed + 4096n) * BigInt(limits.ratio)) {
        throw new ArchiveRefused('The parquet file claims impossible sizes: refused as a bomb.');
      }
    }
  }
  if (rows !== num_rows) throw new ArchiveRefused('The parquet file’s row counts differ.');
  if (total > BigInt(limits.totalBytes)) {
    throw new ArchiveRefused(
      `The parquet file would unpack to over ${inMegabytes(limits.totalBytes)}.`,
    );
  }
  return Number(num_rows);
}

/** Snappy never packs better than 64 bytes into 3; a page that claims more is lying. */
const guardedSnappy = (limits: ArchiveLimits) => (input: Uint8Array, size: number) => {
  if (size > limits.textBytes || size > input.length * 24 + 64) {
    throw new ArchiveRefused(
      'A page of the parquet file claims an impossible size: refused as a bomb.',
    );
  }
  const output = new Uint8Array(size);
  snappyUncompress(input, output);
  return output;
};

/** ClassLabel names from the metadata that `datasets` keeps. */
function classNamesOf({ key_value_metadata }: FileMetaData): string[] {
  try {
    const text = key_value_metadata?.find(({ key }) => key === 'huggingface')?.value ?? '';
    const names: unknown = JSON.parse(text).info.features.label.names;
    return Array.isArray(names) ? names.map(String) : [];
  } catch {
    return [];
  }
}

function rowOf(row: Record<string, unknown>, index: number, names: string[]): IncomingRow {
  const { image, label, split, record } = row;
  const { bytes = image, path } = (image ?? {}) as { bytes?: unknown; path?: unknown };
  const known = typeof label === 'bigint' || typeof label === 'number';
  return {
    name: `row ${index + 1}`,
    record: typeof record === 'string' && record !== '' ? record : null,
    className: known ? (names[Number(label)] ?? String(label)) : textOf(label),
    place: textOf(split),
    image: async () => {
      if (bytes instanceof Uint8Array) return bytes;
      if (typeof path !== 'string') return null;
      throw new UserError(
        `its picture is only named (${shown(path)}), not in the file: write the parquet with pictures embedded.`,
      );
    },
  };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
