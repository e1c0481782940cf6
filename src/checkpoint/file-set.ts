/** How far the reading of one file has come [bytes]. */
export type ByteProgress = (loaded: number, total: number) => void;

export interface ReadOptions {
  signal?: AbortSignal;
  onProgress?: ByteProgress;
}

/** One file of a checkpoint. */
export interface CheckpointFile {
  /** Path below the folder, with `/`. */
  path: string;
  size: number;
  /** SHA-256 that the place it comes from vouches for, hex, where there is one. */
  sha256?: string;
}

/**
 * A checkpoint folder, wherever it lies: on disk, dropped on the page, in a zip, on the Hub.
 * `platform/` implements it.
 */
export interface CheckpointFiles {
  /** Folder name, Hub id or archive name; becomes the checkpoint's id. */
  readonly name: string;
  list(options?: { signal?: AbortSignal }): Promise<CheckpointFile[]>;
  /** @throws UserError where the file cannot be had */
  read(path: string, options?: ReadOptions): Promise<Uint8Array>;
}

/** A checkpoint folder in memory, as `writeCheckpoint` makes it. */
export function filesInMemory(
  name: string,
  files: ReadonlyMap<string, Uint8Array>,
): CheckpointFiles {
  return {
    name,
    list: async () => [...files].map(([path, bytes]) => ({ path, size: bytes.length })),
    read: async (path, { signal } = {}) => {
      signal?.throwIfAborted();
      const bytes = files.get(path);
      if (!bytes) throw new Error(`${name} has no ${path}.`);
      return bytes;
    },
  };
}
