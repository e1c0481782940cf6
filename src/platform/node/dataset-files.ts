import { existsSync, openAsBlob, statSync } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { CheckpointFiles } from '../../checkpoint/file-set.ts';
import { UserError } from '../../site/user-error.ts';
import { isPicturePath } from '../../training/dataset/imagefolder.ts';
import { isParquetPath } from '../../training/dataset/parquet.ts';
import { zipDataset } from '../../training/dataset/zip-dataset.ts';
import { hubDataset } from '../hub-dataset.ts';
import { isHubId } from '../hub-files.ts';
import { cacheFolder, directoryStore } from './directory-store.ts';

/** Files of a folder and all folders below it. */
export function deepFolder(folder: string): CheckpointFiles {
  const root = resolve(folder);
  return {
    name: basename(root),
    async list() {
      const entries = await readdir(root, { withFileTypes: true, recursive: true });
      const files = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink());
      return Promise.all(
        files.map(async ({ name, parentPath }) => {
          const path = join(parentPath, name);
          return {
            path: relative(root, path).split(sep).join('/'),
            size: (await stat(path)).size,
          };
        }),
      );
    },
    async read(path, { signal } = {}) {
      signal?.throwIfAborted();
      return new Uint8Array(await readFile(join(root, path)));
    },
  };
}

/**
 * The dataset that a person names: an imagefolder, a zip of one, a parquet file or a folder of
 * them, or a Hub dataset id.
 * @throws UserError where it is none of these
 */
export async function openDatasetFiles(
  text: string,
  { hubUrl = process.env.HF_ENDPOINT }: { hubUrl?: string } = {},
): Promise<CheckpointFiles> {
  if (existsSync(text)) {
    if (statSync(text).isDirectory()) return deepFolder(text);
    if (/\.zip$/i.test(text)) return zipDataset(await openAsBlob(text), basename(text));
    if (isParquetPath(text)) return oneFile(text);
    const hint = isPicturePath(text) ? 'It is one picture. ' : '';
    throw new UserError(`${text} is no dataset. ${hint}Give a folder, a zip or a parquet file.`);
  }
  if (/^\.{0,2}\//.test(text) || !isHubId(text)) {
    throw new UserError(
      `There is no dataset "${text}": no such folder, zip or parquet file, and it is not a Hub id (owner/name).`,
    );
  }
  return hubDataset(text, { hubUrl, store: directoryStore(join(cacheFolder(), 'hub')) });
}

function oneFile(path: string): CheckpointFiles {
  const only = basename(path);
  const folder = deepFolder(dirname(path));
  return {
    name: only,
    list: async () => (await folder.list()).filter((file) => file.path === only),
    read: folder.read,
  };
}
