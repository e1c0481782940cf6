import type { ChangedMinds } from '../../src/labels/changed-minds.ts';
import type { LabelConflict } from '../../src/labels/merge-label.ts';
import type { LabelDraft, LabelRecord } from '../../src/labels/label.ts';
import type { StoreStatus } from '../../src/labels/label-store.ts';
import type { Probabilities } from '../../src/labels/queue.ts';
import type { SplitPlan } from '../../src/labels/split-by-site.ts';

/** The before-and-after of a training. */
export type Comparison =
  | { phase: 'none' }
  | { phase: 'running'; done: number; total: number }
  | {
      phase: 'done';
      before: string;
      after: string;
      heldOut: ChangedMinds;
      all: ChangedMinds;
    }
  | { phase: 'failed'; message: string };

/** One snapshot of everything the label elements show. Replaced, never changed in place. */
export interface LabelsState {
  /** False until the store is open. */
  ready: boolean;
  labels: ReadonlyMap<string, LabelRecord>;
  /** Tiles of analysed sites, labelled or not, by id. */
  candidates: ReadonlyMap<string, LabelDraft>;
  /** Tiles of the site just read that are on their way to the candidates. */
  coming: { done: number; total: number } | null;
  /** What an earlier checkpoint said of them. */
  second: ReadonlyMap<string, Probabilities>;
  status: StoreStatus | null;
  split: SplitPlan;
  labeller: string;
  /** Answers given since the page was opened. */
  answered: number;
  canUndo: boolean;
  canRedo: boolean;
  conflicts: readonly LabelConflict[];
  comparison: Comparison;
  /** The last thing worth saying, for the status line and the screen reader. */
  notice: string;
  /** Whether that is something that went wrong. */
  trouble: boolean;
}

export const NO_LABELS: LabelsState = {
  ready: false,
  labels: new Map(),
  candidates: new Map(),
  coming: null,
  second: new Map(),
  status: null,
  split: {
    assigned: {},
    counts: {
      train: { B: 0, C: 0, D: 0 },
      validation: { B: 0, C: 0, D: 0 },
      test: { B: 0, C: 0, D: 0 },
    },
    warnings: [],
  },
  labeller: '',
  answered: 0,
  canUndo: false,
  canRedo: false,
  conflicts: [],
  comparison: { phase: 'none' },
  notice: '',
  trouble: false,
};
