import { openDB } from 'idb';
import type { DBSchema, IDBPDatabase } from 'idb';
import type { CheckpointFiles } from '../../checkpoint/file-set.ts';
import { UserError } from '../../site/user-error.ts';
import type { DatasetRequest, RunRequest, StoredRun } from './training-protocol.ts';

interface RunRecord {
  request: RunRequest;
  dataset: DatasetRequest;
  saved: string;
  /** Enough of the state to show it without reading the weights. */
  epochs: StoredRun['epochs'];
  steps: StoredRun['steps'];
}

interface Schema extends DBSchema {
  runs: { key: string; value: RunRecord };
  states: { key: string; value: Blob };
  /** Pictures of the run's dataset, and the base model where it came from a drop. */
  files: { key: [string, string]; value: Blob };
}

/** There is one run at a time. */
const CURRENT = 'current';
type FileKind = 'data' | 'base';

/**
 * The run at hand, with all it needs to go on in another tab or tomorrow: settings, pictures, and
 * the trainer's state. In IndexedDB, which workers share with the page.
 */
export class TrainingStore {
  #db: Promise<IDBPDatabase<Schema>> | null = null;

  constructor(private readonly databaseName = 'upwind-training') {}

  #open(): Promise<IDBPDatabase<Schema>> {
    return (this.#db ??= openDB<Schema>(this.databaseName, 1, {
      upgrade(db) {
        db.createObjectStore('runs');
        db.createObjectStore('states');
        db.createObjectStore('files');
      },
    }));
  }

  /** Begins a run: what was stored of the last one goes. */
  async begin(run: Omit<RunRecord, 'saved' | 'epochs' | 'steps'>, now: string): Promise<void> {
    const db = await this.#open();
    await this.#write(async () => {
      const transaction = db.transaction(['runs', 'states', 'files'], 'readwrite');
      void transaction.objectStore('states').clear();
      void transaction.objectStore('files').delete(keysOf('base'));
      void transaction
        .objectStore('runs')
        .put({ ...run, saved: now, epochs: [], steps: [] }, CURRENT);
      await transaction.done;
    });
  }

  async saveState(
    bytes: Uint8Array,
    progress: Pick<RunRecord, 'saved' | 'epochs' | 'steps'>,
  ): Promise<void> {
    const db = await this.#open();
    await this.#write(async () => {
      const transaction = db.transaction(['runs', 'states'], 'readwrite');
      const runs = transaction.objectStore('runs');
      const run = await runs.get(CURRENT);
      if (run) {
        void runs.put({ ...run, ...progress }, CURRENT);
        const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
        void transaction.objectStore('states').put(blob, CURRENT);
      }
      await transaction.done;
    });
  }

  /** The run, and whether it has a state to go on from. */
  async run(): Promise<StoredRun | null> {
    return (await (await this.#open()).get('runs', CURRENT)) ?? null;
  }

  async state(): Promise<Uint8Array | null> {
    const blob = await (await this.#open()).get('states', CURRENT);
    return blob ? new Uint8Array(await blob.arrayBuffer()) : null;
  }

  /** Copies files in; those of the same kind stored before go. */
  async keepFiles(kind: FileKind, files: CheckpointFiles): Promise<void> {
    const list = await files.list();
    const blobs: [string, Blob][] = [];
    for (const { path } of list) {
      blobs.push([path, new Blob([(await files.read(path)) as Uint8Array<ArrayBuffer>])]);
    }
    const db = await this.#open();
    await this.#write(async () => {
      const transaction = db.transaction('files', 'readwrite');
      void transaction.store.delete(keysOf(kind));
      for (const [path, blob] of blobs) void transaction.store.put(blob, [kind, path]);
      await transaction.done;
    });
  }

  /** Kept files. @throws UserError where there are none */
  async files(kind: FileKind, name: string): Promise<CheckpointFiles> {
    const db = await this.#open();
    const keys = await db.getAllKeys('files', keysOf(kind));
    if (keys.length === 0) {
      throw new UserError('The pictures of this run are no longer on this device. Start anew.');
    }
    const blobs = await db.getAll('files', keysOf(kind));
    const byPath = new Map(keys.map(([, path], i) => [path, blobs[i]!]));
    return {
      name,
      list: async () => [...byPath].map(([path, blob]) => ({ path, size: blob.size })),
      async read(path, { signal } = {}) {
        signal?.throwIfAborted();
        const blob = byPath.get(path);
        if (!blob) throw new UserError(`${name} has no ${path}.`);
        return new Uint8Array(await blob.arrayBuffer());
      },
    };
  }

  /** Forgets the run; the pictures stay for the next one unless `all`. */
  async forget({ all = false } = {}): Promise<void> {
    const db = await this.#open();
    const transaction = db.transaction(['runs', 'states', 'files'], 'readwrite');
    void transaction.objectStore('runs').clear();
    void transaction.objectStore('states').clear();
    if (all) void transaction.objectStore('files').clear();
    await transaction.done;
  }

  async #write(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if ((error as Error).name !== 'QuotaExceededError') throw error;
      throw new UserError(
        'There is no room on this device to keep the run. Remove a stored model, or train fewer blocks.',
      );
    }
  }
}

const keysOf = (kind: FileKind): IDBKeyRange => IDBKeyRange.bound([kind], [kind, []]);
