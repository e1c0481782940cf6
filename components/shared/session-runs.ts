import type { AnalysisEvent } from '../../src/analysis/analysis-event.ts';
import type { SiteResult, TileResult } from '../../src/analysis/site-result.ts';
import type { ImagerySource } from '../../src/imagery/image-source.ts';
import type { Patch } from '../../src/imagery/patch.ts';
import { UserError } from '../../src/site/user-error.ts';
import type { Classifier } from '../../src/vit/classifier.ts';
import { t } from './localize.ts';
import { wordsOf } from './session-core.ts';
import type { SessionCore } from './session-core.ts';
import type { SessionJudge } from './session-judge.ts';
import { NoModelError } from './session-model.ts';
import type { SessionModel } from './session-model.ts';
import { answerOf, NO_ANSWER, withTiles } from './session-snapshot.ts';
import type { ImagerySpec, RunOptions, RunRequest, SessionState } from './session-types.ts';

/** What the ground is looked at with. */
interface Means {
  source: ImagerySource;
  classifier: Classifier;
}

/** An answer, the one it was made from, and whether what was asked for since is something else. */
interface Found {
  answer: SiteResult;
  since: SiteResult | null;
  isStale(): boolean;
}

/** Looks at the ground: the imagery in use, the run in progress, and the pixels that it brought. */
export class SessionRuns {
  readonly #core: SessionCore;
  readonly #model: SessionModel;
  readonly #judge: SessionJudge;
  readonly patches = new Map<string, Patch>();
  #running: AbortController | null = null;
  #imageryTurn = 0;
  #resolving: Promise<void> = Promise.resolve();
  #ending = new AbortController();

  constructor(core: SessionCore, model: SessionModel, judge: SessionJudge) {
    this.#core = core;
    this.#model = model;
    this.#judge = judge;
  }

  /** Resolves a source; a run that starts meanwhile waits for it. */
  useImagery(spec: ImagerySpec): Promise<void> {
    return (this.#resolving = this.#resolveImagery(spec));
  }

  /** What is to be looked at is known once this has come: the last visit's choice, say. */
  waitFor(choice: Promise<unknown>): void {
    this.#resolving = choice.then(
      () => undefined,
      () => undefined,
    );
  }

  /** When the imagery that was chosen last is there, or cannot be. */
  async resolved(): Promise<void> {
    for (let seen; seen !== this.#resolving;) await (seen = this.#resolving);
  }

  async #resolveImagery(spec: ImagerySpec): Promise<void> {
    const turn = ++this.#imageryTurn;
    let imagery: SessionState['imagery'];
    try {
      imagery = { source: await this.#core.ports.resolveImagery(spec), message: null };
    } catch (error) {
      imagery = { source: null, message: wordsOf(error) };
    }
    if (turn === this.#imageryTurn) this.#core.set({ imagery });
  }

  /** Analyses the site. Resolves to null where it was cancelled or failed; `state.run` says why. */
  analyse(): Promise<SiteResult | null> {
    this.cancel();
    if (!this.#core.state.site) return Promise.resolve(null);
    return this.#run(async (means, options) => {
      // A correction made just before belongs to what the new answer takes over.
      await this.#judge.settled();
      options.signal.throwIfAborted();
      const { site, settings } = this.#core.state;
      if (!site) throw new DOMException('The site is gone.', 'AbortError');
      const overrides = this.#judge.overridesFor(site.at);
      this.patches.clear();
      this.#judge.clearSteps();
      this.#core.set({ ...NO_ANSWER, run: { phase: 'running', done: 0, total: 0 } });
      const answer = await this.#core.ports.analyse({ site, settings, overrides }, means, options);
      return { answer, since: null, isStale: () => this.#looksElsewhere({ site, settings }) };
    });
  }

  /** Looks again, at half the stride, at the boundary tiles that could change a direction. */
  refine(): Promise<SiteResult | null> {
    this.cancel();
    if (!this.#core.state.result) return Promise.resolve(null);
    return this.#run(async (means, options) => {
      await this.#judge.settled();
      options.signal.throwIfAborted();
      const { result, settings } = this.#core.state;
      if (!result) throw new DOMException('The answer is gone.', 'AbortError');
      this.#core.set({ run: { phase: 'running', done: 0, total: 0 } });
      const answer = await this.#core.ports.refine(result, settings.imagery, means, options);
      return { answer, since: result, isStale: () => this.#core.state.stale };
    });
  }

  /** Whether an analysis would look at other ground now, or at other pictures, than it did. */
  #looksElsewhere(asked: Pick<RunRequest, 'site' | 'settings'>): boolean {
    const { site, settings } = this.#core.state;
    return (
      site?.heightFt !== asked.site.heightFt ||
      settings.tileM !== asked.settings.tileM ||
      JSON.stringify(settings.imagery) !== JSON.stringify(asked.settings.imagery)
    );
  }

  #source(): ImagerySource {
    const { source, message } = this.#core.state.imagery;
    if (!source) throw new UserError(message ?? t('imagery.none'));
    return source;
  }

  /** One run at a time: waits for imagery and model, follows its events, keeps its answer. */
  async #run(
    work: (means: Means, options: RunOptions) => Promise<Found>,
  ): Promise<SiteResult | null> {
    const running = new AbortController();
    this.#running = running;
    const mine = (change: Partial<SessionState>) => {
      if (this.#running === running) this.#core.set(change);
    };
    try {
      mine({ run: { phase: 'loading-model', message: '' } });
      await this.resolved();
      this.#source();
      if (!this.#model.begun) await this.#model.find();
      running.signal.throwIfAborted();
      // Its worker wakes while the model loads; without a model there is nothing to wake it for.
      this.#core.ports.prepare?.(this.#core.state.settings.imagery);
      const classifier = await this.#model.classifier();
      // Other imagery may have been chosen while the model was on its way.
      await this.resolved();
      running.signal.throwIfAborted();
      let answered = false;
      const onEvent = (event: AnalysisEvent) => {
        if (event.type === 'tile' && event.patch) this.patches.set(event.tile.id, event.patch);
        // Events and answer come by two channels: what comes after the answer is no news.
        if (answered) return;
        if (event.type === 'plan') {
          const tiles = withTiles(this.#core.state.tiles, event.tiles);
          mine({ tiles, run: { phase: 'running', done: 0, total: event.tiles.length } });
        } else if (event.type === 'tile') {
          const tiles = withTiles(this.#core.state.tiles, [event.tile]);
          mine({ tiles, run: { phase: 'running', done: event.done, total: event.total } });
        } else {
          mine({ assessment: { sectors: event.sectors, directions: event.directions } });
        }
      };
      const { answer, since, isStale } = await work(
        { source: this.#source(), classifier },
        {
          signal: running.signal,
          onEvent: (event) => {
            if (this.#running === running) onEvent(event);
          },
        },
      );
      answered = true;
      running.signal.throwIfAborted();
      const result = await this.#judge.adopt(answer, since, (judged) =>
        mine({ ...answerOf(judged), run: { phase: 'done' }, stale: isStale() }),
      );
      running.signal.throwIfAborted();
      void this.#judge.lookAtBoundary();
      await this.#core.ports.store.saveResult(result).catch(() => undefined);
      return result;
    } catch (error) {
      const noModel = error instanceof NoModelError && { noModel: true as const };
      if (!running.signal.aborted) {
        mine({ run: { phase: 'failed', message: wordsOf(error), ...noModel } });
      }
      return null;
    } finally {
      if (this.#running === running) this.#running = null;
    }
  }

  /**
   * Analyses another site with the model and imagery in use, and leaves alone what is shown.
   * Pictures are not kept, so that a long list of sites takes no more memory than one.
   * @throws UserError, NoModelError; AbortError where `signal` fires or the session ends
   */
  async analyseAside(request: RunRequest, { signal, onEvent }: RunOptions): Promise<SiteResult> {
    const either = AbortSignal.any([signal, this.#ending.signal]);
    await this.resolved();
    const source = this.#source();
    const classifier = await this.#model.classifier();
    either.throwIfAborted();
    return this.#core.ports.analyse(request, { source, classifier }, { signal: either, onEvent });
  }

  /** Stops the run in progress; tiles already seen stay on the map. */
  cancel(): void {
    const running = this.#running;
    if (!running) return;
    this.#running = null;
    running.abort();
    const { run, result } = this.#core.state;
    const counts = run.phase === 'running' ? run : { done: 0, total: 0 };
    // A closer look that was stopped leaves the answer as it was.
    if (result) return this.#core.set({ tiles: result.tiles, run: { phase: 'done' } });
    this.#core.set({ run: { phase: 'cancelled', done: counts.done, total: counts.total } });
  }

  /** The pixels the model saw, from memory or captured again; null where there are none. */
  async patch(tileId: string, signal?: AbortSignal): Promise<Patch | null> {
    const held = this.patches.get(tileId);
    if (held) return held;
    const { result } = this.#core.state;
    const tile = result?.tiles.find(({ id }) => id === tileId);
    if (!result || !tile) return null;
    const patch = await this.patchOf(tile, result, signal);
    if (patch && this.#core.state.result === result) this.patches.set(tileId, patch);
    return patch;
  }

  /** The same of a tile of any answer, captured again with the imagery in use. */
  async patchOf(
    tile: TileResult,
    result: SiteResult,
    signal = new AbortController().signal,
  ): Promise<Patch | null> {
    // After a reload the answer is there before its source is.
    await this.resolved();
    const { imagery, settings } = this.#core.state;
    if (tile.missing || imagery.source?.id !== result.imagery.id) return null;
    return this.#core.ports.capturePatch(tile, result, settings.imagery, signal);
  }

  /** Ends what goes on, runs of other sites included. */
  end(): void {
    this.#ending.abort();
    this.cancel();
    this.patches.clear();
  }
}
