import type { KeepingStore } from '../../src/labels/keeping-store.ts';
import { LabelBook } from '../../src/labels/label-book.ts';
import type { Exclusively } from '../../src/labels/label-book.ts';
import type { StoreChange } from '../../src/labels/label-store.ts';
import { judgeMerge } from '../../src/labels/merge-label.ts';
import type { LabelConflict } from '../../src/labels/merge-label.ts';
import type { SplitAssignment } from '../../src/labels/split-by-site.ts';
import { t } from '../shared/localize.ts';
import { readSecond } from './candidate-keeper.ts';
import { KeptSplits } from './kept-splits.ts';
import { NO_LABELS } from './labels-state.ts';
import type { LabelsState } from './labels-state.ts';

export type LabelsListener = (state: LabelsState) => void;

export interface MirrorHost {
  openStore(): Promise<KeepingStore>;
  /** Keeps other tabs out while a label is read, changed and written. */
  alone: Exclusively;
  now(): string;
}

/** The store, and the book that writes to it with undo. */
export interface OpenedLabels {
  store: KeepingStore;
  book: LabelBook;
}

const LABELLER = 'labeller';

/** The store as the page sees it: one state, brought up to date with every change, of other tabs too. */
export class LabelMirror {
  #host: MirrorHost;
  #state = NO_LABELS;
  #listeners = new Set<LabelsListener>();
  #opening: Promise<OpenedLabels> | null = null;
  #unfollow: () => void = () => {};
  #splits: KeptSplits;
  /** What archives of this visit said otherwise, settled or not: undo may bring it up again. */
  #said: LabelConflict[] = [];
  #changed = new Set<string>();
  #refreshing: Promise<void> | null = null;
  #onRefreshed: (ids: readonly string[]) => Promise<void>;

  /** @param onRefreshed labels whose new state the page now knows */
  constructor(host: MirrorHost, onRefreshed: (ids: readonly string[]) => Promise<void>) {
    this.#host = host;
    this.#splits = new KeptSplits(host.alone);
    this.#onRefreshed = onRefreshed;
  }

  get state(): LabelsState {
    return this.#state;
  }

  subscribe(listener: LabelsListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  set(change: Partial<LabelsState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener(this.#state);
  }

  open(): Promise<OpenedLabels> {
    this.#opening ??= this.#host.openStore().then(async (store) => {
      this.#unfollow = store.subscribe((change) => this.#onChange(change));
      const labeller = await store.getValue(LABELLER);
      await this.#splits.load(store);
      const [labels, waiting] = await Promise.all([store.list(), waitingIn(store)]);
      this.set({
        ready: true,
        labeller: typeof labeller === 'string' ? labeller : t('labels.me'),
        labels: new Map(labels.map((label) => [label.id, label])),
        split: this.#splits.plan(labels),
        ...waiting,
      });
      return { store, book: new LabelBook(store, () => this.#host.now(), this.#host.alone) };
    });
    return this.#opening;
  }

  close(): void {
    this.#unfollow();
    void this.#opening?.then(({ store }) => store.close());
    this.#opening = null;
  }

  #onChange({ ids, elsewhere }: StoreChange): void {
    void this.refresh(ids);
    // Tiles that another tab put into the queue.
    if (elsewhere && ids.length === 0) void this.readCandidates();
  }

  /** Brings the tiles that wait into the state. */
  async readCandidates(): Promise<void> {
    const { store } = await this.open();
    this.set(await waitingIn(store));
  }

  async readStatus(): Promise<void> {
    const { store } = await this.open();
    this.set({ status: await store.status() });
  }

  /** Brings changed labels into the state; calls that come meanwhile are joined. */
  refresh(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#changed.add(id);
    this.#refreshing ??= this.#refreshChanged();
    return this.#refreshing;
  }

  async #refreshChanged(): Promise<void> {
    try {
      // Cleared in the same breath as the last look for more, so that no change falls between.
      for (;;) {
        const began = performance.now();
        await this.#readChanged();
        if (this.#changed.size === 0) return;
        // An import writes batch after batch: following each of them would take most of its time.
        const took = performance.now() - began;
        await new Promise((done) => setTimeout(done, took));
      }
    } finally {
      this.#refreshing = null;
    }
  }

  async #readChanged(): Promise<void> {
    const { store, book } = await this.open();
    const ids = [...this.#changed];
    this.#changed.clear();
    const labels = new Map(this.#state.labels);
    for (const [i, label] of (await store.getMany(ids)).entries()) {
      if (label) labels.set(ids[i]!, label);
      else labels.delete(ids[i]!);
    }
    const { canUndo, canRedo } = book;
    const status = await store.status();
    const split = ids.length > 0 ? this.#splits.plan(labels.values()) : this.#state.split;
    const conflicts = this.#openConflicts(labels);
    this.set({ labels, status, split, canUndo, canRedo, conflicts });
    await this.#onRefreshed(ids);
  }

  /** Conflicts that still are: beside what each label says now. */
  #openConflicts(labels: LabelsState['labels']): LabelConflict[] {
    return this.#said.flatMap(({ id, theirs }) => {
      const outcome = judgeMerge(labels.get(id) ?? null, theirs);
      return outcome.kind === 'conflict' ? [outcome.conflict] : [];
    });
  }

  /** Takes note of what an archive says otherwise. */
  async addConflicts(conflicts: readonly LabelConflict[]): Promise<void> {
    const anew = new Set(conflicts.map(({ id }) => id));
    this.#said = [...this.#said.filter(({ id }) => !anew.has(id)), ...conflicts];
    await this.refresh([...anew]);
  }

  /** Settles sites where they are not settled yet; from then on no site moves. */
  async settleSplits(proposed = this.#state.split.assigned): Promise<SplitAssignment> {
    const { store } = await this.open();
    const assigned = await this.#splits.settle(store, proposed);
    this.set({ split: this.#splits.plan(this.#state.labels.values()) });
    return assigned;
  }

  async setLabeller(name: string): Promise<void> {
    const { store } = await this.open();
    this.set({ labeller: name });
    await store.setValue(LABELLER, name);
  }
}

/** What the queue is made of, beside the labels. */
async function waitingIn(
  store: KeepingStore,
): Promise<Pick<LabelsState, 'candidates' | 'second' | 'status'>> {
  const [candidates, second, status] = await Promise.all([
    store.candidates(),
    readSecond(store),
    store.status(),
  ]);
  return { candidates: new Map(candidates.map((draft) => [draft.id, draft])), second, status };
}
