import { UserError } from '../../site/user-error.ts';
import type { ImagerySource, ImageryTerms } from '../image-source.ts';
import { publicUrl } from '../public-url.ts';
import { assertLawfulHost } from './refused-hosts.ts';
import { bboxText, planExport } from './server-export.ts';
import { USERS_OWN_TERMS } from './terms.ts';

export interface WmsOptions {
  /** The service, with whatever query it needs (`?map=…`, a key). */
  url: string;
  /** Layer names, comma-separated; may stand in the URL as LAYERS instead. */
  layer?: string;
  version?: '1.3.0' | '1.1.1';
  styles?: string;
  format?: string;
  id?: string;
  name?: string;
  attribution?: string;
  terms?: ImageryTerms;
}

/** What a GetMap request says of itself: never taken from the user's URL. */
const OURS = ['SERVICE', 'REQUEST', 'BBOX', 'WIDTH', 'HEIGHT', 'CRS', 'SRS'];

/**
 * A Web Map Service in EPSG:3857, where both versions give the box as west, south, east, north.
 * @throws UserError if the URL is none, names no layer, or its host's terms forbid this use
 */
export function wmsSource(options: WmsOptions): ImagerySource {
  const given = parseServiceUrl(options.url);
  const take = (name: string): string | undefined => {
    const value = given.query.get(name);
    given.query.delete(name);
    return value;
  };
  for (const name of OURS) given.query.delete(name);
  const asked = [
    take('VERSION'),
    take('LAYERS'),
    take('STYLES'),
    take('FORMAT'),
    take('TRANSPARENT'),
  ];
  const version = options.version ?? (asked[0]?.startsWith('1.1') ? '1.1.1' : '1.3.0');
  const layer = options.layer ?? asked[1];
  if (!layer) {
    throw new UserError(
      `Which layer of the map service at ${given.shown}? Name it, or put LAYERS=… into its address.`,
    );
  }
  const head = new Map(given.query);
  head.set('SERVICE', 'WMS').set('REQUEST', 'GetMap').set('VERSION', version);
  head.set('LAYERS', layer).set('STYLES', options.styles ?? asked[2] ?? '');
  // PNG, so that ground outside the survey comes back transparent rather than white.
  head.set('FORMAT', options.format ?? asked[3] ?? 'image/png').set('TRANSPARENT', 'TRUE');
  head.set(version === '1.3.0' ? 'CRS' : 'SRS', 'EPSG:3857');
  const query = [...head].map(([name, value]) => `${name}=${encodeValue(value)}`).join('&');
  const base = `${given.base}?${query}`;

  return {
    id: options.id ?? 'wms',
    name: options.name ?? `WMS ${layer}`,
    attribution: options.attribution ?? '',
    terms: options.terms ?? USERS_OWN_TERMS,
    synthetic: false,
    mapTiles: { template: `${base}&BBOX={bbox-epsg-3857}&WIDTH=256&HEIGHT=256`, maxZoom: 22 },
    planTile: (tile, targetMetresPerPixel) =>
      planExport(
        tile,
        targetMetresPerPixel,
        ({ bounds, widthPx, heightPx }) =>
          `${base}&BBOX=${bboxText(bounds)}&WIDTH=${widthPx}&HEIGHT=${heightPx}`,
      ),
  };
}

/** True if an address is meant as a Web Map Service. */
export function looksLikeWms(url: string): boolean {
  return (
    /[?&]service=wms\b/i.test(url) ||
    /[?&]request=getmap\b/i.test(url) ||
    /\/(wms|WMSServer)\/?(\?|$)/i.test(url)
  );
}

function parseServiceUrl(text: string): {
  base: string;
  query: Map<string, string>;
  shown: string;
} {
  const url = text.trim();
  const shown = publicUrl(url);
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new UserError(`"${shown}" is not the address of a map service. It starts with https://.`);
  }
  assertLawfulHost(url);
  const parsed = new URL(url);
  const userInfo = parsed.username ? `${parsed.username}:${parsed.password}@` : '';
  const query = new Map<string, string>();
  // OGC names mean the same in any case; others (`map`, keys) keep theirs.
  for (const [name, value] of parsed.searchParams) {
    const upper = name.toUpperCase();
    const known = [...OURS, 'VERSION', 'LAYERS', 'STYLES', 'FORMAT', 'TRANSPARENT'].includes(upper);
    query.set(known ? upper : name, value);
  }
  return { base: `${parsed.protocol}//${userInfo}${parsed.host}${parsed.pathname}`, query, shown };
}

/** Servers read commas, colons and slashes as they are; people read them better so, too. */
const encodeValue = (value: string): string =>
  encodeURIComponent(value).replace(/%2C|%3A|%2F/gi, (code) => decodeURIComponent(code));
