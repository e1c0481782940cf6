import type { SiteResult } from '../../src/analysis/site-result.ts';
import { buildingOf } from '../../src/site/building-bearings.ts';
import type { SessionCore } from './session-core.ts';
import { RULES } from './session-judge.ts';
import type { SessionJudge } from './session-judge.ts';
import type { SessionRuns } from './session-runs.ts';
import {
  answerOf,
  DEFAULT_SETTINGS,
  isFor,
  isNear,
  NOTHING_SELECTED,
  ownFaces,
  siteBearings,
  withoutFaces,
} from './session-snapshot.ts';
import type { Settings, Site } from './session-types.ts';
import { modelField, withOwnKey } from './url-state.ts';

/** What the address of the page asks for. */
export interface Link {
  site?: Site;
  settings?: Partial<Settings>;
}

/** Brings back what was kept: the last visit, or an answer saved earlier. */
export class SessionKept {
  readonly #core: SessionCore;
  readonly #runs: SessionRuns;
  readonly #judge: SessionJudge;

  constructor(core: SessionCore, runs: SessionRuns, judge: SessionJudge) {
    this.#core = core;
    this.#runs = runs;
    this.#judge = judge;
  }

  /** The last visit, then what the link asks for. */
  async restore(link: Link): Promise<void> {
    const before = this.#core.state;
    const loading = this.#core.ports.store.load();
    // A run that is begun meanwhile waits for the imagery that this will name.
    this.#runs.waitFor(loading);
    const saved = await loading;
    const settings = {
      ...DEFAULT_SETTINGS,
      ...saved.settings,
      ...link.settings,
      ...changedSince(before.settings, this.#core.state.settings),
    };
    settings.imagery = withOwnKey(settings.imagery, saved.settings.imagery);
    if (this.#core.state.site !== before.site) {
      // Whoever chose a place while the last visit was looked for is not sent back there.
      this.#core.set({ settings });
      return this.#runs.useImagery(settings.imagery);
    }
    // A link is shorter than the place it was made from: the page's own must not move the site.
    const own = link.site && saved.site && isNear(link.site, saved.site);
    const site = own
      ? { ...withoutFaces(saved.site!), ...ownFaces(link.site!) }
      : (link.site ?? saved.site);
    const keep = saved.result !== null && site !== null && isFor(saved.result, site);
    // Begun first, so that whoever sees the answer can wait for its source.
    const resolved = this.#runs.useImagery(settings.imagery);
    this.#core.set({
      settings,
      site,
      ...(keep && saved.result ? answerOf(saved.result) : {}),
      run: keep ? { phase: 'done' } : { phase: 'idle' },
    });
    await resolved;
    if (!keep || !saved.result) return;
    const otherModel = modelField(settings.model) !== modelField(saved.settings.model ?? null);
    const otherTiles = settings.tileM !== (saved.settings.tileM ?? null);
    this.#core.set({
      stale:
        otherModel || otherTiles || saved.result.imagery.id !== this.#core.state.imagery.source?.id,
    });
    // A link may bring other faces of the building, or rules, than the answer kept here was judged by.
    const extraBearingsDeg = siteBearings(site);
    const { settings: judgedBy } = saved.result;
    const faces = String(extraBearingsDeg) !== String(judgedBy.extraBearingsDeg);
    const rules = RULES.some((key) => settings[key] !== judgedBy[key]);
    if (!faces && !rules) return void this.#judge.lookAtBoundary();
    await this.#judge.again(() => ({
      ...(faces && { extraBearingsDeg }),
      ...(rules && { settings: this.#core.state.settings }),
    }));
  }

  /**
   * Shows an answer that was kept earlier, as it was and without a network: site, tiles,
   * directions, and the rules it was judged by.
   */
  open(result: SiteResult): void {
    this.#runs.cancel();
    this.#runs.patches.clear();
    const { lng, lat, name, heightFt } = result.site;
    const { edition, tolerance, conservative } = result.settings;
    this.#judge.forget();
    this.#core.set({
      site: {
        at: { lng, lat },
        name,
        heightFt,
        ...ownFaces(buildingOf(result.settings.extraBearingsDeg)),
      },
      settings: { ...this.#core.state.settings, edition, tolerance, conservative },
      ...answerOf(result),
      boundary: {},
      run: { phase: 'done' },
      stale: this.#readFromOthers(result),
      selection: NOTHING_SELECTED,
    });
    this.#core.save();
    void this.#judge.lookAtBoundary();
    void this.#core.ports.store.saveResult(result).catch(() => undefined);
    // Right after the start the imagery in use is still to come.
    if (!this.#core.state.imagery.source) {
      void this.#runs.resolved().then(() => {
        if (this.#core.state.result !== result) return;
        const absent = this.#core.state.imagery.message !== null;
        if (absent || this.#readFromOthers(result)) this.#core.set({ stale: true });
      });
    }
  }

  /** Whether an answer is of other imagery than is in use. */
  #readFromOthers({ imagery }: SiteResult): boolean {
    const { source } = this.#core.state.imagery;
    return source !== null && source.id !== imagery.id;
  }
}

/** Settings that are not what they were. */
function changedSince(before: Settings, now: Settings): Partial<Settings> {
  const keys = Object.keys(now) as (keyof Settings)[];
  return Object.fromEntries(
    keys.filter((key) => now[key] !== before[key]).map((key) => [key, now[key]]),
  );
}
