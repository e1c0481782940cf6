import { openDB } from 'idb';
import type { DBSchema, IDBPDatabase } from 'idb';
import type { CheckpointFiles } from '../../checkpoint/file-set.ts';
import { zipFiles } from '../../checkpoint/zip.ts';
import { UserError } from '../../site/user-error.ts';
import { privateFiles } from './private-files.ts';
import type { FilesToKeep, PrivateFiles } from './private-files.ts';

/** A checkpoint kept on this device. */
export interface StoredCheckpoint {
  id: string;
  name: string;
  bytes: number;
  /** ISO time of saving. */
  saved: string;
}

/** `inFiles`: the folder `id` of the origin-private file system holds it, not the database. */
type Entry = StoredCheckpoint & { inFiles?: boolean };

interface Schema extends DBSchema {
  checkpoints: { key: string; value: Entry };
  files: { key: [string, string]; value: { path: string; blob: Blob } };
}

export interface CheckpointStoreOptions {
  /** Of the database, and of the folder of files. */
  name?: string;
  /** Where the files go; null keeps them in the database (tests). */
  files?: Promise<PrivateFiles | null>;
}

const GONE =
  'This model is not kept on this device. Drop its folder or zip under Model, or choose another there.';

/**
 * Checkpoints trained or dropped in on this device; workers may use it too. The files lie in the
 * origin-private file system and the list of them in IndexedDB, whose one write makes a checkpoint
 * exist or not. A browser that withholds that file system has the files in IndexedDB as well.
 */
export class CheckpointStore {
  readonly #name: string;
  #db: Promise<IDBPDatabase<Schema>> | null = null;
  #given: Promise<PrivateFiles | null> | undefined;

  constructor({ name = 'upwind-checkpoints', files }: CheckpointStoreOptions = {}) {
    this.#name = name;
    this.#given = files;
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    return (this.#db ??= openDB<Schema>(this.#name, 1, {
      upgrade(db) {
        db.createObjectStore('checkpoints', { keyPath: 'id' });
        db.createObjectStore('files');
      },
    }));
  }

  #files(): Promise<PrivateFiles | null> {
    return (this.#given ??= privateFiles(this.#name));
  }

  /**
   * Keeps a checkpoint folder, or a zip of one as it is; all files or none. A `File` is copied by
   * the browser, without passing through memory.
   * @throws UserError where the disk is full
   */
  async save(
    name: string,
    files: FilesToKeep,
    id: string = crypto.randomUUID(),
  ): Promise<StoredCheckpoint> {
    const bytes = [...files.values()].reduce((sum, file) => sum + sizeOf(file), 0);
    const stored = { id, name, bytes, saved: new Date().toISOString() };
    try {
      await this.#alone(async () => {
        const folders = await this.#files();
        if (!folders) return this.#write(stored, files);
        await this.#sweep(folders);
        await folders.write(id, files);
        await this.#write({ ...stored, inFiles: true });
      });
    } catch (error) {
      if ((error as Error).name !== 'QuotaExceededError') throw error;
      throw new UserError(
        `There is no room on this device for ${name} (${Math.round(bytes / 1e6)} MB). Remove a stored model, or download it instead.`,
      );
    }
    return stored;
  }

  /** The entry, and its files where the database keeps those too: in one transaction. */
  async #write(entry: Entry, files: FilesToKeep = new Map()): Promise<void> {
    const db = await this.#open();
    const transaction = db.transaction(['checkpoints', 'files'], 'readwrite');
    const into = transaction.objectStore('files');
    // A failed request fails the transaction, which is what is waited for.
    void into.delete(filesOf(entry.id)).catch(() => {});
    for (const [path, data] of files) {
      const blob = data instanceof Blob ? data : new Blob([data as Uint8Array<ArrayBuffer>]);
      void into.put({ path, blob }, [entry.id, path]).catch(() => {});
    }
    void transaction
      .objectStore('checkpoints')
      .put(entry)
      .catch(() => {});
    await transaction.done;
  }

  /** Folders that no entry names: left by a tab that was closed while it wrote. */
  async #sweep(folders: PrivateFiles): Promise<void> {
    const known = new Set(await (await this.#open()).getAllKeys('checkpoints'));
    for (const folder of await folders.folders()) {
      if (!known.has(folder)) await folders.remove(folder);
    }
  }

  /** One writer at a time over all tabs, so that a sweep never meets a half-written folder. */
  async #alone(work: () => Promise<void>): Promise<void> {
    const locks = globalThis.navigator?.locks;
    await (locks ? locks.request(this.#name, work) : work());
  }

  async list(): Promise<StoredCheckpoint[]> {
    const all = await (await this.#open()).getAll('checkpoints');
    return all.sort((a, b) => b.saved.localeCompare(a.saved));
  }

  /** @throws UserError where it is gone */
  async rename(id: string, name: string): Promise<void> {
    const transaction = (await this.#open()).transaction('checkpoints', 'readwrite');
    const stored = await transaction.store.get(id);
    if (!stored) throw new UserError(GONE);
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
    await (await this.#files())?.remove(id);
  }

  /** A kept checkpoint as files. @throws UserError where it is gone */
  async open(id: string): Promise<CheckpointFiles> {
    const stored = await (await this.#open()).get('checkpoints', id);
    if (!stored) throw new UserError(GONE);
    const files = await (stored.inFiles ? this.#fromFolder(id) : this.#fromDatabase(id));
    const [only] = [...files];
    if (files.size === 1 && only && /\.zip$/i.test(only[0])) {
      return zipFiles(new Uint8Array(await only[1].arrayBuffer()), stored.name);
    }
    return {
      name: stored.name,
      list: async () => [...files].map(([path, { size }]) => ({ path, size })),
      async read(path, { signal, onProgress } = {}) {
        signal?.throwIfAborted();
        const file = files.get(path);
        if (!file) throw new UserError(`${stored.name} has no ${path}.`);
        let bytes: Uint8Array;
        try {
          bytes = new Uint8Array(await file.arrayBuffer());
        } catch {
          // Deleted in another tab since it was opened.
          throw new UserError(GONE);
        }
        onProgress?.(bytes.length, bytes.length);
        return bytes;
      },
    };
  }

  async #fromFolder(id: string): Promise<ReadonlyMap<string, Blob>> {
    const folders = await this.#files();
    const files = await folders?.read(id);
    if (!files) throw new UserError(GONE);
    return files;
  }

  async #fromDatabase(id: string): Promise<ReadonlyMap<string, Blob>> {
    const files = await (await this.#open()).getAll('files', filesOf(id));
    return new Map(files.map(({ path, blob }) => [path, blob]));
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
