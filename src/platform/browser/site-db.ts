import { openDB } from 'idb';
import type { DBSchema, IDBPDatabase, IDBPObjectStore } from 'idb';
import type { ListedSite } from '../../analysis/site-list.ts';
import { parseSiteResult } from '../../analysis/site-result.ts';
import type { SiteResult } from '../../analysis/site-result.ts';
import { batchRow } from '../../report/batch-csv.ts';
import type { BatchRow } from '../../report/batch-csv.ts';
import { UserError } from '../../site/user-error.ts';

/** What a list shows of a saved site, without reading its tiles. */
export interface SavedSite {
  key: string;
  /** When it was saved, ISO 8601. */
  savedAt: string;
  /** Its line in a combined table: name, place, height, exposures. */
  row: BatchRow;
  imagery: { name: string; synthetic: boolean };
  model: { id: string; sha256: string };
  rules: Pick<SiteResult['settings'], 'edition' | 'tolerance' | 'conservative'>;
  /** Corrections that a person made. */
  corrections: number;
}

/** A batch as it was begun. */
export interface SavedBatch {
  fileName: string;
  begunAt: string;
  list: ListedSite[];
  /** What every site of it must be read with. */
  modelSha256: string;
  imageryId: string;
  /** The page's choices at the start, as plain data. */
  setup: unknown;
}

/** One line of a batch, settled. */
export interface BatchLine {
  line: number;
  row: BatchRow;
}

interface SiteDbSchema extends DBSchema {
  sites: { key: string; value: SavedSite };
  /** Apart from the list, which stays small however many sites there are. */
  results: { key: string; value: SiteResult };
  batch: { key: string; value: SavedBatch };
  batchLines: { key: number; value: BatchLine };
}
type Store = 'sites' | 'results' | 'batch' | 'batchLines';

export const SITE_DB_NAME = 'upwind-sites';
export const SITE_DB_VERSION = 1;
const THE_BATCH = 'current';
/** On the disk before it counts as saved. */
const DURABLE = { durability: 'strict' } as const;

/** Answers are one and the same entry where nothing that decides them differs. */
export function siteKey({ site, settings, imagery, model }: SiteResult): string {
  const { edition, tolerance, conservative, tileM, strideM, refine } = settings;
  return JSON.stringify([
    [site.lng, site.lat, site.heightFt],
    // Every service of a person's own has the id of its kind.
    [imagery.id, imagery.name, model.sha256],
    [edition, tolerance, conservative, tileM, strideM, refine],
  ]);
}

/**
 * Saved sites and the batch in progress, in this browser. Tabs tell each other of changes.
 * Everything it hands out as a result was checked.
 */
export class SiteDb {
  #db: IDBPDatabase<SiteDbSchema>;
  #channel: BroadcastChannel;
  #listeners = new Set<() => void>();

  private constructor(db: IDBPDatabase<SiteDbSchema>, name: string) {
    this.#db = db;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = () => this.#tell();
    // In Node an open channel would keep the process alive.
    (this.#channel as { unref?: () => void }).unref?.();
  }

  /** @throws UserError where this window may not store anything */
  static async open(name = SITE_DB_NAME): Promise<SiteDb> {
    try {
      const db = await openDB<SiteDbSchema>(name, SITE_DB_VERSION, {
        upgrade(database) {
          database.createObjectStore('sites', { keyPath: 'key' });
          database.createObjectStore('results');
          database.createObjectStore('batch');
          database.createObjectStore('batchLines', { keyPath: 'line' });
        },
        // A newer version waits in another tab: standing in its way would freeze both.
        blocking: (_from, _to, event) => (event.target as IDBDatabase).close(),
      });
      return new SiteDb(db, name);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new UserError(
        `This window cannot keep sites (${why}). Allow storage for this page, or leave the private window.`,
      );
    }
  }

  /** Newest first. */
  async list(): Promise<SavedSite[]> {
    const sites = await this.#db.getAll('sites');
    return sites.sort((a, b) => (a.savedAt < b.savedAt ? 1 : a.savedAt > b.savedAt ? -1 : 0));
  }

  /**
   * @returns the answer, or null where there is none under this key
   * @throws UserError where what lies there is no answer of this version
   */
  async get(key: string): Promise<SiteResult | null> {
    const value: unknown = await this.#db.get('results', key);
    return value === undefined ? null : parseSiteResult(value);
  }

  /**
   * Saves an answer, in place of the one under the same key; the name that this was given stays.
   * @throws UserError where the device has no room left
   */
  async put(
    result: SiteResult,
    { savedAt, name }: { savedAt: string; name?: string },
  ): Promise<SavedSite> {
    let entry = savedSite(result, savedAt);
    await this.#write(['sites', 'results'], async (store) => {
      const before = await store('sites').get(entry.key);
      const named = withName(result, name ?? (before?.row.name || result.site.name || ''));
      entry = savedSite(named, savedAt);
      await store('sites').put(entry);
      await store('results').put(named, entry.key);
    });
    return entry;
  }

  async rename(key: string, name: string): Promise<void> {
    await this.#write(['sites', 'results'], async (store) => {
      const [entry, result] = await Promise.all([
        store('sites').get(key),
        store('results').get(key),
      ]);
      if (!entry || !result) throw new UserError('This site was deleted meanwhile.');
      await store('sites').put({ ...entry, row: { ...entry.row, name } });
      await store('results').put(withName(result, name), key);
    });
  }

  async delete(key: string): Promise<void> {
    await this.#write(['sites', 'results'], async (store) => {
      await store('sites').delete(key);
      await store('results').delete(key);
    });
  }

  /** The batch that was begun last, if it was not cleared away. */
  async batch(): Promise<SavedBatch | null> {
    return (await this.#db.get('batch', THE_BATCH)) ?? null;
  }

  /** Puts a new batch in place of the last one, whose finished sites stay saved. */
  async beginBatch(batch: SavedBatch): Promise<void> {
    await this.#write(['batch', 'batchLines'], async (store) => {
      await store('batchLines').clear();
      await store('batch').put(batch, THE_BATCH);
    });
  }

  /** Settled lines in the order of the list. */
  batchLines(): Promise<BatchLine[]> {
    return this.#db.getAll('batchLines');
  }

  /**
   * Settles one line, and saves its site in the same stroke: both are kept, or neither. A saved
   * answer that a person corrected stays as it is.
   */
  async settleLine(
    line: BatchLine,
    saved: { result: SiteResult; savedAt: string } | null,
  ): Promise<void> {
    await this.#write(['sites', 'results', 'batchLines'], async (store) => {
      await store('batchLines').put(line);
      if (!saved) return;
      const entry = savedSite(saved.result, saved.savedAt);
      const before = await store('sites').get(entry.key);
      if (before && before.corrections > 0) return;
      await store('sites').put(entry);
      await store('results').put(saved.result, entry.key);
    });
  }

  async clearBatch(): Promise<void> {
    await this.#write(['batch', 'batchLines'], async (store) => {
      await store('batch').clear();
      await store('batchLines').clear();
    });
  }

  /** Calls `listener` after every change, from this tab or another. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#db.close();
    this.#channel.close();
    this.#listeners.clear();
  }

  /** One transaction: all of `work`, or nothing of it. */
  async #write(names: Store[], work: (store: StoreOf) => Promise<void>): Promise<void> {
    const tx = this.#db.transaction(names, 'readwrite', DURABLE);
    try {
      await work(((name: Store) => tx.objectStore(name)) as unknown as StoreOf);
      await tx.done;
    } catch (error) {
      // The failed request may have ended the transaction already.
      tx.done.catch(() => undefined);
      try {
        tx.abort();
      } catch {
        // Already over.
      }
      throw asSiteError(error, tx.error);
    }
    this.#channel.postMessage(null);
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

type StoreOf = <S extends Store>(name: S) => IDBPObjectStore<SiteDbSchema, [S], S, 'readwrite'>;

function savedSite(result: SiteResult, savedAt: string): SavedSite {
  const { site, imagery, model, settings, overrides } = result;
  const listed = { line: 0, name: site.name ?? '', site, heightFt: site.heightFt };
  const { edition, tolerance, conservative } = settings;
  return {
    key: siteKey(result),
    savedAt,
    row: batchRow(listed, result, null),
    imagery: { name: imagery.name, synthetic: imagery.synthetic },
    model: { id: model.id, sha256: model.sha256 },
    rules: { edition, tolerance, conservative },
    corrections: overrides.length,
  };
}

const withName = (result: SiteResult, name: string): SiteResult => ({
  ...result,
  site: { ...result.site, name: name || null },
});

/** A full disk shows as the failed request's error or as the transaction's. */
export function asSiteError(error: unknown, cause: unknown = null): unknown {
  const full = [error, cause].some(
    (one) => one instanceof DOMException && one.name === 'QuotaExceededError',
  );
  return full
    ? new UserError(
        'This device has no room left for saved sites. Export and delete some, then save again.',
      )
    : error;
}
