import { lngLatToMercator } from '../../site/mercator.ts';
import { UserError } from '../../site/user-error.ts';
import type { ImagerySource, ImageryTerms } from '../image-source.ts';
import { publicUrl } from '../public-url.ts';
import { assertLawfulHost } from './refused-hosts.ts';
import { bboxText, planExport } from './server-export.ts';
import { USERS_OWN_TERMS } from './terms.ts';

export interface ArcgisImageOptions {
  /** `…/ImageServer`, with or without `/exportImage`; a token may stand in its query. */
  url: string;
  id?: string;
  name?: string;
  attribution?: string;
  terms?: ImageryTerms;
  /** What the map shows meanwhile: exports are too slow for a moving map. */
  mapTiles?: ImagerySource['mapTiles'];
}

/**
 * An ArcGIS image service: `exportImage` cuts out each tile, `/query` tells when the ground was
 * photographed and how finely.
 * @throws UserError if the URL is not that of an ImageServer, or its host's terms forbid this use
 */
export function arcgisImageSource(options: ArcgisImageOptions): ImagerySource {
  const { service, token } = parseService(options.url);
  return {
    id: options.id ?? 'arcgis-image',
    name: options.name ?? 'ArcGIS image service',
    attribution: options.attribution ?? '',
    terms: options.terms ?? USERS_OWN_TERMS,
    synthetic: false,
    mapTiles: options.mapTiles ?? null,
    planTile: (tile, targetMetresPerPixel) =>
      planExport(
        tile,
        targetMetresPerPixel,
        ({ bounds, widthPx, heightPx }) =>
          `${service}/exportImage?bbox=${bboxText(bounds)}&bboxSR=3857&imageSR=3857` +
          // jpgpng: JPEG where all is ground, PNG with transparency at the survey's edge.
          `&size=${widthPx},${heightPx}&format=jpgpng&f=image${token}`,
      ),
    async acquiredAt(place, fetchLike, signal) {
      const { x, y } = lngLatToMercator(place);
      const url =
        `${service}/query?where=1%3D1&geometry=${x.toFixed(1)},${y.toFixed(1)}` +
        '&geometryType=esriGeometryPoint&inSR=3857&spatialRel=esriSpatialRelIntersects' +
        `&outFields=*&returnGeometry=false&f=json${token}`;
      const response = await fetchLike(url, { signal: signal ?? new AbortController().signal });
      if (!response.ok) return { acquired: null, nativeMetresPerPixel: null };
      return newestFootprint(await response.json());
    },
  };
}

/** True if an address is meant as an ArcGIS image service. */
export const looksLikeImageServer = (url: string): boolean =>
  /\/ImageServer(\/exportImage)?\/?(\?|$)/i.test(url);

/**
 * Reads a `/query` answer: the newest footprint that says its date; overviews, which have
 * `category` 2, are left out.
 */
export function newestFootprint(answer: unknown): {
  acquired: string | null;
  nativeMetresPerPixel: number | null;
} {
  const features = (answer as { features?: unknown } | null)?.features;
  const rows = (Array.isArray(features) ? features : [])
    .map((feature: { attributes?: Record<string, unknown> }) => lowerCaseKeys(feature?.attributes))
    .filter((row) => row['category'] !== 2)
    .map((row) => ({
      time: readTime(row['acquisition_date'] ?? row['acquisitiondate'] ?? row['srcdate']),
      metres: readMetres(row['resolution_value'] ?? row['resolution'], row['resolution_units']),
    }));
  rows.sort((a, b) => (b.time ?? -Infinity) - (a.time ?? -Infinity));
  const [newest] = rows;
  return {
    acquired: newest?.time == null ? null : new Date(newest.time).toISOString().slice(0, 10),
    nativeMetresPerPixel: newest?.metres ?? null,
  };
}

const lowerCaseKeys = (row: Record<string, unknown> = {}): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]));

/** Esri dates are milliseconds since 1970, UTC; some services write text, `20210614` or ISO. */
function readTime(value: unknown): number | null {
  const digits = /^(\d{4})(\d{2})(\d{2})$/.exec(String(value ?? ''));
  const time =
    digits !== null
      ? Date.UTC(Number(digits[1]), Number(digits[2]) - 1, Number(digits[3]))
      : typeof value === 'number'
        ? value
        : Date.parse(String(value ?? ''));
  // A date before aerial photography or out of range is a blank field, not a date.
  return Number.isFinite(time) && time > Date.UTC(1900) && time < Date.UTC(2200) ? time : null;
}

function readMetres(value: unknown, units: unknown): number | null {
  const size = Number(value);
  if (!Number.isFinite(size) || size <= 0) return null;
  return /feet|foot|ft/i.test(String(units ?? '')) ? size * 0.3048 : size;
}

function parseService(text: string): { service: string; token: string } {
  const match = /^(https?:\/\/[^?#]+\/ImageServer)(?:\/[^?#]*)?(?:\?([^#]*))?/i.exec(text.trim());
  if (!match || !URL.canParse(match[1]!)) {
    throw new UserError(
      `"${publicUrl(text.trim())}" is not the address of an ArcGIS image service. It ends in /ImageServer.`,
    );
  }
  assertLawfulHost(match[1]!);
  const token = new URLSearchParams(match[2]).get('token');
  return { service: match[1]!, token: token ? `&token=${encodeURIComponent(token)}` : '' };
}
