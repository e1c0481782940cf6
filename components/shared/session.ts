import type { AnalysisEvent } from '../../src/analysis/analysis-event.ts';
import type { Override, SiteResult, TileResult } from '../../src/analysis/site-result.ts';
import type { ImagerySource } from '../../src/imagery/image-source.ts';
import type { Patch } from '../../src/imagery/patch.ts';
import type { Roughness } from '../../src/roughness/category.ts';
import { bearingsOf, buildingOf } from '../../src/site/building-bearings.ts';
import type { BuildingBearings } from '../../src/site/building-bearings.ts';
import type { LngLat } from '../../src/site/lng-lat.ts';
import { UserError } from '../../src/site/user-error.ts';
import type {
  AttentionMap,
  BackendName,
  Classifier,
  ExplainingClassifier,
  ModelInfo,
} from '../../src/vit/classifier.ts';
import { t } from './localize.ts';
import { withOwnKey } from './url-state.ts';
import { OverrideTrail } from './override-trail.ts';
import type {
  ImagerySpec,
  ModelRef,
  Rejudgement,
  RunOptions,
  RunRequest,
  Selection,
  SessionListener,
  SessionPorts,
  SessionState,
  Site,
  Settings,
  StoredModelRef,
  TileCorrection,
} from './session-types.ts';

export type * from './session-types.ts';

export const DEFAULT_SETTINGS: Settings = {
  unit: 'ft',
  theme: 'system',
  edition: '7-22',
  tolerance: 0.2,
  conservative: false,
  tileM: null,
  backend: null,
  imagery: { id: 'demo' },
  model: null,
  project: '',
  engineer: '',
  paper: 'letter',
  geocoderUrl: null,
};

const NOTHING_SELECTED: Selection = {
  tileId: null,
  direction: null,
  hotDirection: null,
  hotTileId: null,
  markedTileIds: [],
};

/** Settings that judge the same tiles anew; the rest ask for other tiles. */
const RULES = new Set<keyof Settings>(['edition', 'tolerance', 'conservative']);
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
  /** Of a site that is still to be chosen [ft]. */
  #heightFt = 25;
  #state: SessionState = {
    site: null,
    settings: DEFAULT_SETTINGS,
    imagery: { source: null, message: null },
    model: { status: 'none', message: '' },
    run: { phase: 'idle' },
    tiles: [],
    assessment: null,
    result: null,
    boundary: {},
    trail: { canUndo: false, canRedo: false },
    stale: false,
    selection: NOTHING_SELECTED,
  };
  #listeners = new Set<SessionListener>();
  #ports: SessionPorts;
  #patches = new Map<string, Patch>();
  #classifier: Promise<ExplainingClassifier> | null = null;
  #loading: AbortController | null = null;
  #running: AbortController | null = null;
  #imageryTurn = 0;
  #resolving: Promise<void> = Promise.resolve();
  #reassessing: Promise<void> = Promise.resolve();
  #trail = new OverrideTrail();
  /** Overrides outlive a run that was cancelled or failed, as long as the site is the same. */
  #kept: { at: LngLat; overrides: readonly Override[] } | null = null;
  #disposed = false;
  #ending = new AbortController();

  constructor(ports: SessionPorts) {
    this.#ports = ports;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Calls `listener` after every change, until the returned function is called. */
  subscribe(listener: SessionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #set(change: Partial<SessionState>): void {
    if (this.#disposed) return;
    const changed = new Set<keyof SessionState>();
    for (const key of Object.keys(change) as (keyof SessionState)[]) {
      if (this.#state[key] !== change[key]) changed.add(key);
    }
    if (changed.size === 0) return;
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener(this.#state, changed);
  }

  /** Brings back the last visit, then what the link asks for. */
  async restore(link: { site?: Site; settings?: Partial<Settings> } = {}): Promise<void> {
    const saved = await this.#ports.store.load();
    const settings = { ...DEFAULT_SETTINGS, ...saved.settings, ...link.settings };
    settings.imagery = withOwnKey(settings.imagery, saved.settings.imagery);
    // A link is shorter than the place it was made from: the page's own must not move the site.
    const own = link.site && saved.site && isNear(link.site, saved.site);
    const site = own
      ? { ...withoutFaces(saved.site!), ...ownFaces(link.site!) }
      : (link.site ?? saved.site);
    const keep = saved.result !== null && site !== null && isFor(saved.result, site);
    // Begun first, so that whoever sees the answer can wait for its source.
    const resolved = this.useImagery(settings.imagery);
    this.#set({
      settings,
      site,
      ...(keep && saved.result ? answerOf(saved.result) : {}),
      run: keep ? { phase: 'done' } : { phase: 'idle' },
    });
    await resolved;
    if (!keep || !saved.result) return;
    this.#set({ stale: saved.result.imagery.id !== this.#state.imagery.source?.id });
    // A link may bring other faces of the building than the answer kept here was judged for.
    const asked = siteBearings(site);
    if (String(asked) !== String(saved.result.settings.extraBearingsDeg)) {
      await this.#reassess(() => ({ extraBearingsDeg: asked }));
    } else void this.#lookAtBoundary();
  }

  /**
   * Moves the site. The answer of another place is put away; the faces of the building stay where
   * only its place was put right.
   */
  setSite(at: LngLat, name: string | null = null, { sameBuilding = false } = {}): void {
    this.cancel();
    this.#patches.clear();
    this.#trail.clear();
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
    this.#save();
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
    this.#save();
  }

  /** Sets the way the building looks, and further bearings; the same tiles are judged for them. */
  async setBearings(change: Partial<BuildingBearings>): Promise<void> {
    const { site } = this.#state;
    if (!site) return;
    const turned = { ...site, ...change };
    const extraBearingsDeg = siteBearings(turned);
    this.#set({ site: turned });
    this.#save();
    if (String(siteBearings(site)) === String(extraBearingsDeg)) return;
    await this.#reassess(() => ({ extraBearingsDeg }));
    // A tall building looked far out only where its directions asked for it.
    const open = this.#state.result?.directions.slice(8).some(({ undetermined }) => undetermined);
    if (open && turned.heightFt > LOW_BUILDING_FT) this.#set({ stale: true });
  }

  /** Changes settings; a change of rules alone judges the same tiles again at once. */
  async change(change: Partial<Settings>): Promise<void> {
    const keys = Object.keys(change) as (keyof Settings)[];
    this.#set({ settings: { ...this.#state.settings, ...change } });
    this.#save();
    if (change.imagery) await this.useImagery(change.imagery);
    if (keys.some((key) => !RULES.has(key) && !APPEARANCE.has(key))) {
      this.#set({ stale: this.#state.result !== null });
    }
    if (keys.some((key) => RULES.has(key)))
      await this.#reassess(() => ({ settings: this.#state.settings }));
  }

  /** Resolves a source; a run that starts meanwhile waits for it. */
  useImagery(spec: ImagerySpec): Promise<void> {
    return (this.#resolving = this.#resolveImagery(spec));
  }

  async #resolveImagery(spec: ImagerySpec): Promise<void> {
    const turn = ++this.#imageryTurn;
    let imagery: SessionState['imagery'];
    try {
      imagery = { source: await this.#ports.resolveImagery(spec), message: null };
    } catch (error) {
      imagery = { source: null, message: wordsOf(error) };
    }
    if (turn === this.#imageryTurn) this.#set({ imagery });
  }

  /** Loads a checkpoint and makes it the one in use. Rejects only with AbortError. */
  async useModel(ref: ModelRef): Promise<void> {
    await this.#releaseModel();
    // A File cannot be kept in the settings; what is stored on this device can.
    if (ref.kind !== 'files') {
      this.#set({ settings: { ...this.#state.settings, model: ref } });
      this.#save();
    }
    if (this.#state.result) this.#set({ stale: true });
    const classifier = await this.#load(ref).catch(() => null);
    if (classifier && ref.kind === 'files') await this.#keepModel(ref, classifier.model);
  }

  /** A dropped model that works stays on this device, so that the next visit has it too. */
  async #keepModel(ref: ModelRef & { kind: 'files' }, info: ModelInfo): Promise<void> {
    const kept = await this.#ports.keepModel(ref, info).catch((error: unknown) => wordsOf(error));
    const { model } = this.#state;
    if (model.status !== 'ready' || model.ref !== ref) return;
    if (typeof kept === 'string') return this.#set({ model: { ...model, notKept: kept } });
    this.#set({
      model: { ...model, ref: kept },
      settings: { ...this.#state.settings, model: kept },
    });
    this.#save();
  }

  #load(ref: ModelRef): Promise<ExplainingClassifier> {
    const loading = new AbortController();
    this.#loading = loading;
    this.#set({ model: { status: 'loading', ref, label: '', loaded: 0, total: null } });
    const classifier = this.#ports
      .loadModel(ref, {
        signal: loading.signal,
        backend: this.#state.settings.backend,
        onProgress: (loaded, total, label) => {
          if (loading.signal.aborted) return;
          this.#set({ model: { status: 'loading', ref, label, loaded, total } });
        },
      })
      .then(
        (ready) => {
          if (loading.signal.aborted) {
            void ready.dispose();
            throw new DOMException('Cancelled', 'AbortError');
          }
          this.#set({
            model: { status: 'ready', ref, info: ready.model, backend: ready.backend },
          });
          return ready;
        },
        (error: unknown) => {
          if (!loading.signal.aborted) {
            this.#classifier = null;
            this.#set({ model: { status: 'failed', ref, message: wordsOf(error) } });
          }
          throw error;
        },
      );
    this.#classifier = classifier;
    classifier.catch(() => undefined);
    return classifier;
  }

  /**
   * The model in use, loading the chosen one (or the page's own) the first time.
   * @throws UserError where there is no model or it does not load
   */
  async classifier(): Promise<ExplainingClassifier> {
    if (this.#classifier) return this.#classifier;
    const ref = this.#state.settings.model ?? (await this.#ports.bundledModel());
    if (!ref) {
      this.#set({ model: { status: 'none', message: '' } });
      throw new NoModelError();
    }
    return this.#classifier ?? this.#load(ref);
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
    if (this.#classifier && 'ref' in model) await this.useModel(model.ref);
  }

  async #releaseModel(): Promise<void> {
    this.cancel();
    this.#loading?.abort();
    const old = this.#classifier;
    this.#classifier = null;
    if (old) await old.then((classifier) => classifier.dispose()).catch(() => undefined);
  }

  /** Analyses the site. Resolves to null where it was cancelled or failed; `state.run` says why. */
  analyse(): Promise<SiteResult | null> {
    this.cancel();
    const { site, settings, result } = this.#state;
    if (!site) return Promise.resolve(null);
    if (result) this.#kept = { at: site.at, overrides: result.overrides };
    const kept = this.#kept && isSame(this.#kept.at, site.at) ? this.#kept.overrides : [];
    // Labels of tiles come back from where they are kept.
    const overrides = kept.filter(({ target }) => target !== 'tile');
    return this.#run((means, options) => {
      this.#patches.clear();
      this.#trail.clear();
      this.#set({ ...NO_ANSWER, run: { phase: 'running', done: 0, total: 0 } });
      return this.#ports.analyse({ site, settings, overrides }, means, options);
    });
  }

  /** Looks again, at half the stride, at the boundary tiles that could change a direction. */
  refine(): Promise<SiteResult | null> {
    this.cancel();
    const { result, settings } = this.#state;
    if (!result) return Promise.resolve(null);
    return this.#run((means, options) => {
      this.#set({ run: { phase: 'running', done: 0, total: 0 } });
      return this.#ports.refine(result, settings.imagery, means, options);
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
      if (this.#running === running) this.#set(change);
    };
    try {
      mine({ run: { phase: 'loading-model', message: '' } });
      await this.#resolving;
      const { source, message } = this.#state.imagery;
      if (!source) throw new UserError(message ?? 'Choose an imagery source.');
      const classifier = await this.classifier();
      running.signal.throwIfAborted();
      const onEvent = (event: AnalysisEvent) => {
        if (event.type === 'plan') {
          const tiles = withTiles(this.#state.tiles, event.tiles);
          mine({ tiles, run: { phase: 'running', done: 0, total: event.tiles.length } });
        } else if (event.type === 'tile') {
          if (event.patch) this.#patches.set(event.tile.id, event.patch);
          const tiles = withTiles(this.#state.tiles, [event.tile]);
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
      void this.#lookAtBoundary();
      await this.#ports.store.saveResult(result).catch(() => undefined);
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
    const { source, message } = this.#state.imagery;
    if (!source) throw new UserError(message ?? 'Choose an imagery source.');
    const classifier = await this.classifier();
    either.throwIfAborted();
    return this.#ports.analyse(request, { source, classifier }, { signal: either, onEvent });
  }

  /**
   * Shows an answer that was kept earlier, as it was and without a network: site, tiles,
   * directions, and the rules it was judged by.
   */
  openResult(result: SiteResult): void {
    this.cancel();
    this.#patches.clear();
    const { lng, lat, name, heightFt } = result.site;
    const { edition, tolerance, conservative } = result.settings;
    this.#forgetSteps();
    this.#set({
      site: {
        at: { lng, lat },
        name,
        heightFt,
        ...ownFaces(buildingOf(result.settings.extraBearingsDeg)),
      },
      settings: { ...this.#state.settings, edition, tolerance, conservative },
      ...answerOf(result),
      boundary: {},
      run: { phase: 'done' },
      stale: result.imagery.id !== this.#state.imagery.source?.id,
      selection: NOTHING_SELECTED,
    });
    this.#save();
    void this.#lookAtBoundary();
    void this.#ports.store.saveResult(result).catch(() => undefined);
  }

  /** Stops the run in progress; tiles already seen stay on the map. */
  cancel(): void {
    const running = this.#running;
    if (!running) return;
    this.#running = null;
    running.abort();
    const { run, result } = this.#state;
    const counts = run.phase === 'running' ? run : { done: 0, total: 0 };
    // A closer look that was stopped leaves the answer as it was.
    if (result) return this.#set({ tiles: result.tiles, run: { phase: 'done' } });
    this.#set({ run: { phase: 'cancelled', done: counts.done, total: counts.total } });
  }

  /** The pixels the model saw, from memory or captured again; null where there are none. */
  async patch(tileId: string, signal = new AbortController().signal): Promise<Patch | null> {
    const held = this.#patches.get(tileId);
    if (held) return held;
    // After a reload the answer is there before its source is.
    await this.#resolving;
    const { result, imagery, settings } = this.#state;
    const tile = result?.tiles.find(({ id }) => id === tileId);
    if (!result || !tile || tile.missing || imagery.source?.id !== result.imagery.id) return null;
    const patch = await this.#ports.capturePatch(tile, result, settings.imagery, signal);
    if (patch && this.#state.result === result) this.#patches.set(tileId, patch);
    return patch;
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
    return this.#patches;
  }

  /** A person's word on one tile; null takes it back. */
  correctTile(
    tileId: string,
    roughness: Roughness | null,
    { reason = '', by = 'person' } = {},
  ): Promise<void> {
    return this.correctTiles([{ tileId, roughness, reason, by }]);
  }

  /** The same for many tiles, judged once. */
  correctTiles(corrections: TileCorrection[]): Promise<void> {
    return this.#reassess(() => ({ corrections }));
  }

  /** Sets segments, break lines or directions by hand, as one step. */
  addOverrides(added: readonly Override[]): Promise<void> {
    return this.#step(({ overrides }) => [...overrides, ...added]);
  }

  /** Takes one of the answer's overrides back; the model's view stands again. */
  takeBack(override: Override): Promise<void> {
    if (override.target === 'tile') return this.correctTile(override.id, null);
    return this.#step(({ overrides }) => overrides.filter((one) => one !== override));
  }

  undoOverride(): Promise<void> {
    return this.#reassess(({ overrides }) => {
      const back = this.#trail.undo(overrides);
      return back && { overrides: back };
    });
  }

  redoOverride(): Promise<void> {
    return this.#reassess(({ overrides }) => {
      const again = this.#trail.redo(overrides);
      return again && { overrides: again };
    });
  }

  /** The answer as it would be with further overrides; nothing changes. */
  async tryOverrides(added: readonly Override[]): Promise<SiteResult | null> {
    const { result } = this.#state;
    if (!result) return null;
    return this.#ports.reassess(result, { overrides: [...result.overrides, ...added] });
  }

  #step(change: (result: SiteResult) => Override[]): Promise<void> {
    return this.#reassess((result) => {
      this.#trail.note(result.overrides);
      return { overrides: change(result) };
    });
  }

  #forgetSteps(): void {
    this.#trail.clear();
    this.#kept = null;
  }

  /** One after the other, so that two quick corrections both count. */
  #reassess(changeOf: (result: SiteResult) => Rejudgement | null): Promise<void> {
    const next = this.#reassessing.then(async () => {
      const { result } = this.#state;
      const change = result && changeOf(result);
      if (!result || !change) return;
      const judged = await this.#ports.reassess(result, change);
      if (this.#state.result !== result) return;
      const { canUndo, canRedo } = this.#trail;
      const { trail } = this.#state;
      const same = trail.canUndo === canUndo && trail.canRedo === canRedo;
      this.#set({ ...answerOf(judged), ...(!same && { trail: { canUndo, canRedo } }) });
      void this.#lookAtBoundary();
      await this.#ports.store.saveResult(judged).catch(() => undefined);
    });
    this.#reassessing = next.catch(() => undefined);
    return next;
  }

  /** Which tiles a closer look is worth its time for; takes a moment, so the answer goes first. */
  async #lookAtBoundary(): Promise<void> {
    const { result } = this.#state;
    if (!result) return;
    const boundary = await this.#ports.boundary(result).catch(() => ({}));
    if (this.#state.result === result) this.#set({ boundary });
  }

  /** Marks a tile or direction; a key left out stays as it is. */
  select(change: Partial<Selection>): void {
    const selection = { ...this.#state.selection, ...change };
    const keys = Object.keys(change) as (keyof Selection)[];
    if (keys.some((key) => this.#state.selection[key] !== change[key])) this.#set({ selection });
  }

  #save(): void {
    const { settings, site } = this.#state;
    void this.#ports.store.saveSettings(settings, site).catch(() => undefined);
  }

  /** Ends the run, frees the model and forgets every listener. */
  async dispose(): Promise<void> {
    this.#ending.abort();
    await this.#releaseModel();
    this.#ports.dispose?.();
    this.#disposed = true;
    this.#listeners.clear();
    this.#patches.clear();
  }
}

/** What a site has before it was looked at. */
const NO_ANSWER = {
  result: null,
  tiles: [],
  assessment: null,
  boundary: {},
  trail: { canUndo: false, canRedo: false },
  stale: false,
  selection: NOTHING_SELECTED,
} satisfies Partial<SessionState>;

/** Look-out distances grow with the height above this [ft]. */
const LOW_BUILDING_FT = 30;

const siteBearings = ({ facingDeg = null, bearingsDeg = [] }: Site): number[] =>
  bearingsOf({ facingDeg, bearingsDeg });

/** The faces of a site that has any. */
const ownFaces = ({
  facingDeg = null,
  bearingsDeg = [],
}: Partial<BuildingBearings>): Partial<BuildingBearings> => ({
  ...(facingDeg !== null && { facingDeg }),
  ...(bearingsDeg.length > 0 && { bearingsDeg }),
});

const withoutFaces = ({ at, name, heightFt }: Site): Site => ({ at, name, heightFt });

const isSame = (a: LngLat, b: LngLat): boolean => a.lng === b.lng && a.lat === b.lat;

/** There is no checkpoint to run. */
export class NoModelError extends Error {
  override name = 'NoModelError';
}

const isFor = (result: SiteResult, site: Site): boolean =>
  result.site.lng === site.at.lng &&
  result.site.lat === site.at.lat &&
  result.site.heightFt === site.heightFt;

/** Equal to the digits that a link carries. */
const isNear = (a: Site, b: Site): boolean =>
  Math.abs(a.at.lng - b.at.lng) < 1e-6 &&
  Math.abs(a.at.lat - b.at.lat) < 1e-6 &&
  Math.abs(a.heightFt - b.heightFt) < 0.02;

const answerOf = (result: SiteResult) => ({ result, tiles: result.tiles, assessment: result });

/** The list with `news` in place of tiles of the same id, or at its end. */
function withTiles(tiles: readonly TileResult[], news: readonly TileResult[]): TileResult[] {
  const byId = new Map(tiles.map((tile) => [tile.id, tile]));
  for (const tile of news) byId.set(tile.id, tile);
  return [...byId.values()];
}

const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
