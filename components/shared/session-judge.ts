import type { Override, SiteResult } from '../../src/analysis/site-result.ts';
import type { LngLat } from '../../src/site/lng-lat.ts';
import { OverrideTrail } from './override-trail.ts';
import type { SessionCore } from './session-core.ts';
import { answerOf, isSame } from './session-snapshot.ts';
import type { Rejudgement } from './session-types.ts';

/** Judges the answer's own tiles again: corrected, under other rules, or with words of a person. */
export class SessionJudge {
  readonly #core: SessionCore;
  readonly #trail = new OverrideTrail();
  /** Overrides outlive a run that was cancelled or failed, as long as the site is the same. */
  #kept: { at: LngLat; overrides: readonly Override[] } | null = null;
  #judging: Promise<void> = Promise.resolve();

  constructor(core: SessionCore) {
    this.#core = core;
  }

  /** What a new look at a site takes over; labels of tiles come back from where they are kept. */
  overridesFor(at: LngLat): Override[] {
    const { site, result } = this.#core.state;
    if (site && result) this.#kept = { at: site.at, overrides: result.overrides };
    const kept = this.#kept && isSame(this.#kept.at, at) ? this.#kept.overrides : [];
    return kept.filter(({ target }) => target !== 'tile');
  }

  /** Forgets the steps; what `overridesFor` keeps stays. */
  clearSteps(): void {
    this.#trail.clear();
  }

  forget(): void {
    this.#trail.clear();
    this.#kept = null;
  }

  /** One step that can be taken back. */
  step(change: (result: SiteResult) => Override[]): Promise<void> {
    return this.again((result) => {
      this.#trail.note(result.overrides);
      return { overrides: change(result) };
    });
  }

  undo(): Promise<void> {
    return this.again(({ overrides }) => {
      const back = this.#trail.undo(overrides);
      return back && { overrides: back };
    });
  }

  redo(): Promise<void> {
    return this.again(({ overrides }) => {
      const again = this.#trail.redo(overrides);
      return again && { overrides: again };
    });
  }

  /** One after the other, so that two quick corrections both count. */
  again(changeOf: (result: SiteResult) => Rejudgement | null): Promise<void> {
    const next = this.#judging.then(async () => {
      const { result } = this.#core.state;
      const change = result && changeOf(result);
      if (!result || !change) return;
      const judged = await this.#core.ports.reassess(result, change);
      if (this.#core.state.result !== result) return;
      const { canUndo, canRedo } = this.#trail;
      const { trail } = this.#core.state;
      const same = trail.canUndo === canUndo && trail.canRedo === canRedo;
      this.#core.set({ ...answerOf(judged), ...(!same && { trail: { canUndo, canRedo } }) });
      void this.lookAtBoundary();
      await this.#core.ports.store.saveResult(judged).catch(() => undefined);
    });
    this.#judging = next.catch(() => undefined);
    return next;
  }

  /** Which tiles a closer look is worth its time for; takes a moment, so the answer goes first. */
  async lookAtBoundary(): Promise<void> {
    const { result } = this.#core.state;
    if (!result) return;
    const boundary = await this.#core.ports.boundary(result).catch(() => ({}));
    if (this.#core.state.result === result) this.#core.set({ boundary });
  }
}
