import type { SiteResult } from '../../src/analysis/site-result.ts';
import type { KeepingStore } from '../../src/labels/keeping-store.ts';
import { LabelBook } from '../../src/labels/label-book.ts';
import type { Exclusively, StepReport } from '../../src/labels/label-book.ts';
import { labelFiles } from '../../src/labels/label-files.ts';
import type { CandidateEntry } from '../../src/labels/label-store.ts';
import { roughnessOf } from '../../src/labels/label.ts';
import type { LabelChoice, LabelRecord } from '../../src/labels/label.ts';
import { adoptTheirs } from '../../src/labels/merge-label.ts';
import type { LabelConflict } from '../../src/labels/merge-label.ts';
import type { QueueItem } from '../../src/labels/queue.ts';
import { splitBySite } from '../../src/labels/split-by-site.ts';
import type { SplitAssignment } from '../../src/labels/split-by-site.ts';
import { t } from '../shared/localize.ts';
import type { Session, SessionState } from '../shared/session.ts';
import { keepCandidates, lookOf, readSecond } from './candidate-keeper.ts';
import { commandOf, isOnControl, isTyping } from './label-keys.ts';
import type { LabelCommand } from './label-keys.ts';
import { NO_LABELS } from './labels-state.ts';
import { MapLabels } from './map-labels.ts';
import type { LabelsState } from './labels-state.ts';
import { compareModels, judgeLabels } from './model-comparison.ts';
import type { Baseline } from './model-comparison.ts';

export type LabelsListener = (state: LabelsState) => void;
export interface ControllerHost {
  openStore(): Promise<KeepingStore>;
  askForPersistence(): Promise<boolean>;
  /** Keeps other tabs out while a label is read, changed and written. */
  alone: Exclusively;
  /** Has the browser ask before the page is left while `risk` says so; returns its end. */
  guardLeaving(risk: () => boolean): () => void;
  now(): string;
}

const [SPLITS, LABELLER, BASELINE] = ['splits', 'labeller', 'baseline'];

/**
 * Ties labels to a session: keys label the tile under the cursor, the answer follows at once, the
 * store keeps it, undo takes both back. What the store says of a tile wins over what the session
 * shows, so that labels of another tab or an earlier visit count too. No Lit in here.
 */
export class LabelController {
  readonly session: Session;
  #host: ControllerHost;
  #state = NO_LABELS;
  #listeners = new Set<LabelsListener>();
  #opening: Promise<{ store: KeepingStore; book: LabelBook }> | null = null;
  #assigned: SplitAssignment = {};
  #changed = new Set<string>();
  #refreshing: Promise<void> | null = null;
  #stop: (() => void)[] = [];
  #look = '';
  #keeping: AbortController | null = null;
  #comparing: AbortController | null = null;
  #map: MapLabels;
  /** Takes the keys while the queue is open. */
  queueSink: ((command: LabelCommand) => void) | null = null;

  constructor(session: Session, host: ControllerHost) {
    this.session = session;
    this.#host = host;
    this.#map = new MapLabels(session, () => this.#state);
  }

  get state(): LabelsState {
    return this.#state;
  }

  subscribe(listener: LabelsListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #set(change: Partial<LabelsState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener(this.#state);
  }

  say(notice: string): void {
    this.#set({ notice });
  }

  /** Opens the store and begins to follow session and keyboard. */
  start(keys: EventTarget): void {
    if (this.#stop.length > 0) return;
    const onKey = (event: Event) => this.#onKey(event as KeyboardEvent);
    keys.addEventListener('keydown', onKey);
    this.#stop = [
      () => keys.removeEventListener('keydown', onKey),
      this.session.subscribe((state, changed) => this.#onSession(state, changed)),
      this.#host.guardLeaving(() => this.#wouldLose()),
    ];
    void this.open().then(() => this.#onSession(this.session.state, new Set(['result', 'model'])));
  }

  dispose(): void {
    for (const stop of this.#stop.splice(0)) stop();
    this.#keeping?.abort();
    this.#comparing?.abort();
    void this.#opening?.then(({ store }) => store.close());
    this.#opening = null;
  }

  /** The store, and the book that writes to it with undo. */
  open(): Promise<{ store: KeepingStore; book: LabelBook }> {
    this.#opening ??= this.#host.openStore().then(async (store) => {
      this.#stop.push(store.subscribe(({ ids }) => void this.#refresh(ids)));
      const [splits, labeller] = [await store.getValue(SPLITS!), await store.getValue(LABELLER!)];
      this.#assigned = (splits ?? {}) as SplitAssignment;
      this.#set({ labeller: typeof labeller === 'string' ? labeller : t('labels.me') });
      await this.#readAll(store);
      return { store, book: new LabelBook(store, () => this.#host.now(), this.#host.alone) };
    });
    return this.#opening;
  }

  async #readAll(store: KeepingStore): Promise<void> {
    const [labels, candidates, second, status] = await Promise.all([
      store.list(),
      store.candidates(),
      readSecond(store),
      store.status(),
    ]);
    this.#set({
      ready: true,
      labels: new Map(labels.map((label) => [label.id, label])),
      candidates: new Map(candidates.map((draft) => [draft.id, draft])),
      second,
      status,
      split: splitBySite(labels, { assigned: this.#assigned }),
    });
  }

  /** Brings changed labels into the state and onto the map; calls that come meanwhile are joined. */
  #refresh(ids: readonly string[]): Promise<void> {
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
    const split =
      ids.length > 0
        ? splitBySite([...labels.values()], { assigned: this.#assigned })
        : this.#state.split;
    this.#set({ labels, status, split, canUndo, canRedo });
    await this.#map.reconcile(ids);
  }

  /** Labels tiles of the site on the map: counted at once, then kept. */
  async labelTiles(tileIds: readonly string[], choice: LabelChoice): Promise<void> {
    const { result } = this.session.state;
    if (!result) return;
    const tiles = result.tiles.filter(({ id, missing }) => tileIds.includes(id) && !missing);
    if (tiles.length === 0) return this.say(t('labels.nopicture'));
    const roughness = roughnessOf(choice);
    const counted = this.session.correctTiles(
      tiles.map(({ id }) => ({ tileId: id, roughness, reason: '', by: this.#state.labeller })),
    );
    const { store, book } = await this.open();
    const entries: CandidateEntry[] = [];
    for (const { id } of tiles) {
      const entry = await this.#map.entryOf(id, result, store);
      if (entry) entries.push(entry);
    }
    if (entries.length < tiles.length) this.say(t('labels.nopicture'));
    await book.label(entries, { label: choice, by: this.#state.labeller });
    for (const entry of entries) this.#map.remember(entry);
    this.#answered(entries.length, choice);
    await Promise.all([counted, this.#refresh(entries.map(({ draft }) => draft.id))]);
  }

  #answered(count: number, choice: LabelChoice): void {
    if (this.#state.answered === 0) void this.keepSafe();
    const notice = t(count === 1 ? 'labels.said.one' : 'labels.said.many', {
      count,
      label: t(`labels.choice.${choice}`),
    });
    this.#set({ answered: this.#state.answered + count, notice });
  }

  /** Labels that leaving the page would lose: the disk was full, or the window keeps nothing. */
  #wouldLose(): boolean {
    const { status, labels } = this.#state;
    if (!status) return false;
    return status.unsaved > 0 || (status.persistence === 'memory' && labels.size > 0);
  }

  /** Answers a tile of the queue, of whatever site. A blind answer is compared, and changes nothing. */
  async answer(item: QueueItem, choice: LabelChoice, note = ''): Promise<void> {
    const { store, book } = await this.open();
    const { labeller, candidates } = this.#state;
    if (item.reason === 'blind') {
      await book.relabel([item.id], choice, labeller, 'repeat');
    } else {
      const [draft, png] = [candidates.get(item.id), await store.candidatePixels(item.id)];
      if (!draft || !png) return this.say(t('labels.nopicture'));
      await book.label([{ draft, png }], { label: choice, by: labeller, ...(note && { note }) });
    }
    this.#answered(1, choice);
    await this.#refresh([item.id]);
  }

  async relabel(ids: readonly string[], choice: LabelChoice): Promise<void> {
    const { book } = await this.open();
    await book.relabel(ids, choice, this.#state.labeller);
    await this.#refresh(ids);
  }

  async note(id: string, note: string): Promise<void> {
    const { book } = await this.open();
    if (this.#state.labels.get(id)?.note === note) return;
    await book.note(id, note, this.#state.labeller);
    await this.#refresh([id]);
  }

  async remove(ids: readonly string[]): Promise<void> {
    const { book } = await this.open();
    await book.remove(ids);
    this.say(t('labels.removed', { count: ids.length }));
    await this.#refresh(ids);
  }

  async undo(): Promise<void> {
    const { book } = await this.open();
    await this.#told(await book.undo(), t('labels.undone'), t('labels.undo.none'));
  }

  async redo(): Promise<void> {
    const { book } = await this.open();
    await this.#told(await book.redo(), t('labels.redone'), t('labels.redo.none'));
  }

  async #told(report: StepReport | null, done: string, none: string): Promise<void> {
    this.say(report ? (report.refused[0] ?? done) : none);
    if (report) await this.#refresh(report.ids);
  }

  /** The person decides a conflict: the archive's word, or their own. */
  async resolve(conflict: LabelConflict, take: 'mine' | 'theirs'): Promise<void> {
    const { store } = await this.open();
    if (take === 'theirs') await store.put(adoptTheirs(conflict, this.#host.now()));
    this.#set({ conflicts: this.#state.conflicts.filter((one) => one !== conflict) });
    await this.#refresh([conflict.id]);
  }

  /** After an import: conflicts to decide, and splits of sites that had none here. */
  async imported(conflicts: readonly LabelConflict[], assigned: SplitAssignment): Promise<void> {
    this.#set({ conflicts: [...this.#state.conflicts, ...conflicts] });
    await this.#keepSplits({ ...assigned, ...this.#assigned });
    await this.#refresh(this.#map.ids);
  }

  /** Settles the splits: from now on no site moves. Called before labels are trained on or leave. */
  async settleSplits(): Promise<SplitAssignment> {
    await this.open();
    await this.#keepSplits(this.#state.split.assigned);
    return this.#assigned;
  }

  async #keepSplits(assigned: SplitAssignment): Promise<void> {
    const { store } = await this.open();
    this.#assigned = assigned;
    await store.setValue(SPLITS!, assigned);
    this.#set({ split: splitBySite([...this.#state.labels.values()], { assigned }) });
  }

  async setLabeller(labeller: string): Promise<void> {
    const { store } = await this.open();
    const name = labeller.trim().slice(0, 80) || t('labels.me');
    this.#set({ labeller: name });
    await store.setValue(LABELLER!, name);
  }

  /** Asks the browser to keep the labels, and says what it answered. */
  async keepSafe(): Promise<void> {
    const { store } = await this.open();
    await this.#host.askForPersistence();
    this.#set({ status: await store.status() });
  }

  /** Labels as files to train on; what the model says now is remembered for afterwards. */
  async trainingFiles(onProgress: (done: number, total: number) => void) {
    const { store } = await this.open();
    const assigned = await this.settleSplits();
    if (this.session.state.model.status === 'ready' || this.session.state.result) {
      const classifier = await this.session.classifier();
      const labels = [...this.#state.labels.values()];
      const signal = new AbortController().signal;
      await store.setValue(
        BASELINE!,
        await judgeLabels(store, labels, { classifier, signal, onProgress }),
      );
    }
    return labelFiles(store, { assigned, name: t('labels.dataset') });
  }

  /** What the model in use says of the labels, beside what the one before said. */
  async compare(): Promise<void> {
    const { store } = await this.open();
    const before = (await store.getValue(BASELINE!)) as Baseline | undefined;
    this.#comparing?.abort();
    const { signal } = (this.#comparing = new AbortController());
    if (!before) return this.#set({ comparison: { phase: 'none' } });
    try {
      const classifier = await this.session.classifier();
      if (classifier.model.sha256 === before.sha256) return;
      const labels = [...this.#state.labels.values()];
      const onProgress = (done: number, total: number) =>
        this.#set({ comparison: { phase: 'running', done, total } });
      onProgress(0, labels.length);
      const after = await judgeLabels(store, labels, { classifier, signal, onProgress });
      const minds = compareModels(labels, this.#state.split.assigned, { before, after });
      const names = { before: before.name, after: after.name };
      this.#set({ comparison: { phase: 'done', ...names, ...minds } });
    } catch (error) {
      if (signal.aborted) return;
      const message = error instanceof Error ? error.message : String(error);
      this.#set({ comparison: { phase: 'failed', message } });
    }
  }

  /** The label of a tile on the map, if it has one. */
  labelOfTile(tileId: string): LabelRecord | null {
    return this.#map.labelOf(tileId);
  }

  /** The tile on the map that a label or candidate belongs to. */
  tileOfLabel(id: string): string | null {
    return this.#map.tileOf(id);
  }

  #onSession(state: SessionState, changed: ReadonlySet<keyof SessionState>): void {
    if (changed.has('model') && state.model.status === 'ready') void this.compare();
    if (!changed.has('result') || !state.result || state.run.phase === 'running') return;
    const look = lookOf(state.result);
    if (look === this.#look) return;
    this.#look = look;
    void this.#onLook(state.result);
  }

  /** A site was analysed or brought back: its tiles join the queue, its labels count again. */
  async #onLook(result: SiteResult): Promise<void> {
    const total = this.session.patches.size;
    this.#set({ coming: total > 0 ? { done: 0, total } : null });
    const { store } = await this.open();
    this.#keeping?.abort();
    const { signal } = (this.#keeping = new AbortController());
    this.#map.match(result);
    await this.#map.reconcile(this.#map.ids);
    try {
      const onProgress = (done: number, total: number) => this.#set({ coming: { done, total } });
      await keepCandidates(this.session, store, { result, signal, onProgress });
    } catch (error) {
      if (signal.aborted) return;
      this.say(t('labels.queue.unkept', { why: error instanceof Error ? error.message : '' }));
    }
    if (signal.aborted) return;
    await this.#readAll(store);
    this.#set({ coming: null });
    this.#map.match(result);
    await this.#map.reconcile(this.#map.ids);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || isTyping(event)) return;
    const command = commandOf(event);
    if (!command || (command.do === 'accept' && isOnControl(event))) return;
    if (command.do === 'undo' || command.do === 'redo') {
      event.preventDefault();
      void this[command.do]();
      return;
    }
    const { tileId, hotTileId, markedTileIds } = this.session.state.selection;
    const onMap = event.composedPath().some((node) => (node as Element).localName === 'upwind-map');
    if (!onMap && this.queueSink) {
      event.preventDefault();
      this.queueSink(command);
      return;
    }
    if (command.do !== 'label') return;
    const one = (onMap ? hotTileId : null) ?? tileId;
    const tiles = markedTileIds.length > 0 ? markedTileIds : one ? [one] : [];
    if (tiles.length === 0) return;
    event.preventDefault();
    void this.labelTiles(tiles, command.choice);
  }
}
