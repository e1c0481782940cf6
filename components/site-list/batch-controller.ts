import { runBatch } from '../../src/analysis/batch.ts';
import { readSiteList } from '../../src/analysis/site-list.ts';
import type { ListedSite } from '../../src/analysis/site-list.ts';
import type { SiteResult } from '../../src/analysis/site-result.ts';
import type { SavedBatch, SiteDb } from '../../src/platform/browser/site-db.ts';
import { batchCsv, batchRow } from '../../src/report/batch-csv.ts';
import { isAbortError } from '../../src/site/abort.ts';
import { t } from '../shared/localize.ts';
import { NoModelError } from '../shared/session.ts';
import type { Session } from '../shared/session.ts';
import { adoptSetup, settingsOf, setupOf } from './batch-setup.ts';
import type { BatchSetup } from './batch-setup.ts';
import { NO_BATCH, isBusy } from './batch-state.ts';
import type { BatchState } from './batch-state.ts';

export interface BatchPorts {
  openDb(): Promise<SiteDb>;
  /** Takes the batch for this tab; null while another tab runs it. */
  lock(): Promise<(() => void) | null>;
  /** ISO 8601. */
  now(): string;
  /** Milliseconds that only grow. */
  clock(): number;
}

type BatchSession = Pick<
  Session,
  | 'state'
  | 'classifier'
  | 'analyseAside'
  | 'change'
  | 'imageryReady'
  | 'useImagery'
  | 'useModel'
  | 'bundledModel'
>;

/** Something that no other site of the batch would get round either. */
class BatchHalt extends Error {
  override name = 'BatchHalt';
}

/**
 * Runs a list of sites through the session's model and imagery, one after the other, and settles
 * each in the store before the next begins: closing the tab loses the site at hand only.
 */
export class BatchController {
  #state: BatchState = NO_BATCH;
  #listeners = new Set<(state: BatchState) => void>();
  #session: BatchSession;
  #ports: BatchPorts;
  #running: AbortController | null = null;
  #goOn: (() => void) | null = null;

  constructor(session: BatchSession, ports: BatchPorts) {
    this.#session = session;
    this.#ports = ports;
  }

  get state(): BatchState {
    return this.#state;
  }

  subscribe(listener: (state: BatchState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #set(change: Partial<BatchState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener(this.#state);
  }

  /** Finds the batch of an earlier visit. */
  async load(): Promise<void> {
    try {
      const db = await this.#ports.openDb();
      const saved = await db.batch();
      if (this.#state.phase !== 'opening') return;
      if (!saved) return this.#set({ phase: 'none' });
      const rows = new Map((await db.batchLines()).map(({ line, row }) => [line, row]));
      this.#set({ ...shown(saved), rows, fromBefore: true, phase: phaseOf(saved.list, rows) });
    } catch (error) {
      this.#set({ phase: 'none', message: wordsOf(error) });
    }
  }

  /** Reads a list; nothing begins before `start`. */
  choose(fileName: string, text: string): void {
    try {
      this.#set({ inHand: { fileName, ...readSiteList(text) }, message: '' });
    } catch (error) {
      this.#set({ inHand: null, message: `${fileName}: ${wordsOf(error)}` });
    }
  }

  /** Puts the chosen file away. */
  unchoose(): void {
    this.#set({ inHand: null, message: '' });
  }

  /** Begins the chosen list with the page's model, imagery and rules. */
  async start(): Promise<void> {
    const { inHand } = this.#state;
    if (!inHand || isBusy(this.#state)) return;
    if (inHand.sites.length === 0) return this.#set({ message: t('batch.empty') });
    await this.#working(async (db, signal) => {
      await this.#session.imageryReady();
      const { source, message } = this.#session.state.imagery;
      if (!source) throw new BatchHalt(message ?? t('batch.noimagery'));
      const { model } = await this.#session.classifier();
      // Other imagery may have been chosen while the model was on its way: all of one choice, or none.
      await this.#session.imageryReady();
      signal.throwIfAborted();
      const { imagery, settings } = this.#session.state;
      if (!imagery.source) throw new BatchHalt(imagery.message ?? t('batch.noimagery'));
      const batch: SavedBatch & { setup: BatchSetup } = {
        fileName: inHand.fileName,
        begunAt: this.#ports.now(),
        list: inHand.sites,
        modelSha256: model.sha256,
        imageryId: imagery.source.id,
        setup: setupOf(settings, {
          imageryName: imagery.source.name,
          modelName: model.id,
        }),
      };
      await db.beginBatch(batch);
      this.#set({ ...shown(batch), inHand: null, rows: new Map(), fromBefore: false });
      await this.#run(batch, db, signal);
    });
  }

  /** Goes on after a pause, after a stop, or after another visit; failed sites are tried again. */
  async resume(): Promise<void> {
    if (this.#state.phase === 'paused' || this.#state.phase === 'pausing') {
      this.#set({ phase: 'running' });
      this.#goOn?.();
      return;
    }
    if (isBusy(this.#state)) return;
    await this.#working(async (db, signal) => {
      const batch = await db.batch();
      if (!batch) return this.#set({ ...NO_BATCH, phase: 'none' });
      // Another tab may have gone on with it meanwhile.
      const rows = new Map((await db.batchLines()).map(({ line, row }) => [line, row]));
      this.#set({ ...shown(batch), rows });
      await adoptSetup(this.#session, batch.setup as BatchSetup);
      signal.throwIfAborted();
      await this.#run(batch, db, signal);
    });
  }

  /** Stops after the site at hand. */
  pause(): void {
    if (this.#state.phase === 'running') this.#set({ phase: 'pausing' });
  }

  /** Stops at once; the site at hand is read again by the next `resume`. */
  cancel(): void {
    this.#running?.abort();
    this.#goOn?.();
  }

  /** Forgets the batch and its table. Its sites stay saved. */
  async discard(): Promise<void> {
    this.cancel();
    await (await this.#ports.openDb()).clearBatch();
    this.#set({ ...NO_BATCH, phase: 'none' });
  }

  /** The combined table of the lines settled so far, in the order of the list. */
  csv(): string {
    const { list, rows } = this.#state;
    return batchCsv(list.flatMap(({ line }) => rows.get(line) ?? []));
  }

  /** What start and resume share: one run at a time, in one tab, with its end told. */
  async #working(work: (db: SiteDb, signal: AbortSignal) => Promise<void>): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    this.#set({ phase: 'preparing', message: '', leftS: null });
    let release: (() => void) | null = null;
    let message = '';
    try {
      release = await this.#ports.lock();
      if (!release) throw new BatchHalt(t('batch.elsewhere'));
      await work(await this.#ports.openDb(), running.signal);
    } catch (error) {
      if (!isAbortError(error)) message = wordsOf(error);
    } finally {
      release?.();
      this.#running = null;
      this.#goOn = null;
      const { list, rows } = this.#state;
      const phase = list.length > 0 ? phaseOf(list, rows) : 'none';
      this.#set({ phase, current: null, leftS: null, message });
    }
  }

  async #run(batch: SavedBatch, db: SiteDb, signal: AbortSignal): Promise<void> {
    const { rows } = this.#state;
    // What failed is tried again; what is settled is not read a second time.
    const remaining = batch.list.filter(({ line }) => rows.get(line)?.error !== null);
    const setup = batch.setup as BatchSetup;
    const pace = new Pace(this.#ports.clock);
    let toGo = remaining.length;
    const entries = runBatch(remaining, {
      signal,
      store: {
        load: async () => null,
        save: (listed, result) => this.#settle(db, listed, result),
      },
      mayGoOn: () => this.#mayGoOn(),
      analyse: async (listed) => {
        await this.#check(batch);
        const { name, site, heightFt } = listed;
        this.#set({ current: { name, done: 0, total: 0 } });
        pace.begin();
        const result = await this.#session.analyseAside(
          {
            site: { at: site, name, heightFt },
            settings: settingsOf(setup, this.#session.state.settings),
          },
          {
            signal,
            onEvent: (event) => {
              if (event.type !== 'tile' || signal.aborted) return;
              const { done, total } = event;
              const leftS = pace.leftS(toGo - done / total);
              this.#set({ current: { name, done, total }, leftS });
            },
          },
        );
        pace.end();
        return result;
      },
    });
    if (this.#state.phase === 'preparing') this.#set({ phase: 'running' });
    for await (const { listed, error } of entries) {
      toGo -= 1;
      if (error === null) continue;
      const row = batchRow(listed, null, error);
      await db.settleLine({ line: listed.line, row }, null);
      this.#note(listed.line, row);
    }
  }

  async #settle(db: SiteDb, listed: ListedSite, result: SiteResult): Promise<void> {
    const row = batchRow(listed, result, null);
    try {
      await db.settleLine({ line: listed.line, row }, { result, savedAt: this.#ports.now() });
    } catch (error) {
      // A full disk is not this site's fault: the next would fail alike.
      throw new BatchHalt(wordsOf(error));
    }
    this.#note(listed.line, row);
  }

  #note(line: number, row: ReturnType<typeof batchRow>): void {
    this.#set({ rows: new Map([...this.#state.rows, [line, row]]) });
  }

  async #mayGoOn(): Promise<void> {
    if (this.#state.phase !== 'pausing') return;
    this.#set({ phase: 'paused', current: null });
    await new Promise<void>((goOn) => (this.#goOn = goOn));
    this.#goOn = null;
  }

  /** Two halves of one table must not be read by two models, or from two sources. */
  async #check({ modelSha256, imageryId }: SavedBatch): Promise<void> {
    const { model } = await this.#session.classifier();
    if (model.sha256 !== modelSha256) throw new BatchHalt(t('batch.notmodel'));
    const { source } = this.#session.state.imagery;
    if (source?.id !== imageryId) throw new BatchHalt(t('batch.notimagery'));
  }
}

/** Mean time of a site, from those of this run. */
class Pace {
  #clock: () => number;
  #startedMs = 0;
  #spentMs = 0;
  #count = 0;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  begin(): void {
    this.#startedMs = this.#clock();
  }

  end(): void {
    this.#spentMs += this.#clock() - this.#startedMs;
    this.#count += 1;
  }

  /** @returns [s], null before one site is done */
  leftS(sites: number): number | null {
    return this.#count === 0 ? null : (sites * this.#spentMs) / this.#count / 1000;
  }
}

function shown({ fileName, list, setup }: SavedBatch) {
  return { fileName, list, setup: setup as BatchSetup };
}

const phaseOf = (list: readonly ListedSite[], rows: BatchState['rows']): BatchState['phase'] =>
  list.every(({ line }) => rows.has(line)) ? 'done' : 'stopped';

function wordsOf(error: unknown): string {
  if (error instanceof NoModelError) return t('batch.nomodel');
  return error instanceof Error ? error.message : String(error);
}
