import type { ListProblem, ListedSite } from '../../src/analysis/site-list.ts';
import type { BatchRow } from '../../src/report/batch-csv.ts';
import type { BatchSetup } from './batch-setup.ts';

/**
 * `stopped` – it can go on; `pausing` – the site at hand is still being read; `done` – every line is
 * settled, though some may have failed.
 */
export type BatchPhase =
  'opening' | 'none' | 'preparing' | 'running' | 'pausing' | 'paused' | 'stopped' | 'done';

/** A file that was read and not begun. */
export interface ListInHand {
  fileName: string;
  sites: ListedSite[];
  problems: ListProblem[];
}

/** One snapshot of the batch. Replaced, never changed in place. */
export interface BatchState {
  phase: BatchPhase;
  /** Chosen, waiting for its start. */
  inHand: ListInHand | null;
  fileName: string;
  list: readonly ListedSite[];
  setup: BatchSetup | null;
  /** Settled lines. */
  rows: ReadonlyMap<number, BatchRow>;
  /** True where it was found on this device rather than begun in this visit. */
  fromBefore: boolean;
  /** The site at hand, and how far its tiles are. */
  current: { name: string; done: number; total: number } | null;
  /** Guess from the sites of this run [s]; null before the first is done. */
  leftS: number | null;
  /** Why it stopped, or why a file cannot be used. */
  message: string;
}

export const NO_BATCH: BatchState = {
  phase: 'opening',
  inHand: null,
  fileName: '',
  list: [],
  setup: null,
  rows: new Map(),
  fromBefore: false,
  current: null,
  leftS: null,
  message: '',
};

export const failuresOf = ({ list, rows }: BatchState) =>
  list.flatMap((listed) => {
    const message = rows.get(listed.line)?.error;
    return message ? [{ listed, message }] : [];
  });

export const isBusy = ({ phase }: BatchState): boolean =>
  phase === 'preparing' || phase === 'running' || phase === 'pausing' || phase === 'paused';
