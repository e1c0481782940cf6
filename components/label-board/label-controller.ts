import type { SiteResult } from '../../src/analysis/site-result.ts';
import type { CheckpointFiles } from '../../src/checkpoint/file-set.ts';
import type { LabelBook } from '../../src/labels/label-book.ts';
import type { CandidateEntry } from '../../src/labels/label-store.ts';
import { roughnessOf } from '../../src/labels/label.ts';
import type { LabelChoice, LabelRecord } from '../../src/labels/label.ts';
import type { LabelConflict, Settling } from '../../src/labels/merge-label.ts';
import type { QueueItem } from '../../src/labels/queue.ts';
import type { SplitAssignment } from '../../src/labels/split-by-site.ts';
import { t } from '../shared/localize.ts';
import type { Session, SessionState } from '../shared/session.ts';
import { keepCandidates, lookOf } from './candidate-keeper.ts';
import { aimOf } from './label-keys.ts';
import type { LabelCommand } from './label-keys.ts';
import { LabelMirror } from './label-mirror.ts';
import type { LabelsListener, MirrorHost, OpenedLabels } from './label-mirror.ts';
import type { LabelsState } from './labels-state.ts';
import { MapLabels } from './map-labels.ts';
import { TrainingRound } from './training-round.ts';

export interface ControllerHost extends MirrorHost {
  askForPersistence(): Promise<boolean>;
  /** Has the browser ask before the page is left while `risk` says so; returns its end. */
  guardLeaving(risk: () => boolean): () => void;
}

/**
 * Ties labels to a session: keys label the tile under the cursor, the answer follows at once, the
 * store keeps it, undo takes both back. What the store says of a tile wins over what the session
 * shows, so that labels of another tab or an earlier visit count too. No Lit in here.
 */
export class LabelController {
  readonly session: Session;
  #host: ControllerHost;
  #mirror: LabelMirror;
  #map: MapLabels;
  #round: TrainingRound;
  #stop: (() => void)[] = [];
  #look = '';
  /** There was no answer since that look. */
  #gone = false;
  #keeping: AbortController | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  /** What people said that is not in the store yet. */
  #onTheirWay = 0;
  /** Takes the keys while the queue is open. */
  queueSink: ((command: LabelCommand) => void) | null = null;

  constructor(session: Session, host: ControllerHost) {
    this.session = session;
    this.#host = host;
    this.#mirror = new LabelMirror(host, (ids) => this.#map.reconcile(ids));
    this.#map = new MapLabels(session, () => this.state);
    this.#round = new TrainingRound(session, {
      store: async () => (await this.open()).store,
      state: () => this.state,
      show: (comparison) => this.#mirror.set({ comparison }),
    });
  }

  get state(): LabelsState {
    return this.#mirror.state;
  }

  subscribe(listener: LabelsListener): () => void {
    return this.#mirror.subscribe(listener);
  }

  /** @param trouble it asks for more than a glance */
  say(notice: string, trouble = false): void {
    this.#mirror.set({ notice, trouble });
  }

  /** Whatever goes wrong is said: whoever pressed a key waits for no promise. */
  async #telling(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error), true);
    }
  }

  /** Work in the order of the keys: undo finds the label before it, whose picture may take a while. */
  #inTurn<T>(work: (opened: OpenedLabels) => Promise<T>): Promise<T> {
    this.#onTheirWay += 1;
    const next = this.#turn
      .then(async () => work(await this.open()))
      .finally(() => (this.#onTheirWay -= 1));
    this.#turn = next.catch(() => undefined);
    return next;
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
    this.#round.stop();
    this.#mirror.close();
  }

  /** The store, and the book that writes to it with undo. */
  open(): Promise<OpenedLabels> {
    return this.#mirror.open();
  }

  /** Labels tiles of the site on the map: counted at once, then kept. */
  labelTiles(tileIds: readonly string[], choice: LabelChoice): Promise<void> {
    return this.#telling(async () => {
      const { result } = this.session.state;
      if (!result) return this.say(t('labels.wait'), true);
      const tiles = result.tiles.filter(({ id, missing }) => tileIds.includes(id) && !missing);
      if (tiles.length === 0) return this.say(t('labels.nopicture'), true);
      const { labeller: by } = this.state;
      const roughness = roughnessOf(choice);
      const counted = this.session.correctTiles(
        tiles.map(({ id }) => ({ tileId: id, roughness, reason: '', by })),
      );
      const entries: CandidateEntry[] = [];
      // Found now: by the time they are read, tiles of these names may be another site's.
      const sought = tiles.map((tile) => this.#map.seek(tile, result));
      await this.#inTurn(async ({ store, book }) => {
        for (const read of sought) {
          const entry = await read(store);
          if (entry) entries.push(entry);
        }
        await book.label(entries, { label: choice, by });
        for (const entry of entries) this.#map.remember(entry, this.session.state.result);
      });
      this.#answered(entries.length, choice);
      if (entries.length < tiles.length) this.say(t('labels.nopicture'), true);
      await Promise.all([counted, this.#mirror.refresh(entries.map(({ draft }) => draft.id))]);
    });
  }

  #answered(count: number, choice: LabelChoice): void {
    if (this.state.answered === 0) void this.keepSafe();
    const label = t(`labels.choice.${choice}`);
    this.say(t(count === 1 ? 'labels.said.one' : 'labels.said.many', { count, label }));
    this.#mirror.set({ answered: this.state.answered + count });
  }

  /** Labels that leaving the page would lose: on their way, the disk full, a window that keeps nothing. */
  #wouldLose(): boolean {
    const { status, labels } = this.state;
    if (this.#onTheirWay > 0) return true;
    if (!status) return false;
    return status.unsaved > 0 || (status.persistence === 'memory' && labels.size > 0);
  }

  /** Answers a tile of the queue, of whatever site. A blind answer is compared, and changes nothing. */
  answer(item: QueueItem, choice: LabelChoice, note = ''): Promise<void> {
    return this.#telling(async () => {
      const kept = await this.#inTurn(async ({ store, book }) => {
        const { labeller: by, candidates } = this.state;
        if (item.reason === 'blind') {
          await book.relabel([item.id], choice, by, 'repeat');
          return true;
        }
        const [draft, png] = [candidates.get(item.id), await store.candidatePixels(item.id)];
        if (!draft || !png) return false;
        await book.label([{ draft, png }], { label: choice, by, ...(note && { note }) });
        return true;
      });
      if (!kept) return this.say(t('labels.nopicture'), true);
      this.#answered(1, choice);
      await this.#mirror.refresh([item.id]);
    });
  }

  relabel(ids: readonly string[], choice: LabelChoice): Promise<void> {
    return this.#changing(ids, (book) => book.relabel(ids, choice, this.state.labeller));
  }

  note(id: string, note: string): Promise<void> {
    return this.#changing([id], (book) => book.note(id, note, this.state.labeller));
  }

  remove(ids: readonly string[]): Promise<void> {
    return this.#changing(ids, async (book) => {
      await book.remove(ids);
      this.say(t('labels.removed', { count: ids.length }));
    });
  }

  /** The person decides conflicts: the archive's word, or their own; one step of undo. */
  settle(conflicts: readonly LabelConflict[], take: Settling): Promise<void> {
    const ids = conflicts.map(({ id }) => id);
    return this.#changing(ids, (book) => book.settle(conflicts, take, this.state.labeller));
  }

  #changing(ids: readonly string[], work: (book: LabelBook) => Promise<void>): Promise<void> {
    return this.#telling(async () => {
      // What was said before is about something else.
      this.say('');
      await this.#inTurn(({ book }) => work(book)).finally(() => this.#mirror.refresh(ids));
    });
  }

  undo(): Promise<void> {
    return this.#step('undo', t('labels.undone'), t('labels.undo.none'));
  }

  redo(): Promise<void> {
    return this.#step('redo', t('labels.redone'), t('labels.redo.none'));
  }

  #step(way: 'undo' | 'redo', done: string, none: string): Promise<void> {
    return this.#telling(async () => {
      const report = await this.#inTurn(({ book }) => book[way]());
      const [refused] = report?.refused ?? [];
      this.say(refused ?? (report ? done : none), refused !== undefined);
      if (report) await this.#mirror.refresh(report.ids);
    });
  }

  /** After an import: conflicts to decide, and splits of sites that had none here. */
  async imported(conflicts: readonly LabelConflict[], assigned: SplitAssignment): Promise<void> {
    await this.#mirror.addConflicts(conflicts);
    await this.#mirror.settleSplits(assigned);
    await this.#mirror.refresh(this.#map.ids);
  }

  /** Settles the splits: from now on no site moves. Called before labels are trained on or leave. */
  async settleSplits(): Promise<SplitAssignment> {
    await this.open();
    return this.#mirror.settleSplits();
  }

  setLabeller(labeller: string): Promise<void> {
    const name = labeller.trim().slice(0, 80) || t('labels.me');
    return this.#telling(() => this.#mirror.setLabeller(name));
  }

  /** Asks the browser to keep the labels, and says what it answered. */
  keepSafe(): Promise<void> {
    return this.#telling(async () => {
      await this.#host.askForPersistence();
      await this.#mirror.readStatus();
    });
  }

  /** Labels as files to train on; what the model says now is remembered for afterwards. */
  async trainingFiles(
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<CheckpointFiles> {
    return this.#round.files(await this.settleSplits(), { signal, onProgress });
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
    if (changed.has('model') && state.model.status === 'ready') void this.#round.compare();
    if (!changed.has('result')) return;
    if (!state.result) this.#gone = true;
    if (!state.result || state.run.phase === 'running') return;
    const look = lookOf(state.result);
    const again = this.#gone;
    this.#gone = false;
    if (look !== this.#look) {
      this.#look = look;
      void this.#onLook(state.result);
    } else if (again) {
      // Analysed again: its tiles wait already, and what people said of them counts again.
      this.#map.match(state.result);
      void this.#telling(() => this.#map.reconcile(this.#map.ids));
    }
  }

  /** A site was analysed or brought back: its tiles join the queue, its labels count again. */
  async #onLook(result: SiteResult): Promise<void> {
    const total = this.session.patches.size;
    this.#mirror.set({ coming: total > 0 ? { done: 0, total } : null });
    const { store } = await this.open();
    this.#keeping?.abort();
    const { signal } = (this.#keeping = new AbortController());
    this.#map.match(result);
    await this.#map.reconcile(this.#map.ids);
    try {
      const onProgress = (done: number, total: number) =>
        this.#mirror.set({ coming: { done, total } });
      await keepCandidates(this.session, store, { result, signal, onProgress });
    } catch (error) {
      if (signal.aborted) return;
      const why = error instanceof Error ? error.message : '';
      this.say(t('labels.queue.unkept', { why }), true);
    }
    if (signal.aborted) return;
    await this.#mirror.readCandidates();
    this.#mirror.set({ coming: null });
    this.#map.match(result);
    await this.#map.reconcile(this.#map.ids);
  }

  #onKey(event: KeyboardEvent): void {
    const aim = aimOf(event, this.session.state.selection, this.queueSink !== null);
    if (!aim) return;
    event.preventDefault();
    const { command, tileIds } = aim;
    if (command.do === 'undo' || command.do === 'redo') void this[command.do]();
    else if (!tileIds) this.queueSink?.(command);
    else if (command.do === 'label') void this.labelTiles(tileIds, command.choice);
  }
}
