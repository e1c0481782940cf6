import type { AnalysisEvent } from '../../src/analysis/analysis-event.ts';
import type { SiteResult } from '../../src/analysis/site-result.ts';
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
    const { site, settings } = this.#core.state;
    if (!site) return Promise.resolve(null);
    const overrides = this.#judge.overridesFor(site.at);
    return this.#run((means, options) => {
      this.patches.clear();
      this.#judge.clearSteps();
      this.#core.set({ ...NO_ANSWER, run: { phase: 'running', done: 0, total: 0 } });
      return this.#core.ports.analyse({ site, settings, overrides }, means, options);
    });
  }

  /** Looks again, at half the stride, at the boundary tiles that could change a direction. */
  refine(): Promise<SiteResult | null> {
    this.cancel();
    const { result, settings } = this.#core.state;
    if (!result) return Promise.resolve(null);
    return this.#run((means, options) => {
      this.#core.set({ run: { phase: 'running', done: 0, total: 0 } });
      return this.#core.ports.refine(result, settings.imagery, means, options);
    });
  }

  /** One run at a time: waits for imagery and model, follows its events, keeps its answer. */
  async #run(
    work: (
      means: { source: ImagerySource; classifier: Classifier },
      options: RunOptions,
    ) => Promise<SiteResult>,
  ): Promise<SiteResult | null> {
    const running = new AbortController();
    this.#running = running;
    const mine = (change: Partial<SessionState>) => {
      if (this.#running === running) this.#core.set(change);
    };
    try {
      mine({ run: { phase: 'loading-model', message: '' } });
      await this.#resolving;
      const { source, message } = this.#core.state.imagery;
      if (!source) throw new UserError(message ?? t('imagery.none'));
      if (!this.#model.begun) await this.#model.find();
      running.signal.throwIfAborted();
      // Its worker wakes while the model loads; without a model there is nothing to wake it for.
      this.#core.ports.prepare?.(this.#core.state.settings.imagery);
      const classifier = await this.#model.classifier();
      running.signal.throwIfAborted();
      const onEvent = (event: AnalysisEvent) => {
        if (event.type === 'plan') {
          const tiles = withTiles(this.#core.state.tiles, event.tiles);
          mine({ tiles, run: { phase: 'running', done: 0, total: event.tiles.length } });
        } else if (event.type === 'tile') {
          if (event.patch) this.patches.set(event.tile.id, event.patch);
          const tiles = withTiles(this.#core.state.tiles, [event.tile]);
          mine({ tiles, run: { phase: 'running', done: event.done, total: event.total } });
        } else {
          mine({ assessment: { sectors: event.sectors, directions: event.directions } });
        }
      };
      const result = await work(
        { source, classifier },
        {
          signal: running.signal,
          onEvent: (event) => {
            if (this.#running === running) onEvent(event);
          },
        },
      );
      running.signal.throwIfAborted();
      mine({ ...answerOf(result), run: { phase: 'done' } });
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
    await this.#resolving;
    const { source, message } = this.#core.state.imagery;
    if (!source) throw new UserError(message ?? t('imagery.none'));
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
  async patch(tileId: string, signal = new AbortController().signal): Promise<Patch | null> {
    const held = this.patches.get(tileId);
    if (held) return held;
    // After a reload the answer is there before its source is.
    await this.#resolving;
    const { result, imagery, settings } = this.#core.state;
    const tile = result?.tiles.find(({ id }) => id === tileId);
    if (!result || !tile || tile.missing || imagery.source?.id !== result.imagery.id) return null;
    const patch = await this.#core.ports.capturePatch(tile, result, settings.imagery, signal);
    if (patch && this.#core.state.result === result) this.patches.set(tileId, patch);
    return patch;
  }

  /** Ends what goes on, runs of other sites included. */
  end(): void {
    this.#ending.abort();
    this.cancel();
    this.patches.clear();
  }
}
