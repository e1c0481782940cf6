import { openDB } from 'idb';
import type { DBSchema, IDBPDatabase } from 'idb';
import type { CheckpointFiles } from '../../checkpoint/file-set.ts';
import { zipFiles } from '../../checkpoint/zip.ts';
import { UserError } from '../../site/user-error.ts';

/** A checkpoint kept on this device. */
export interface StoredCheckpoint {
  id: string;
  name: string;
  bytes: number;
  /** ISO time of saving. */
  saved: string;
}

interface Schema extends DBSchema {
  checkpoints: { key: string; value: StoredCheckpoint };
  files: { key: [string, string]; value: { path: string; blob: Blob } };
}

/** Checkpoints trained or dropped in on this device, in IndexedDB; workers may use it too. */
export class CheckpointStore {
  #db: Promise<IDBPDatabase<Schema>> | null = null;

  constructor(private readonly databaseName = 'upwind-checkpoints') {}

  #open(): Promise<IDBPDatabase<Schema>> {
    return (this.#db ??= openDB<Schema>(this.databaseName, 1, {
      upgrade(db) {
        db.createObjectStore('checkpoints', { keyPath: 'id' });
        db.createObjectStore('files');
      },
    }));
  }

  /**
   * Keeps a checkpoint folder, or a zip of one as it is; all files or none. A `File` is copied by
   * the browser, without passing through memory.
   * @throws UserError where the disk is full
   */
  async save(
    name: string,
    files: ReadonlyMap<string, Uint8Array | Blob>,
    id: string = crypto.randomUUID(),
  ): Promise<StoredCheckpoint> {
    const bytes = [...files.values()].reduce((sum, file) => sum + sizeOf(file), 0);
    const stored = { id, name, bytes, saved: new Date().toISOString() };
    const db = await this.#open();
    const transaction = db.transaction(['checkpoints', 'files'], 'readwrite');
    try {
      const into = transaction.objectStore('files');
      void into.delete(filesOf(id)).catch(() => {});
      for (const [path, data] of files) {
        const blob = data instanceof Blob ? data : new Blob([data as Uint8Array<ArrayBuffer>]);
        void into.put({ path, blob }, [id, path]).catch(() => {});
      }
      void transaction
        .objectStore('checkpoints')
        .put(stored)
        .catch(() => {});
      await transaction.done;
    } catch (error) {
      if ((error as Error).name !== 'QuotaExceededError') throw error;
      throw new UserError(
        `There is no room on this device for ${name} (${Math.round(bytes / 1e6)} MB). Remove a stored model, or download it instead.`,
      );
    }
    return stored;
  }

  async list(): Promise<StoredCheckpoint[]> {
    const all = await (await this.#open()).getAll('checkpoints');
    return all.sort((a, b) => b.saved.localeCompare(a.saved));
  }

  /** @throws UserError where it is gone */
  async rename(id: string, name: string): Promise<void> {
    const transaction = (await this.#open()).transaction('checkpoints', 'readwrite');
    const stored = await transaction.store.get(id);
    if (!stored) throw new UserError('This model is no longer stored on this device.');
    await transaction.store.put({ ...stored, name });
    await transaction.done;
  }

  async remove(id: string): Promise<void> {
    const transaction = (await this.#open()).transaction(['checkpoints', 'files'], 'readwrite');
    await Promise.all([
      transaction.objectStore('checkpoints').delete(id),
      transaction.objectStore('files').delete(filesOf(id)),
      transaction.done,
    ]);
  }

  /** A kept checkpoint as files. @throws UserError where it is gone */
  async open(id: string): Promise<CheckpointFiles> {
    const db = await this.#open();
    const stored = await db.get('checkpoints', id);
    if (!stored) throw new UserError('This model is no longer stored on this device.');
    const files = await db.getAll('files', filesOf(id));
    const [first] = files;
    if (files.length === 1 && first && /\.zip$/i.test(first.path)) {
      return zipFiles(new Uint8Array(await first.blob.arrayBuffer()), stored.name);
    }
    return {
      name: stored.name,
      list: async () => files.map(({ path, blob }) => ({ path, size: blob.size })),
      async read(path, { signal, onProgress } = {}) {
        signal?.throwIfAborted();
        const found = files.find((file) => file.path === path);
        if (!found) throw new UserError(`${stored.name} has no ${path}.`);
        const bytes = new Uint8Array(await found.blob.arrayBuffer());
        onProgress?.(bytes.length, bytes.length);
        return bytes;
      },
    };
  }

  async close(): Promise<void> {
    (await this.#db)?.close();
    this.#db = null;
  }
}

const sizeOf = (file: Uint8Array | Blob): number =>
  file instanceof Blob ? file.size : file.length;

/** Every file key of one checkpoint. */
const filesOf = (id: string): IDBKeyRange => IDBKeyRange.bound([id], [id, []]);
