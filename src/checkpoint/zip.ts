import { unzipSync } from 'fflate';
import type { UnzipFileInfo } from 'fflate';
import { UserError } from '../site/user-error.ts';
import type { CheckpointFiles } from './file-set.ts';

/** What an archive may hold before it is refused; a zip of kilobytes can claim petabytes. */
export interface ZipLimits {
  maxEntries: number;
  /** Bytes of all entries, unpacked. */
  maxBytes: number;
  /** Unpacked ÷ packed size of an entry. */
  maxRatio: number;
}

/** Enough for a ViT-Large in F32; weights pack hardly at all, JSON tenfold. */
export const CHECKPOINT_ZIP_LIMITS: ZipLimits = {
  maxEntries: 2_000,
  maxBytes: 2_000_000_000,
  maxRatio: 250,
};

/** Entries smaller than this may have any ratio: a file of equal bytes does no harm. */
const RATIO_MATTERS_BYTES = 1_000_000;

export interface ZipEntry {
  path: string;
  /** Unpacked size as the archive says [bytes]. */
  size: number;
  packedSize: number;
}

/**
 * Lists an archive without unpacking anything.
 * @throws UserError where it is no zip, exceeds a limit, or names a path outside its folder
 */
export function listZip(bytes: Uint8Array, name: string, limits: ZipLimits): ZipEntry[] {
  const entries: ZipEntry[] = [];
  let total = 0;
  unzip(bytes, name, ({ name: path, size: packedSize, originalSize: size }) => {
    if (path.endsWith('/') || path.startsWith('__MACOSX/')) return false;
    if (!isSafePath(path)) {
      throw new UserError(`${name} is refused: its entry "${path}" points outside the archive.`);
    }
    total += size;
    if (entries.length >= limits.maxEntries) {
      throw new UserError(`${name} is refused: it has more than ${limits.maxEntries} files.`);
    }
    if (total > limits.maxBytes) {
      throw new UserError(
        `${name} is refused: it unpacks to more than ${Math.round(limits.maxBytes / 1e6)} MB.`,
      );
    }
    if (size > RATIO_MATTERS_BYTES && size > packedSize * limits.maxRatio) {
      throw new UserError(
        `${name} is refused: "${path}" would unpack to ${Math.round(size / packedSize)} times its size, as a zip bomb does.`,
      );
    }
    entries.push({ path, size, packedSize });
    return false;
  });
  return entries;
}

/** Unpacks one entry that `listZip` has passed. @throws UserError where it is damaged */
export function readZipEntry(bytes: Uint8Array, name: string, path: string): Uint8Array {
  const found = unzip(bytes, name, (entry) => entry.name === path)[path];
  if (!found) throw new UserError(`${name} has no ${path}.`);
  return found;
}

/** A zipped checkpoint folder. @throws UserError as `listZip` */
export function zipFiles(
  bytes: Uint8Array,
  name: string,
  limits: ZipLimits = CHECKPOINT_ZIP_LIMITS,
): CheckpointFiles {
  const entries = listZip(bytes, name, limits);
  return {
    name: name.replace(/\.zip$/i, ''),
    list: async () => entries.map(({ path, size }) => ({ path, size })),
    read: async (path, { signal, onProgress } = {}) => {
      signal?.throwIfAborted();
      const unpacked = readZipEntry(bytes, name, path);
      onProgress?.(unpacked.length, unpacked.length);
      return unpacked;
    },
  };
}

function unzip(
  bytes: Uint8Array,
  name: string,
  filter: (entry: UnzipFileInfo) => boolean,
): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, { filter });
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${name} is not a zip archive, or is damaged. Make or download it again.`);
  }
}

function isSafePath(path: string): boolean {
  if (path.startsWith('/') || path.includes('\\') || /^[a-z]:/i.test(path)) return false;
  return !path.includes('\0') && !path.split('/').includes('..');
}
