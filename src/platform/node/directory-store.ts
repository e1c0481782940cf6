import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ByteStore } from '../byte-store.ts';

/** Where downloads are kept: `UPWIND_CACHE`, or `upwind` in the user's cache folder. */
export const cacheFolder = (): string =>
  process.env.UPWIND_CACHE ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'upwind');

/** Files of a folder as a store. Keys become file names. */
export function directoryStore(folder: string): ByteStore {
  const pathOf = (key: string) => join(folder, key.replace(/[^\w.-]/g, '_'));
  return {
    async get(key) {
      try {
        return new Uint8Array(await readFile(pathOf(key)));
      } catch {
        return null;
      }
    },
    async put(key, bytes) {
      const path = pathOf(key);
      const partial = `${path}.${process.pid}.part`;
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(partial, bytes);
        // Whole or not at all: a run that is stopped leaves no half file under the name.
        await rename(partial, path);
      } catch {
        // A full or read-only disk costs the next run a download, nothing else.
        await rm(partial, { force: true });
      }
    },
  };
}
