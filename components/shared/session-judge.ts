import type { Override, SiteResult } from '../../src/analysis/site-result.ts';
import type { LngLat } from '../../src/site/lng-lat.ts';
import { OverrideTrail } from './override-trail.ts';
import type { SessionCore } from './session-core.ts';
import { answerOf, isSame, siteBearings } from './session-snapshot.ts';
import type { Rejudgement, SessionState, Settings, TileCorrection } from './session-types.ts';

/** Settings that judge the same tiles anew; the rest ask for other tiles. */
export const RULES = [
  'edition',
  'tolerance',
  'conservative',
] as const satisfies readonly (keyof Settings)[];

/** Judges the answer's own tiles again: corrected, under other rules, or with words of a person. */
export class SessionJudge {
  readonly #core: SessionCore;
  #trail = new OverrideTrail();
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
    const asked = this.#core.state.result;
    return this.#inTurn(async () => {
      const { result } = this.#core.state;
      // Meant for the answer of another place, whose tiles have the same names.
      if (!result || (asked && !isSame(asked.site, result.site))) return;
      const before = this.#trail.copy();
      const change = changeOf(result);
      if (!change) return;
      const judged = await this.#core.ports.reassess(result, change).catch((error: unknown) => {
        this.#trail = before;
        throw error;
      });
      if (this.#core.state.result !== result) return;
      const { canUndo, canRedo } = this.#trail;
      const { trail } = this.#core.state;
      const same = trail.canUndo === canUndo && trail.canRedo === canRedo;
      this.#core.set({ ...answerOf(judged), ...(!same && { trail: { canUndo, canRedo } }) });
      void this.lookAtBoundary();
      await this.#core.ports.store.saveResult(judged).catch(() => undefined);
    });
  }

  /** When all that was asked for so far has been judged. */
  async settled(): Promise<void> {
    for (let seen; seen !== this.#judging;) await (seen = this.#judging);
  }

  /**
   * Shows an answer that took its time. Rules, faces and corrections that changed while it was made
   * count in it, as they would in an answer that had been there already.
   * @param since the answer that it was made from
   */
  adopt(
    answer: SiteResult,
    since: SiteResult | null,
    show: (answer: SiteResult) => void,
  ): Promise<SiteResult> {
    return this.#inTurn(async () => {
      const { reassess } = this.#core.ports;
      let [judged, base] = [answer, since];
      for (let seen: SessionState | null = null; !sameWords(seen, this.#core.state);) {
        seen = this.#core.state;
        const change = missedBy(judged, base, seen);
        base = seen.result;
        if (change) judged = await reassess(judged, change);
      }
      show(judged);
      return judged;
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#judging.then(work);
    this.#judging = next.then(
      () => undefined,
      () => undefined,
    );
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

/** Whether nothing was said from one snapshot to the next that an answer depends on. */
const sameWords = (before: SessionState | null, now: SessionState): boolean =>
  before !== null &&
  before.settings === now.settings &&
  before.site === now.site &&
  before.result === now.result;

/** What a snapshot says otherwise than an answer that was made from `since`; null for nothing. */
function missedBy(
  answer: SiteResult,
  since: SiteResult | null,
  { settings, site, result }: SessionState,
): Rejudgement | null {
  const change: Rejudgement = {};
  if (RULES.some((key) => settings[key] !== answer.settings[key])) change.settings = settings;
  const bearings = site ? siteBearings(site) : [];
  if (String(bearings) !== String(answer.settings.extraBearingsDeg)) {
    change.extraBearingsDeg = bearings;
  }
  if (since && result && result !== since) {
    change.overrides = result.overrides;
    change.corrections = correctionsSince(since, result);
  }
  return Object.keys(change).length > 0 ? change : null;
}

/** Tiles of which a person says something else than before. */
function correctionsSince(before: SiteResult, { tiles, overrides }: SiteResult): TileCorrection[] {
  const was = new Map(before.tiles.map((tile) => [tile.id, tile]));
  return tiles.flatMap(({ id, by, roughness }) => {
    const old = was.get(id);
    if (!old || (old.by === by && old.roughness === roughness)) return [];
    const told = overrides.find((one) => one.target === 'tile' && one.id === id);
    const { reason = '', by: who = '' } = told ?? {};
    return [{ tileId: id, roughness: by === 'person' ? roughness : null, reason, by: who }];
  });
}
