import { existsSync, statSync } from 'node:fs';
import { open, readFile, readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { CheckpointFiles } from '../../checkpoint/file-set.ts';
import { zipFiles } from '../../checkpoint/zip.ts';
import { UserError } from '../../site/user-error.ts';
import { hubFiles, isHubId } from '../hub-files.ts';
import { cacheFolder, directoryStore } from './directory-store.ts';
import { packageFolder } from './package-folder.ts';

/** Read at a time, so that progress moves and an abort is heard [bytes]. */
const CHUNK = 8 * 2 ** 20;

/** A checkpoint folder on disk. */
export function folderFiles(folder: string): CheckpointFiles {
  return {
    name: basename(resolve(folder)),
    async list() {
      const entries = await readdir(folder, { withFileTypes: true });
      return Promise.all(
        entries
          .filter((entry) => entry.isFile() || entry.isSymbolicLink())
          .map(async ({ name }) => ({ path: name, size: (await stat(join(folder, name))).size })),
      );
    },
    async read(path, { signal, onProgress } = {}) {
      const handle = await open(join(folder, path));
      try {
        const { size } = await handle.stat();
        const bytes = new Uint8Array(size);
        for (let offset = 0; offset < size;) {
          signal?.throwIfAborted();
          const { bytesRead } = await handle.read(bytes, offset, Math.min(CHUNK, size - offset));
          if (bytesRead === 0)
            throw new UserError(`${join(folder, path)} changed while it was read.`);
          // Not inside the call: without a listener its arguments are never evaluated.
          offset += bytesRead;
          onProgress?.(offset, size);
        }
        return bytes;
      } finally {
        await handle.close();
      }
    },
  };
}

/**
 * The model that a person names: a folder, a zip, a bundled model's id, or a Hub id.
 * @throws UserError where it is none of these
 */
export async function openModel(
  text: string,
  { hubUrl = process.env.HF_ENDPOINT }: { hubUrl?: string } = {},
): Promise<CheckpointFiles> {
  if (existsSync(text)) {
    if (statSync(text).isDirectory()) return folderFiles(text);
    if (/\.zip$/i.test(text)) return zipFiles(new Uint8Array(await readFile(text)), basename(text));
    throw new UserError(`${text} is a file. Give the model's folder, or a zip of it.`);
  }
  const bundled = join(packageFolder(), 'public/models', text);
  if (/^[\w.-]+$/.test(text) && existsSync(bundled)) return folderFiles(bundled);
  if (/^\.{0,2}\//.test(text) || /\.zip$/i.test(text) || !isHubId(text)) {
    throw new UserError(
      `There is no model "${text}": no such folder, zip, or bundled model, and it is not a Hub id (owner/name).`,
    );
  }
  return hubFiles(text, { hubUrl, store: directoryStore(join(cacheFolder(), 'hub')) });
}
