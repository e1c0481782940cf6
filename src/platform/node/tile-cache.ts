import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TileCache } from '../../imagery/tile-cache.ts';

export interface NodeTileCacheOptions {
  /** Where pictures are kept; the system's cache folder unless said. */
  folder?: string;
  maxBytes?: number;
  maxAgeMs?: number;
}

const MAX_BYTES = 1024 * 2 ** 20;
const MAX_AGE_MS = 30 * 24 * 3600 * 1000;
/** The folder is weighed again after so many new bytes. */
const WEIGH_EVERY = 64 * 2 ** 20;

/** `$XDG_CACHE_HOME/upwind/tiles` or what the system has in its place. */
export function defaultCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base =
    env['XDG_CACHE_HOME'] ||
    (process.platform === 'win32' && env['LOCALAPPDATA']) ||
    (process.platform === 'darwin'
      ? join(homedir(), 'Library', 'Caches')
      : join(homedir(), '.cache'));
  return join(base, 'upwind', 'tiles');
}

/**
 * Pictures in a folder, one file each, named by the SHA-256 of their key. Files appear whole (they
 * are renamed into place), so that two runs may share the folder. A folder that cannot be written
 * costs speed, nothing else.
 */
export function createNodeTileCache(options: NodeTileCacheOptions = {}): TileCache {
  const { folder = defaultCacheFolder(), maxBytes = MAX_BYTES, maxAgeMs = MAX_AGE_MS } = options;
  let unweighed = WEIGH_EVERY;
  let weighing: Promise<void> | null = null;

  const fileOf = (key: string): string => {
    const name = createHash('sha256').update(key).digest('hex');
    return join(folder, name.slice(0, 2), name);
  };

  return {
    async get(key) {
      const file = fileOf(key);
      try {
        const { mtime, mtimeMs } = await stat(file);
        if (Date.now() - mtimeMs > maxAgeMs) return null;
        const bytes = await readFile(file);
        // Access time tells the last use, modification time the age.
        await utimes(file, new Date(), mtime).catch(() => undefined);
        return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      } catch {
        return null;
      }
    },
    async put(key, bytes) {
      const file = fileOf(key);
      const part = `${file}.${randomUUID()}.part`;
      try {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(part, bytes);
        await rename(part, file);
      } catch {
        await rm(part, { force: true }).catch(() => undefined);
        return;
      }
      unweighed += bytes.length;
      if (unweighed < Math.min(WEIGH_EVERY, maxBytes / 4)) return;
      unweighed = 0;
      weighing ??= forgetOldest(folder, maxBytes).finally(() => (weighing = null));
      await weighing;
    },
    async clear() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Removes the files used longest ago until the folder is 10 % under its budget. */
async function forgetOldest(folder: string, maxBytes: number): Promise<void> {
  const files: { path: string; bytes: number; used: number }[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const found = await stat(path).catch(() => null);
    if (found) files.push({ path, bytes: found.size, used: found.atimeMs });
  }
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= maxBytes) return;
  for (const { path, bytes } of files.sort((a, b) => a.used - b.used)) {
    if (total <= maxBytes * 0.9) return;
    await rm(path, { force: true });
    total -= bytes;
  }
}
