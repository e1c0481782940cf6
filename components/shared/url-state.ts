import { parseHeight } from '../../src/site/height.ts';
import { parsePlace } from '../../src/site/place.ts';
import { shareableUrl } from '../../src/imagery/public-url.ts';
import { modelText, OWN_MODEL } from './choices.ts';
import type { ImagerySpec, ModelRef, Settings, Site } from './session.ts';

/** What a link asks for; parts that are missing or unreadable are left out. */
export interface LinkState {
  site?: Site;
  settings: Partial<Settings>;
}

/**
 * Reads `#at=lat,lng&h=25ft&facing=32&bearings=10,57&imagery=…&edition=7-22&tolerance=0.2&model=…`.
 * With the edition come all the rules: `conservative=yes`, and `tile=250` [m], are left out where
 * they are not so, and where the model's own tile size is used.
 * A model is `upwind-vit`, which comes with the page (null in the settings), a Hub id, or
 * `device:ID:NAME`, which only the device that keeps it has. Imagery of the person's own is named by its
 * address without keys: `imagery=xyz&url=https://…/{z}/{x}/{y}.png&maxzoom=18`,
 * `imagery=wms&url=…&layers=…`. `key=own` says that something was left out.
 */
export function readHash(hash: string): LinkState {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const link: LinkState = { settings: {} };
  const at = quietly(() => parsePlace(fields.get('at') ?? ''));
  if (at) {
    const heightFt = quietly(() => parseHeight(fields.get('h') ?? '25ft')) ?? 25;
    const [facingDeg = null] = degrees(fields.get('facing'));
    const bearingsDeg = degrees(fields.get('bearings'));
    link.site = {
      at,
      name: fields.get('name'),
      heightFt,
      ...(facingDeg !== null && { facingDeg }),
      ...(bearingsDeg.length > 0 && { bearingsDeg }),
    };
  }
  const imagery = fields.get('imagery');
  if (imagery) link.settings.imagery = imageryOf(imagery, fields);
  const model = modelOf(fields.get('model') ?? '');
  if (model !== undefined) link.settings.model = model;
  Object.assign(link.settings, rulesOf(fields));
  if (fields.get('h')?.trim().endsWith('m')) link.settings.unit = 'm';
  return link;
}

/** The link that brings another person to the same site, settings and model. */
export function writeHash(site: Site | null, settings: Settings): string {
  const parts: string[] = [];
  if (site) {
    parts.push(`at=${site.at.lat.toFixed(6)},${site.at.lng.toFixed(6)}`);
    parts.push(`h=${heightField(site.heightFt, settings.unit)}`);
    if (typeof site.facingDeg === 'number') parts.push(`facing=${site.facingDeg}`);
    if (site.bearingsDeg?.length) parts.push(`bearings=${site.bearingsDeg.join(',')}`);
    if (site.name) parts.push(`name=${encodeURIComponent(site.name)}`);
  }
  parts.push(...imageryFields(settings.imagery));
  const { edition, tolerance, conservative, tileM } = settings;
  parts.push(`edition=${edition}`, `tolerance=${tolerance}`);
  if (conservative) parts.push('conservative=yes');
  if (tileM !== null) parts.push(`tile=${tileM}`);
  const model = modelField(settings.model);
  if (model) parts.push(`model=${readable(model)}`);
  return `#${parts.join('&')}`;
}

/** Whoever opens a link reads the ground by its rules; a link without any leaves them their own. */
function rulesOf(fields: URLSearchParams): Partial<Settings> {
  const edition = fields.get('edition');
  if (edition !== '7-16' && edition !== '7-22') return {};
  const tolerance = Number(fields.get('tolerance') || NaN);
  const tileM = Number(fields.get('tile') || NaN);
  return {
    edition,
    ...(tolerance >= 0 && tolerance <= 1 && { tolerance }),
    conservative: fields.get('conservative') === 'yes',
    tileM: Number.isInteger(tileM) && tileM > 0 ? tileM : null,
  };
}

function heightField(heightFt: number, unit: 'ft' | 'm'): string {
  const height = unit === 'ft' ? heightFt : heightFt * 0.3048;
  return `${Math.round(height * 100) / 100}${unit}`;
}

function imageryOf(id: string, fields: URLSearchParams): ImagerySpec {
  const url = fields.get('url');
  if (!url || (id !== 'xyz' && id !== 'wms')) return { id };
  const zoom = Number(fields.get('maxzoom') ?? NaN);
  const layers = fields.get('layers');
  return {
    id,
    url,
    ...(Number.isInteger(zoom) && zoom >= 0 && zoom <= 24 && { maxZoom: zoom }),
    ...(layers !== null && { layers }),
    ...(fields.get('key') === 'own' && { keyLeftOut: true }),
  };
}

function imageryFields({ id, url, maxZoom, layers, keyLeftOut }: ImagerySpec): string[] {
  if (url === undefined) return [`imagery=${encodeURIComponent(id)}`];
  const shared = shareableUrl(url);
  return [
    `imagery=${id}`,
    `url=${readable(shared.url)}`,
    ...(maxZoom === undefined ? [] : [`maxzoom=${maxZoom}`]),
    ...(layers === undefined ? [] : [`layers=${readable(layers)}`]),
    ...(shared.complete && !keyLeftOut ? [] : ['key=own']),
  ];
}

/** Escaped for a link, but for what a link may hold and people like to read. */
const readable = (text: string): string =>
  encodeURIComponent(text).replace(/%(2F|3A|2C)/g, (escape) => decodeURIComponent(escape));

/**
 * The imagery that a link asks for, as this device knows it: the address with the key, where the
 * link names the one in use here without it.
 */
export function withOwnKey(linked: ImagerySpec, own: ImagerySpec | undefined): ImagerySpec {
  const same = own && imageryFields(own).join() === imageryFields(linked).join();
  return same ? own : linked;
}

/** Bearings of a field, at most twelve; what is none is left out. */
const degrees = (field: string | null): number[] =>
  (field ?? '')
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number)
    .filter((deg) => Number.isFinite(deg) && deg >= 0 && deg < 360)
    .slice(0, 12);

/** A model as a link names it: equal for equal models; null for one that no link can name. */
export function modelField(model: ModelRef | null): string | null {
  if (model === null || (model.kind === 'url' && model.withPage)) return OWN_MODEL;
  if (model.kind === 'stored') return `${ON_DEVICE}${model.id}:${model.name}`;
  return model.kind === 'hub' ? modelText(model) : null;
}
const ON_DEVICE = 'device:';

/** Null is the page's own; undefined leaves the model as it is. */
function modelOf(field: string): ModelRef | null | undefined {
  if (field === OWN_MODEL) return null;
  const [, id, name] = new RegExp(`^${ON_DEVICE}([\\w-]+):(.*)$`).exec(field) ?? [];
  if (id !== undefined) return { kind: 'stored', id, name: name || id };
  const [, hub, revision] = /^([\w.-]+\/[\w.-]+)(?:@([\w./-]+))?$/.exec(field) ?? [];
  return hub === undefined ? undefined : { kind: 'hub', id: hub, ...(revision && { revision }) };
}

function quietly<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
