import { openDB } from 'idb';
import type { IDBPDatabase } from 'idb';
import { KeepingStore } from '../../labels/keeping-store.ts';
import { parseLabel } from '../../labels/label.ts';
import type { LabelDraft, LabelRecord } from '../../labels/label.ts';
import { StoreFullError, StoreUnavailableError } from '../../labels/label-store.ts';
import type {
  CandidateEntry,
  LabelEntry,
  LabelStore,
  StoreChange,
  StoreStatus,
} from '../../labels/label-store.ts';
import { MemoryLabelStore } from '../../labels/memory-label-store.ts';
import { UserError } from '../../site/user-error.ts';
import { LABEL_DB_VERSION, migrate } from './label-db-schema.ts';
import type { LabelDb } from './label-db-schema.ts';

export const LABEL_DB_NAME = 'upwind-labels';

const READ_AT_A_TIME = 500;
const WRITTEN_AT_A_TIME = 16;

/** Written through to the disk before a label counts as saved: a power cut takes none. */
const DURABLE = { durability: 'strict' } as const;

/**
 * The label store of this browser. Where IndexedDB is refused (some private windows, blocked
 * storage) labels live in memory and the status says so before anybody trusts it.
 */
export async function openLabelStore(name = LABEL_DB_NAME): Promise<KeepingStore> {
  try {
    return new KeepingStore(await IndexedDbLabelStore.open(name));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return new KeepingStore(
      new MemoryLabelStore(
        `This window cannot keep labels (${why}). They live in this tab only: export before you close it.`,
      ),
    );
  }
}

/** Labels in IndexedDB. Tabs tell each other of changes; a newer version in another tab is let by. */
export class IndexedDbLabelStore implements LabelStore {
  #name: string;
  #db: Promise<IDBPDatabase<LabelDb>> | null = null;
  #channel: BroadcastChannel;
  #listeners = new Set<(change: StoreChange) => void>();
  #message: string | null = null;
  #superseded = false;

  private constructor(name: string) {
    this.#name = name;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<string[]>) =>
      this.#tell({ ids: data, elsewhere: true });
    // In Node an open channel would keep the process alive.
    (this.#channel as { unref?: () => void }).unref?.();
  }

  /** @throws where the browser refuses IndexedDB */
  static async open(name: string): Promise<IndexedDbLabelStore> {
    const store = new IndexedDbLabelStore(name);
    try {
      await store.#open();
    } catch (error) {
      store.close();
      throw error;
    }
    return store;
  }

  #open(): Promise<IDBPDatabase<LabelDb>> {
    if (this.#superseded) return Promise.reject(new StoreUnavailableError(SUPERSEDED));
    this.#db ??= openDB<LabelDb>(this.#name, LABEL_DB_VERSION, {
      upgrade: (db, from, _to, tx) => migrate(db, from, tx),
      blocked: () => this.#say('Another tab holds an older label store open: close it.'),
      blocking: (_from, _to, event) => {
        // Another tab runs a newer version. Standing in its way would freeze both.
        this.#superseded = true;
        (event.target as IDBDatabase).close();
        this.#say(SUPERSEDED);
      },
      terminated: () => {
        this.#db = null;
      },
    }).then(
      (db) => {
        if (!this.#superseded) this.#message = null;
        return db;
      },
      (error: unknown) => {
        this.#db = null;
        throw error;
      },
    );
    return this.#db;
  }

  async get(id: string): Promise<LabelRecord | null> {
    return (await (await this.#open()).get('labels', id)) ?? null;
  }

  async pixels(id: string): Promise<Uint8Array | null> {
    return (await (await this.#open()).get('pixels', id)) ?? null;
  }

  async getMany(ids: readonly string[]): Promise<(LabelRecord | null)[]> {
    const labels = (await this.#open()).transaction('labels').store;
    return Promise.all(ids.map(async (id) => (await labels.get(id)) ?? null));
  }

  async pixelsOfMany(ids: readonly string[]): Promise<(Uint8Array | null)[]> {
    const pixels = (await this.#open()).transaction('pixels').store;
    return Promise.all(ids.map(async (id) => (await pixels.get(id)) ?? null));
  }

  async list(): Promise<LabelRecord[]> {
    const labels = (await this.#open()).transaction('labels').store;
    const all: LabelRecord[] = [];
    // Thousands at once would hold up the page while they are unpacked.
    for (;;) {
      const after = all.length > 0 ? IDBKeyRange.lowerBound(all.at(-1)!.id, true) : null;
      const some = await labels.getAll(after, READ_AT_A_TIME);
      for (const label of some) all.push(label);
      if (some.length < READ_AT_A_TIME) return all;
    }
  }

  put(label: LabelRecord, png?: Uint8Array): Promise<void> {
    return this.#write([png ? { label, png } : { label }]);
  }

  putMany(entries: readonly LabelEntry[]): Promise<void> {
    return this.#write(entries);
  }

  async #write(entries: readonly { label: LabelRecord; png?: Uint8Array }[]): Promise<void> {
    const checked = entries.map(({ label, png }) => ({ label: parseLabel(label), png }));
    const db = await this.#open();
    const tx = db.transaction(['labels', 'pixels'], 'readwrite', DURABLE);
    const writes: Promise<unknown>[] = [tx.done];
    try {
      const pixels = tx.objectStore('pixels');
      // Asked for all at once: one after the other, a round trip each, takes ten times as long.
      const keys = await Promise.all(checked.map(({ label }) => pixels.getKey(label.id)));
      for (const [i, { label, png }] of checked.entries()) {
        if (keys[i] === undefined) {
          if (!png) throw new UserError(`Label ${label.id.slice(0, 8)} has no picture to keep.`);
          writes.push(pixels.put(alone(png), label.id));
        }
        writes.push(tx.objectStore('labels').put(label));
        // Waiting for one of its own requests keeps the transaction and gives the page its turn.
        if (i % WRITTEN_AT_A_TIME === WRITTEN_AT_A_TIME - 1) await writes.at(-1);
      }
      await Promise.all(writes);
    } catch (error) {
      // The failed request may have ended the transaction already, and takes the others with it.
      for (const write of writes) write.catch(() => undefined);
      try {
        tx.abort();
      } catch {
        // Already over.
      }
      throw asStoreError(error, tx.error);
    }
    this.#changed(checked.map(({ label }) => label.id));
  }

  async remove(id: string): Promise<void> {
    const tx = (await this.#open()).transaction(['labels', 'pixels'], 'readwrite', DURABLE);
    await Promise.all([
      tx.objectStore('labels').delete(id),
      tx.objectStore('pixels').delete(id),
      tx.done,
    ]);
    this.#changed([id]);
  }

  async candidates(): Promise<LabelDraft[]> {
    return (await this.#open()).getAll('candidates');
  }

  async candidatePixels(id: string): Promise<Uint8Array | null> {
    return (await (await this.#open()).get('candidatePixels', id)) ?? null;
  }

  async putCandidates(siteId: string, entries: readonly CandidateEntry[]): Promise<void> {
    const db = await this.#open();
    const tx = db.transaction(['candidates', 'candidatePixels'], 'readwrite');
    try {
      for (const key of await tx.objectStore('candidates').index('siteId').getAllKeys(siteId)) {
        await tx.objectStore('candidates').delete(key);
        await tx.objectStore('candidatePixels').delete(key);
      }
      for (const { draft, png } of entries) {
        await tx.objectStore('candidates').put(draft);
        await tx.objectStore('candidatePixels').put(alone(png), draft.id);
      }
      await tx.done;
    } catch (error) {
      tx.done.catch(() => undefined);
      throw asStoreError(error, tx.error);
    }
    this.#changed([]);
  }

  removeCandidates(siteId: string): Promise<void> {
    return this.putCandidates(siteId, []);
  }

  async getValue(key: string): Promise<unknown> {
    return (await this.#open()).get('values', key);
  }

  async setValue(key: string, value: unknown): Promise<void> {
    const db = await this.#open();
    await db.put('values', value, key).catch((error: unknown) => {
      throw asStoreError(error);
    });
  }

  async status(): Promise<StoreStatus> {
    const labels = this.#superseded ? 0 : await (await this.#open()).count('labels');
    const storage = typeof navigator === 'undefined' ? undefined : navigator.storage;
    const [estimate, persisted] = await Promise.all([
      storage?.estimate?.().catch(() => undefined),
      storage?.persisted?.().catch(() => false),
    ]);
    return {
      labels,
      unsaved: 0,
      usedBytes: estimate?.usage ?? null,
      quotaBytes: estimate?.quota ?? null,
      persistence: persisted ? 'persistent' : 'best-effort',
      message: this.#message,
    };
  }

  async clear(): Promise<void> {
    const db = await this.#open();
    const ids = await db.getAllKeys('labels');
    const names = [...db.objectStoreNames];
    const tx = db.transaction(names, 'readwrite', DURABLE);
    await Promise.all([...names.map((name) => tx.objectStore(name).clear()), tx.done]);
    this.#changed(ids);
  }

  subscribe(listener: (change: StoreChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    void this.#db?.then((db) => db.close()).catch(() => undefined);
    this.#channel.close();
    this.#listeners.clear();
  }

  #changed(ids: string[]): void {
    this.#channel.postMessage(ids);
    this.#tell({ ids, elsewhere: false });
  }

  #say(message: string): void {
    this.#message = message;
    this.#tell({ ids: [], elsewhere: false });
  }

  #tell(change: StoreChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}

/** IndexedDB keeps all of the buffer that bytes are a view of: a page of a file, for each picture in it. */
const alone = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();

const SUPERSEDED =
  'A newer Upwind runs in another tab and took over the labels: export what is unsaved here, then reload this page.';

/** A full disk shows as the failed request's error or as the transaction's. */
export function asStoreError(error: unknown, cause: unknown = null): unknown {
  const full = [error, cause].some(
    (e) => e instanceof DOMException && e.name === 'QuotaExceededError',
  );
  return full ? new StoreFullError('This device has no room left for labels.') : error;
}

/** Keeps the other tabs of this browser out; where there are no locks, tabs take their chance. */
export async function aloneWithLabels<T>(work: () => Promise<T>): Promise<T> {
  const locks = typeof navigator === 'undefined' ? undefined : navigator.locks;
  let begun = false;
  const begin = () => {
    begun = true;
    return work();
  };
  try {
    return await (locks ? locks.request(`${LABEL_DB_NAME}-write`, begin) : begin());
  } catch (error) {
    // A frame without an origin of its own has locks that refuse.
    if (begun) throw error;
    return work();
  }
}

/**
 * Asks the browser not to clear the labels when space runs short.
 * @returns whether it promised; a private window never does
 */
export async function askForPersistence(): Promise<boolean> {
  try {
    return (await navigator.storage?.persist?.()) ?? false;
  } catch {
    return false;
  }
}
