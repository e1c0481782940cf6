import type { IncomingRow } from './incoming.ts';
import { ArchiveRefused, shown } from './limits.ts';
import type { ArchiveLimits } from './limits.ts';
import { tableRows } from './table-rows.ts';
import type { ZipEntry } from './zip-reader.ts';

export interface ReadRows {
  rows: AsyncIterable<IncomingRow> | Iterable<IncomingRow>;
  count: number;
  /** What was left out, one line each. */
  lines: string[];
}

const PICTURE = /\.(png|jpe?g|webp)$/i;
const SPLIT_FOLDERS: Record<string, string> = {
  train: 'train',
  training: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  dev: 'validation',
  test: 'test',
  eval: 'test',
  other: 'other',
};

/** Split that a folder in the path names, if one does. */
function placeOf(path: string): string | null {
  for (const part of path.toLowerCase().split('/').slice(0, -1)) {
    if (Object.hasOwn(SPLIT_FOLDERS, part)) return SPLIT_FOLDERS[part]!;
  }
  return null;
}

/** Rows of an imagefolder zip: those its `metadata.csv` name, then pictures that only folders label. */
export async function readImagefolder(
  entries: readonly ZipEntry[],
  limits: ArchiveLimits,
): Promise<ReadRows> {
  const lines: string[] = [];
  const pictures = new Map(
    entries.filter(({ path }) => PICTURE.test(path) && !isHidden(path)).map((e) => [e.path, e]),
  );
  const named = new Set<string>();
  const rows: IncomingRow[] = [];
  for (const table of entries.filter(({ path }) => /(^|\/)metadata\.csv$/i.test(path))) {
    const folder = table.path.slice(0, table.path.lastIndexOf('/') + 1);
    const parsed = await tableRows(new TextDecoder().decode(await table.read()));
    const header = parsed[0]?.map((name) => name.trim().replace(/^\uFEFF/, '')) ?? [];
    const [file, label, record] = ['file_name', 'label', 'record'].map((n) => header.indexOf(n));
    if (file === -1) {
      lines.push(`Left out ${shown(table.path)}: it has no file_name column.`);
      continue;
    }
    if (rows.length + parsed.length - 1 > limits.labels) refuseCount(limits);
    for (const cells of parsed.slice(1)) {
      const path = folder + (cells[file!] ?? '');
      const picture = pictures.get(path);
      named.add(path);
      rows.push({
        name: path,
        record: record === -1 ? null : cells[record!] || null,
        className: label === -1 ? folderOf(path) : (cells[label!] ?? null),
        place: placeOf(path),
        image: async () => (picture ? picture.read() : null),
      });
    }
  }
  for (const [path, picture] of pictures) {
    if (named.has(path)) continue;
    rows.push({
      name: path,
      record: null,
      className: folderOf(path),
      place: placeOf(path),
      image: () => picture.read(),
    });
  }
  if (rows.length > limits.labels) refuseCount(limits);
  return { rows, count: rows.length, lines };
}

const isHidden = (path: string): boolean =>
  path.split('/').some((part) => part.startsWith('.') || part.startsWith('__'));

const folderOf = (path: string): string | null => path.split('/').at(-2) ?? null;

export function refuseCount(limits: ArchiveLimits): never {
  throw new ArchiveRefused(
    `The archive holds more than ${limits.labels.toLocaleString('en')} labels: split it.`,
  );
}
