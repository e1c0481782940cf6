import type { SiteResult, TileResult } from '../../src/analysis/site-result.ts';
import { bearingsOf } from '../../src/site/building-bearings.ts';
import type { BuildingBearings } from '../../src/site/building-bearings.ts';
import type { LngLat } from '../../src/site/lng-lat.ts';
import type { Selection, SessionState, Settings, Site } from './session-types.ts';

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

export const NOTHING_SELECTED: Selection = {
  tileId: null,
  direction: null,
  hotDirection: null,
  hotTileId: null,
  markedTileIds: [],
};

/** What a site has before it was looked at. */
export const NO_ANSWER = {
  result: null,
  tiles: [],
  assessment: null,
  boundary: {},
  trail: { canUndo: false, canRedo: false },
  stale: false,
  selection: NOTHING_SELECTED,
} satisfies Partial<SessionState>;

/** What a session begins with. */
export const FIRST_STATE: SessionState = {
  site: null,
  settings: DEFAULT_SETTINGS,
  imagery: { source: null, message: null },
  model: { status: 'none', message: '' },
  run: { phase: 'idle' },
  ...NO_ANSWER,
};

/** The further directions that a site is judged for [°]. */
export const siteBearings = ({ facingDeg = null, bearingsDeg = [] }: Site): number[] =>
  bearingsOf({ facingDeg, bearingsDeg });

/** The faces of a site that has any. */
export const ownFaces = ({
  facingDeg = null,
  bearingsDeg = [],
}: Partial<BuildingBearings>): Partial<BuildingBearings> => ({
  ...(facingDeg !== null && { facingDeg }),
  ...(bearingsDeg.length > 0 && { bearingsDeg }),
});

export const withoutFaces = ({ at, name, heightFt }: Site): Site => ({ at, name, heightFt });

export const isSame = (a: LngLat, b: LngLat): boolean => a.lng === b.lng && a.lat === b.lat;

export const isFor = (result: SiteResult, site: Site): boolean =>
  result.site.lng === site.at.lng &&
  result.site.lat === site.at.lat &&
  result.site.heightFt === site.heightFt;

/** Equal to the digits that a link carries. */
export const isNear = (a: Site, b: Site): boolean =>
  Math.abs(a.at.lng - b.at.lng) < 1e-6 &&
  Math.abs(a.at.lat - b.at.lat) < 1e-6 &&
  Math.abs(a.heightFt - b.heightFt) < 0.02;

/** The parts of a snapshot that show an answer. */
export const answerOf = (result: SiteResult) => ({
  result,
  tiles: result.tiles,
  assessment: result,
});

/** The list with `news` in place of tiles of the same id, or at its end. */
export function withTiles(tiles: readonly TileResult[], news: readonly TileResult[]): TileResult[] {
  const byId = new Map(tiles.map((tile) => [tile.id, tile]));
  for (const tile of news) byId.set(tile.id, tile);
  return [...byId.values()];
}
