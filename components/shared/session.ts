import type { Override, SiteResult, TileResult } from '../../src/analysis/site-result.ts';
import type { Patch } from '../../src/imagery/patch.ts';
import type { Roughness } from '../../src/roughness/category.ts';
import type { BuildingBearings } from '../../src/site/building-bearings.ts';
import type { LngLat } from '../../src/site/lng-lat.ts';
import { UserError } from '../../src/site/user-error.ts';
import type { AttentionMap, BackendName, ExplainingClassifier } from '../../src/vit/classifier.ts';
import { t } from './localize.ts';
import type { Voice } from './localize.ts';
import { SessionCore } from './session-core.ts';
import { RULES, SessionJudge } from './session-judge.ts';
import { SessionKept } from './session-kept.ts';
import type { Link } from './session-kept.ts';
import { SessionModel } from './session-model.ts';
import { SessionRuns } from './session-runs.ts';
import { NO_ANSWER, NOTHING_SELECTED, ownFaces, siteBearings } from './session-snapshot.ts';
import type {
  ImagerySpec,
  ModelRef,
  RunOptions,
  RunRequest,
  Selection,
  SessionListener,
  SessionPorts,
  SessionState,
  Settings,
  StoredModelRef,
  TileCorrection,
} from './session-types.ts';

export type * from './session-types.ts';
export { NoModelError } from './session-model.ts';
export { DEFAULT_SETTINGS } from './session-snapshot.ts';

const JUDGED_ANEW = new Set<keyof Settings>(RULES);
const APPEARANCE = new Set<keyof Settings>([
  'unit',
  'theme',
  'geocoderUrl',
  'project',
  'engineer',
  'paper',
]);

/**
 * The page's store: one immutable snapshot, told to listeners when it changes. Elements read it
 * and call its actions; none of them fetches, decodes or computes. Nothing here knows Lit.
 *
 * - `state.result`, `state.tiles` – the answer and its tiles; `patch(id)` – a tile's pixels.
 * - `classifier()` – the loaded model, for whoever has pictures of their own to judge.
 * - `useModel(ref)` – switch to another checkpoint, such as one trained a moment ago.
 * - `correctTile(…)` – a person's label on a tile; the directions are judged again.
 */
export class Session {
  /** Words of the host's map, which elements that show this session speak; null speaks the page's. */
  voice: Voice | null = null;
  /** Of a site that is still to be chosen [ft]. */
  #heightFt = 25;
  readonly #core: SessionCore;
  readonly #model: SessionModel;
  readonly #judge: SessionJudge;
  readonly #runs: SessionRuns;
  readonly #kept: SessionKept;

  constructor(ports: SessionPorts) {
    this.#core = new SessionCore(ports);
    this.#model = new SessionModel(this.#core);
    this.#judge = new SessionJudge(this.#core);
    this.#runs = new SessionRuns(this.#core, this.#model, this.#judge);
    this.#kept = new SessionKept(this.#core, this.#runs, this.#judge);
  }

  get state(): SessionState {
    return this.#core.state;
  }

  /** Calls `listener` after every change, until the returned function is called. */
  subscribe(listener: SessionListener): () => void {
    return this.#core.subscribe(listener);
  }

  get #ports(): SessionPorts {
    return this.#core.ports;
  }

  get #state(): SessionState {
    return this.#core.state;
  }

  #set(change: Partial<SessionState>): void {
    this.#core.set(change);
  }

  /** Brings back the last visit, then what the link asks for. */
  restore(link: Link = {}): Promise<void> {
    return this.#kept.restore(link);
  }

  /**
   * Moves the site. The answer of another place is put away; the faces of the building stay where
   * only its place was put right.
   */
  setSite(at: LngLat, name: string | null = null, { sameBuilding = false } = {}): void {
    this.cancel();
    this.#runs.patches.clear();
    this.#judge.clearSteps();
    const { site } = this.#state;
    this.#set({
      site: {
        at,
        name,
        heightFt: this.heightFt,
        ...(site && sameBuilding && ownFaces(site)),
      },
      ...NO_ANSWER,
      run: { phase: 'idle' },
      stale: false,
      selection: NOTHING_SELECTED,
    });
    this.#core.save();
  }

  /** Mean roof height of the site, or of the one to come [ft]. */
  get heightFt(): number {
    return this.#state.site?.heightFt ?? this.#heightFt;
  }

  setHeightFt(heightFt: number): void {
    const { site, result } = this.#state;
    this.#heightFt = heightFt;
    if (!site || site.heightFt === heightFt) return;
    this.#set({ site: { ...site, heightFt }, stale: result !== null });
    this.#core.save();
  }

  /** Sets the way the building looks, and further bearings; the same tiles are judged for them. */
  async setBearings(change: Partial<BuildingBearings>): Promise<void> {
    const { site } = this.#state;
    if (!site) return;
    const turned = { ...site, ...change };
    const extraBearingsDeg = siteBearings(turned);
    this.#set({ site: turned });
    this.#core.save();
    if (String(siteBearings(site)) === String(extraBearingsDeg)) return;
    await this.#judge.again(() => ({ extraBearingsDeg }));
    // A tall building looked far out only where its directions asked for it.
    const open = this.#state.result?.directions.slice(8).some(({ undetermined }) => undetermined);
    if (open && turned.heightFt > LOW_BUILDING_FT) this.#set({ stale: true });
  }

  /** Changes settings; a change of rules alone judges the same tiles again at once. */
  async change(change: Partial<Settings>): Promise<void> {
    const keys = Object.keys(change) as (keyof Settings)[];
    const elsewhere = keys.some((key) => !JUDGED_ANEW.has(key) && !APPEARANCE.has(key));
    this.#set({
      settings: { ...this.#state.settings, ...change },
      // At once: an answer that is opened while imagery is looked for is not meant.
      ...(elsewhere && { stale: this.#state.result !== null }),
    });
    this.#core.save();
    if (change.imagery) await this.useImagery(change.imagery);
    if (keys.some((key) => JUDGED_ANEW.has(key)))
      await this.#judge.again(() => ({ settings: this.#state.settings }));
  }

  /** Resolves a source; a run that starts meanwhile waits for it. */
  useImagery(spec: ImagerySpec): Promise<void> {
    return this.#runs.useImagery(spec);
  }

  /** When the imagery that was chosen last is in `state.imagery`, or the reason why it cannot be. */
  imageryReady(): Promise<void> {
    return this.#runs.resolved();
  }

  /** Loads a checkpoint and makes it the one in use; what became of it is in `state.model`. */
  useModel(ref: ModelRef): Promise<void> {
    this.cancel();
    return this.#model.use(ref);
  }

  /**
   * Chooses a model; null the one that comes with the page. It loads with the first analysis; where
   * one is loaded, or on its way, it takes that one's place now. Of several, the last asked for stays.
   * @returns resolves once it is chosen, to its loading
   */
  chooseModel(ref: ModelRef | null): Promise<{ loading: Promise<void> }> {
    return this.#model.choose(ref, () => this.cancel());
  }

  /**
   * The model in use, loading the chosen one (or the page's own) the first time.
   * @throws UserError where there is no model or it does not load
   */
  classifier(): Promise<ExplainingClassifier> {
    return this.#model.classifier();
  }

  /** The model that comes with the page; null where there is none. */
  bundledModel(): Promise<ModelRef | null> {
    return this.#ports.bundledModel();
  }

  /** Models kept on this device. */
  storedModels(): Promise<StoredModelRef[]> {
    return this.#ports.storedModels();
  }

  /** Asks for another compute backend and loads the model in use on it. */
  async useBackend(backend: BackendName | null): Promise<void> {
    await this.change({ backend });
    const { model } = this.#state;
    if (this.#model.begun && 'ref' in model) await this.useModel(model.ref);
  }

  /** Analyses the site. Resolves to null where it was cancelled or failed; `state.run` says why. */
  analyse(): Promise<SiteResult | null> {
    return this.#runs.analyse();
  }

  /** Looks again, at half the stride, at the boundary tiles that could change a direction. */
  refine(): Promise<SiteResult | null> {
    return this.#runs.refine();
  }

  /**
   * Analyses another site with the model and imagery in use, and leaves alone what is shown.
   * Pictures are not kept, so that a long list of sites takes no more memory than one.
   * @throws UserError, NoModelError; AbortError where `signal` fires or the session ends
   */
  analyseAside(request: RunRequest, options: RunOptions): Promise<SiteResult> {
    return this.#runs.analyseAside(request, options);
  }

  /**
   * Shows an answer that was kept earlier, as it was and without a network: site, tiles,
   * directions, and the rules it was judged by.
   */
  openResult(result: SiteResult): void {
    this.#kept.open(result);
  }

  /** Stops the run in progress; tiles already seen stay on the map. */
  cancel(): void {
    this.#runs.cancel();
  }

  /** The pixels the model saw, from memory or captured again; null where there are none. */
  patch(tileId: string, signal?: AbortSignal): Promise<Patch | null> {
    return this.#runs.patch(tileId, signal);
  }

  /** The same of a tile of an answer that may not be on show any more. */
  patchOf(tile: TileResult, result: SiteResult): Promise<Patch | null> {
    return this.#runs.patchOf(tile, result);
  }

  /**
   * Where the model looked in one tile; null where its pixels are gone.
   * @throws UserError where another model than the result's is in use, or none
   */
  async attention(tileId: string, signal: AbortSignal): Promise<AttentionMap | null> {
    const { result } = this.#state;
    const patch = await this.patch(tileId, signal);
    if (!patch) return null;
    const classifier = await this.classifier();
    if (result && classifier.model.sha256 !== result.model.sha256) {
      throw new UserError(t('card.attention.other'));
    }
    return classifier.explain(patch, { signal });
  }

  /** Patches held in memory, by tile id. */
  get patches(): ReadonlyMap<string, Patch> {
    return this.#runs.patches;
  }

  /** A person's word on one tile; null takes it back. */
  correctTile(
    tileId: string,
    roughness: Roughness | null,
    { reason = '', by = 'person' } = {},
  ): Promise<void> {
    return this.correctTiles([{ tileId, roughness, reason, by }]);
  }

  /**
   * The same for many tiles, judged once. A function is asked when the corrections before are done,
   * of the answer as it is then.
   */
  correctTiles(
    asked: TileCorrection[] | ((result: SiteResult) => TileCorrection[]),
  ): Promise<void> {
    return this.#judge.again((result) => {
      const corrections = typeof asked === 'function' ? asked(result) : asked;
      return corrections.length > 0 ? { corrections } : null;
    });
  }

  /** Sets segments, break lines or directions by hand, as one step. */
  addOverrides(added: readonly Override[]): Promise<void> {
    return this.#judge.step(({ overrides }) => [...overrides, ...added]);
  }

  /** Takes one of the answer's overrides back; the model's view stands again. */
  takeBack(override: Override): Promise<void> {
    if (override.target === 'tile') return this.correctTile(override.id, null);
    return this.#judge.step(({ overrides }) => overrides.filter((one) => one !== override));
  }

  undoOverride(): Promise<void> {
    return this.#judge.undo();
  }

  redoOverride(): Promise<void> {
    return this.#judge.redo();
  }

  /** The answer as it would be with further overrides; nothing changes. */
  async tryOverrides(added: readonly Override[]): Promise<SiteResult | null> {
    const { result } = this.#state;
    if (!result) return null;
    return this.#ports.reassess(result, { overrides: [...result.overrides, ...added] });
  }

  /** When the corrections so far are in the answer: what is saved or exported then has them. */
  settled(): Promise<void> {
    return this.#judge.settled();
  }

  /** Marks a tile or direction; a key left out stays as it is. */
  select(change: Partial<Selection>): void {
    const selection = { ...this.#state.selection, ...change };
    const keys = Object.keys(change) as (keyof Selection)[];
    if (keys.some((key) => this.#state.selection[key] !== change[key])) this.#set({ selection });
  }

  /** Ends the run, frees the model and forgets every listener. */
  async dispose(): Promise<void> {
    this.#runs.end();
    await this.#model.end();
    this.#ports.dispose?.();
    this.#core.end();
  }
}

/** Look-out distances grow with the height above this [ft]. */
const LOW_BUILDING_FT = 30;
