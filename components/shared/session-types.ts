import type { AnalysisEvent } from '../../src/analysis/analysis-event.ts';
import type {
  DirectionResult,
  SectorResult,
  SiteResult,
  TileResult,
} from '../../src/analysis/site-result.ts';
import type { Override } from '../../src/analysis/site-result.ts';
import type { ImagerySource } from '../../src/imagery/image-source.ts';
import type { Patch } from '../../src/imagery/patch.ts';
import type { Roughness } from '../../src/roughness/category.ts';
import type { ImageryChoice } from '../../src/platform/browser/open-imagery.ts';
import type { BuildingBearings } from '../../src/site/building-bearings.ts';
import type { LngLat } from '../../src/site/lng-lat.ts';
import type { StringKey } from './localize.ts';
import type {
  BackendInfo,
  BackendName,
  Classifier,
  ExplainingClassifier,
  ModelInfo,
} from '../../src/vit/classifier.ts';

/** Where the building stands, how tall it is and which way it looks. */
export interface Site extends Partial<BuildingBearings> {
  at: LngLat;
  name: string | null;
  /** Mean roof height [ft]. */
  heightFt: number;
}

/** Everything a person sets that outlives one site. Survives a reload. */
export interface Settings {
  unit: 'ft' | 'm';
  theme: 'system' | 'light' | 'dark';
  edition: '7-16' | '7-22';
  /** Share of other ground still read as "prevails", 0 to 1. */
  tolerance: number;
  conservative: boolean;
  /** Ground size of one tile [m]; null takes the checkpoint's own. */
  tileM: number | null;
  /** Compute backend to ask for first; null lets the engine choose. */
  backend: BackendName | null;
  imagery: ImagerySpec;
  model: ModelRef | null;
  /** Title block of reports. */
  project: string;
  engineer: string;
  paper: 'letter' | 'a4';
  /** Address search; null keeps the page free of any such service. `{query}` is replaced. */
  geocoderUrl: string | null;
}

/** What the imagery picker chose. */
export type ImagerySpec = ImageryChoice;

/** Where a checkpoint comes from. */
export type ModelRef =
  | {
      kind: 'url';
      url: string;
      name: string;
      /** Address of each file where a build has renamed them. */
      files?: Readonly<Record<string, string>>;
      /** Comes with the page, which keeps it. */
      withPage?: boolean;
    }
  | { kind: 'hub'; id: string; revision?: string }
  /** Trained or dropped in on this device, kept in the checkpoint store. */
  | { kind: 'stored'; id: string; name: string }
  /** A folder or a zip as dropped; becomes `stored` once it has loaded. */
  | { kind: 'files'; files: File[]; name: string };

export type StoredModelRef = ModelRef & { kind: 'stored' };

export type ModelState =
  | { status: 'none'; message: string }
  | {
      status: 'loading';
      ref: ModelRef;
      label: StringKey | '';
      loaded: number;
      total: number | null;
    }
  | {
      status: 'ready';
      ref: ModelRef;
      info: ModelInfo;
      backend: BackendInfo;
      /** Why a dropped model will be gone after a reload, where it could not be kept. */
      notKept?: string;
    }
  | { status: 'failed'; ref: ModelRef; message: string };

export type RunState =
  | { phase: 'idle' }
  | { phase: 'loading-model'; message: string }
  | { phase: 'running'; done: number; total: number }
  | { phase: 'done' }
  | { phase: 'cancelled'; done: number; total: number }
  | {
      phase: 'failed';
      message: string;
      /** There is no checkpoint to run, which the page says in words of its own. */
      noModel?: true;
    };

/** What the pointer, the keyboard focus or a click is on; rose, table and map all show it. */
export interface Selection {
  /** Tile with its card open. */
  tileId: string | null;
  /** Direction (`N`, `NE`, …) opened in the table. */
  direction: string | null;
  /** Direction under the pointer or focus. */
  hotDirection: string | null;
  /** Tile under the pointer or focus. */
  hotTileId: string | null;
  /** Tiles taken in by a box or by Shift with the arrows, to label together. */
  markedTileIds: readonly string[];
}

/** Sectors and directions as far as the tiles so far tell. */
export interface Assessment {
  sectors: readonly SectorResult[];
  directions: readonly DirectionResult[];
}

/** One snapshot. Replaced, never changed in place. */
export interface SessionState {
  site: Site | null;
  settings: Settings;
  imagery: { source: ImagerySource | null; message: string | null };
  model: ModelState;
  run: RunState;
  /**
   * Tiles of the run in progress, or of `result`. While a run lasts, one with neither `roughness`
   * nor `missing` is still to come.
   */
  tiles: readonly TileResult[];
  /** Of the run in progress, or of `result`; null before anything is known. */
  assessment: Assessment | null;
  result: SiteResult | null;
  /** Boundary tiles that could change a direction and were not looked at closely, by direction. */
  boundary: Readonly<Record<string, readonly string[]>>;
  /** Steps of {@link Session.addOverrides} that can be taken back, or made again. */
  trail: { canUndo: boolean; canRedo: boolean };
  /** True where site, settings, imagery or model changed since `result`. */
  stale: boolean;
  selection: Selection;
}

/** Called after each change with the new snapshot and the parts of it that changed. */
export type SessionListener = (
  state: SessionState,
  changed: ReadonlySet<keyof SessionState>,
) => void;

export interface RunRequest {
  site: Site;
  settings: Settings;
  /** What a person decided about this site before. */
  overrides?: readonly Override[];
}

export interface RunOptions {
  signal: AbortSignal;
  onEvent(event: AnalysisEvent): void;
}

/** A person's correction of one tile. */
export interface TileCorrection {
  tileId: string;
  /** null withdraws the person's label and brings the model's back. */
  roughness: Roughness | null;
  reason: string;
  by: string;
}

/** What is judged anew: tiles corrected, rules, bearings or the whole list of overrides. */
export interface Rejudgement {
  corrections?: TileCorrection[];
  settings?: Settings;
  extraBearingsDeg?: number[];
  overrides?: readonly Override[];
}

/** What a session needs from its host. `session-ports.ts` implements them for the browser. */
export interface SessionPorts {
  resolveImagery(spec: ImagerySpec): Promise<ImagerySource>;
  /** The model that comes with the page; null where there is none. */
  bundledModel(): Promise<ModelRef | null>;
  loadModel(
    ref: ModelRef,
    options: {
      signal: AbortSignal;
      backend: BackendName | null;
      onProgress(loaded: number, total: number | null, label: StringKey | ''): void;
    },
  ): Promise<ExplainingClassifier>;
  /**
   * Keeps a dropped model on this device. @throws UserError where there is no room, or storage is
   * forbidden
   */
  keepModel(ref: ModelRef & { kind: 'files' }, info: ModelInfo): Promise<StoredModelRef>;
  /** Models kept on this device, newest first; none where storage is forbidden. */
  storedModels(): Promise<StoredModelRef[]>;
  /** An analysis will follow: starts, beside the loading of its model, what it will wait for. */
  prepare?(imagery: ImagerySpec): void;
  analyse(
    request: RunRequest,
    means: { source: ImagerySource; classifier: Classifier },
    options: RunOptions,
  ): Promise<SiteResult>;
  /** Judges the sectors again from the result's own tiles. */
  reassess(result: SiteResult, change: Rejudgement): Promise<SiteResult>;
  /** Looks again at boundary tiles that could change a direction, at half the stride. */
  refine(
    result: SiteResult,
    imagery: ImagerySpec,
    means: { source: ImagerySource; classifier: Classifier },
    options: RunOptions,
  ): Promise<SiteResult>;
  /** Those tiles, by direction. */
  boundary(result: SiteResult): Promise<Record<string, string[]>>;
  /** The picture of one tile again, from the on-device cache where it is. */
  capturePatch(
    tile: TileResult,
    result: SiteResult,
    imagery: ImagerySpec,
    signal: AbortSignal,
  ): Promise<Patch | null>;
  store: SessionStore;
  /** Ends what the ports hold, such as workers. */
  dispose?(): void;
}

/** Keeps settings and the last answer on this device. */
export interface SessionStore {
  load(): Promise<{ settings: Partial<Settings>; site: Site | null; result: SiteResult | null }>;
  saveSettings(settings: Settings, site: Site | null): Promise<void>;
  saveResult(result: SiteResult | null): Promise<void>;
}
