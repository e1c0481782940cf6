import { abortError, throwIfAborted } from '../site/abort.ts';
import { UserError } from '../site/user-error.ts';
import type { ListedSite } from './site-list.ts';
import type { SiteResult } from './site-result.ts';

/** One site of a batch, settled. */
export type BatchEntry =
  | { listed: ListedSite; result: SiteResult; error: null }
  | { listed: ListedSite; result: null; error: string };

/** Where a batch keeps what is done, so that it goes on after being stopped at any moment. */
export interface BatchStore {
  /** The entry of an earlier run for the same site and settings, if there is one. */
  load(listed: ListedSite): Promise<SiteResult | null>;
  /** Must keep the whole result or nothing. */
  save(listed: ListedSite, result: SiteResult): Promise<void>;
}

export interface BatchProgress {
  done: number;
  total: number;
  /** Sites that an earlier run had settled. */
  resumed: number;
  failed: number;
  current: string;
}

export interface BatchOptions {
  analyse: (listed: ListedSite) => Promise<SiteResult>;
  store: BatchStore;
  signal?: AbortSignal;
  onProgress?: (progress: BatchProgress) => void;
  /** Resolves when the batch may go on; for pausing between sites. */
  mayGoOn?: () => Promise<void>;
}

/**
 * Analyses sites one after the other, saving each before the next begins. A site that cannot be
 * analysed is reported and the rest goes on; it is tried again by the next run. Results are handed
 * to the caller one at a time, so that memory does not grow with the list.
 * @throws DOMException `AbortError`; everything saved so far stays
 */
export async function* runBatch(
  list: readonly ListedSite[],
  { analyse, store, signal, onProgress, mayGoOn }: BatchOptions,
): AsyncGenerator<BatchEntry> {
  const counts = { done: 0, total: list.length, resumed: 0, failed: 0 };
  for (const listed of list) {
    await mayGoOn?.();
    throwIfAborted(signal);
    onProgress?.({ ...counts, current: listed.name });
    let result = await store.load(listed);
    if (result) {
      counts.resumed += 1;
    } else {
      try {
        result = await analyse(listed);
        await store.save(listed, result);
      } catch (error) {
        if (signal?.aborted) throw abortError(signal);
        if (!(error instanceof UserError)) throw error;
        counts.failed += 1;
        counts.done += 1;
        yield { listed, result: null, error: error.message };
        continue;
      }
    }
    counts.done += 1;
    yield { listed, result, error: null };
  }
  onProgress?.({ ...counts, current: '' });
}
