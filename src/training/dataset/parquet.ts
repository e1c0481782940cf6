import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import type { CheckpointFiles } from '../../checkpoint/file-set.ts';
import { UserError } from '../../site/user-error.ts';
import type { FoundImage, FoundImages } from './dataset.ts';
import { groupOf } from './imagefolder.ts';
import { splitOfName } from './split-name.ts';

export const isParquetPath = (path: string): boolean => /\.parquet$/i.test(path);

/** Feature types that Hugging Face datasets keeps in a file's metadata. */
interface HfFeatures {
  [column: string]: { _type?: string; names?: string[] };
}

/**
 * Finds the pictures of a dataset in parquet, as the Hub serves it: an Image column
 * (`{ bytes, path }`) and a ClassLabel or text column. Splits come from a `split` column or from
 * the names of the files (`data/train-00000-of-00001.parquet`).
 * @throws UserError where a file is damaged or lacks such columns
 */
export async function findParquet(
  files: CheckpointFiles,
  { signal }: { signal?: AbortSignal } = {},
): Promise<FoundImages> {
  const found: FoundImages = { images: [], skipped: [] };
  const paths = (await files.list({ signal })).map(({ path }) => path).filter(isParquetPath);
  for (const path of paths.sort()) {
    const bytes = await files.read(path, { signal });
    try {
      await readOne(path, bytes, found);
    } catch (error) {
      if (error instanceof UserError) throw error;
      const detail = error instanceof Error ? error.message : String(error);
      throw new UserError(`${path} cannot be read as parquet (${detail}). Download it again.`);
    }
    signal?.throwIfAborted();
  }
  return found;
}

async function readOne(path: string, bytes: Uint8Array, found: FoundImages): Promise<void> {
  const file = bufferOf(bytes);
  const metadata = await parquetMetadataAsync(file);
  const { image, label } = findColumns(metadata, path);
  // utf8: false leaves bytes without a text annotation as they are: the pictures.
  const rows = await parquetReadObjects({ file, metadata, utf8: false });
  const fileSplit = splitOfName(path);
  rows.forEach((row, index) => {
    const id = `${path}#${index}`;
    const split = typeof row.split === 'string' ? splitOfName(row.split) : fileSplit;
    const className = classNameOf(row[label.column], label.names);
    const picture = row[image] as { bytes?: unknown } | Uint8Array | null;
    const data = picture instanceof Uint8Array ? picture : picture?.bytes;
    if (className === null) found.skipped.push({ id, reason: 'has no label' });
    else if (!(data instanceof Uint8Array)) found.skipped.push({ id, reason: 'has no picture' });
    else found.images.push(describe({ id, className, split, data, row }));
  });
}

function describe(of: {
  id: string;
  className: string;
  split: FoundImage['split'];
  data: Uint8Array;
  row: Record<string, unknown>;
}): FoundImage {
  const { id, className, split, data, row } = of;
  return { id, className, split, group: groupOf(row), bytes: async () => data };
}

/** Which columns hold picture and label: by the Hugging Face metadata, else by name. */
function findColumns(metadata: FileMetaData, path: string) {
  const features = featuresOf(metadata);
  const top = topColumns(metadata);
  const byType = (type: string) => Object.keys(features).find((k) => features[k]?._type === type);
  const image = byType('Image') ?? top.find((name) => name === 'image' || name === 'img');
  const column = byType('ClassLabel') ?? top.find((name) => name === 'label' || name === 'labels');
  if (!image || !column) {
    throw new UserError(
      `${path} has no ${image ? 'label' : 'image'} column (it has ${top.join(', ')}). Upwind reads image datasets as Hugging Face writes them.`,
    );
  }
  return { image, label: { column, names: features[column]?.names ?? null } };
}

function featuresOf(metadata: FileMetaData): HfFeatures {
  const entry = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface');
  try {
    const value = JSON.parse(entry?.value ?? '{}') as { info?: { features?: HfFeatures } };
    return value.info?.features ?? {};
  } catch {
    return {};
  }
}

/** Names of the schema's first level. */
function topColumns({ schema }: FileMetaData): string[] {
  const names: string[] = [];
  const skip = (at: number): number => {
    let next = at + 1;
    for (let i = 0; i < (schema[at]?.num_children ?? 0); i++) next = skip(next);
    return next;
  };
  for (let at = 1; at < schema.length; at = skip(at)) names.push(schema[at]!.name);
  return names;
}

function classNameOf(value: unknown, names: string[] | null): string | null {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' && typeof value !== 'bigint') return null;
  // Hugging Face writes −1 where a label is withheld.
  if (value < 0) return null;
  return names?.[Number(value)] ?? String(value);
}

const bufferOf = (bytes: Uint8Array): AsyncBuffer => ({
  byteLength: bytes.length,
  slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer,
});
