import { csvParse } from 'd3-dsv';
import type { CheckpointFiles } from '../../checkpoint/file-set.ts';
import { UserError } from '../../site/user-error.ts';
import type { FoundImage, FoundImages } from './dataset.ts';
import { splitOfName } from './split-name.ts';

const PICTURE = /\.(png|jpe?g|webp)$/i;
const OTHER_PICTURE = /\.(gif|bmp|tiff?|avif|heic|jp2)$/i;
const METADATA = /(^|\/)metadata\.(csv|jsonl)$/i;
/** Columns that may name the place of a picture. */
const GROUP_COLUMNS = ['group', 'site', 'site_id', 'siteId', 'scene'];
/** A class that label archives use for what nobody should train on. */
const NOT_FOR_TRAINING = 'other';

/** True for the files of an imagefolder. */
export const isPicturePath = (path: string): boolean => PICTURE.test(path) && !isHidden(path);

/** Files that systems leave behind: `.DS_Store`, `__MACOSX/…`. */
const isHidden = (path: string): boolean =>
  path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');

/**
 * Finds the pictures of a Hugging Face imagefolder: `<split>/<class>/*.png`, or `<class>/*.png`
 * without splits. `metadata.csv` or `.jsonl` beside them may name the place of each (`group`,
 * `site`, or the `record` of an Upwind label archive).
 */
export async function findImagefolder(
  files: CheckpointFiles,
  { signal }: { signal?: AbortSignal } = {},
): Promise<FoundImages> {
  const list = (await files.list({ signal })).filter(({ path }) => !isHidden(path));
  const groups = await readGroups(
    files,
    list.map(({ path }) => path),
    signal,
  );
  const found: FoundImages = { images: [], skipped: [] };
  for (const { path } of list.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    if (OTHER_PICTURE.test(path)) {
      found.skipped.push({ id: path, reason: 'not a PNG, JPEG or WebP' });
    }
    if (!isPicturePath(path)) continue;
    const folders = path.split('/').slice(0, -1);
    const className = folders.at(-1);
    if (className === undefined || (folders.length === 1 && splitOfName(className))) {
      found.skipped.push({ id: path, reason: 'lies in no class folder' });
    } else if (folders.slice(0, -1).includes(NOT_FOR_TRAINING)) {
      found.skipped.push({ id: path, reason: `labelled ${className}: not for training` });
    } else {
      found.images.push(describe(path, folders, { files, groups, signal }));
    }
  }
  return found;
}

function describe(
  path: string,
  folders: string[],
  context: { files: CheckpointFiles; groups: Map<string, string>; signal?: AbortSignal },
): FoundImage {
  const { files, groups, signal } = context;
  const above = folders.slice(0, -1).reverse();
  const split = above.map(splitOfName).find((name) => name !== null) ?? null;
  return {
    id: path,
    className: folders.at(-1)!,
    group: groups.get(path) ?? null,
    split,
    bytes: () => files.read(path, { signal }),
  };
}

/** Path of a picture → its place, from every metadata table. */
async function readGroups(
  files: CheckpointFiles,
  paths: string[],
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const groups = new Map<string, string>();
  for (const path of paths.filter((name) => METADATA.test(name))) {
    const text = new TextDecoder().decode(await files.read(path, { signal }));
    const base = path.slice(0, path.lastIndexOf('/') + 1);
    for (const row of rowsOf(text, path)) {
      const name = row.file_name;
      const group = groupOf(row);
      if (typeof name === 'string' && group) groups.set(base + name, group);
    }
  }
  return groups;
}

function rowsOf(text: string, path: string): Record<string, unknown>[] {
  try {
    if (/\.csv$/i.test(path)) return csvParse(text) as Record<string, unknown>[];
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  } catch {
    throw new UserError(`${path} is not a table that can be read. Mend it or take it out.`);
  }
}

/** Place named by a row of metadata, if it names one. */
export function groupOf(row: Record<string, unknown>): string | null {
  for (const column of GROUP_COLUMNS) {
    const value = row[column];
    if ((typeof value === 'string' && value !== '') || typeof value === 'number') {
      return String(value);
    }
  }
  if (typeof row.record !== 'string') return null;
  try {
    const site = (JSON.parse(row.record) as { siteId?: unknown }).siteId;
    return typeof site === 'string' && site !== '' ? site : null;
  } catch {
    return null;
  }
}
