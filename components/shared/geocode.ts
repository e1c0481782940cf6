import { assertSite } from '../../src/site/place.ts';
import { UserError } from '../../src/site/user-error.ts';
import type { LngLat } from '../../src/site/lng-lat.ts';
import { t } from './localize.ts';

/** A service that takes longer does not answer [ms]. */
const PATIENCE_MS = 15_000;

/**
 * Asks the address service that the person configured (Nominatim or Photon answers are read).
 * @param template address with `{query}` in it
 * @throws UserError where it does not answer or answers something else
 */
export async function geocode(
  template: string,
  text: string,
  signal: AbortSignal,
): Promise<{ name: string; at: LngLat }[]> {
  if (!/^https?:\/\//i.test(template) || !template.includes('{query}')) {
    throw new UserError(t('site.search.template', { query: '{query}' }));
  }
  const url = template.replaceAll('{query}', () => encodeURIComponent(text));
  let answer: unknown;
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
      headers: { accept: 'application/json' },
    });
    if (!response.ok) throw new UserError(t('site.search.status', { status: response.status }));
    answer = await response.json();
  } catch (error) {
    if (signal.aborted || error instanceof UserError) throw error;
    throw new UserError(t('site.search.silent'));
  }
  const entries = Array.isArray(answer)
    ? answer.map(fromNominatim)
    : ((answer as { features?: unknown[] } | null)?.features ?? []).map(fromGeoJson);
  return entries.filter((entry) => entry !== null).slice(0, 5);
}

function fromNominatim(value: unknown) {
  const { lat, lon, display_name } = (value ?? {}) as Record<string, unknown>;
  return hit(Number(lon), Number(lat), display_name);
}

function fromGeoJson(value: unknown) {
  const { geometry, properties } = (value ?? {}) as {
    geometry?: { coordinates?: number[] };
    properties?: Record<string, unknown>;
  };
  const parts = ['name', 'street', 'city', 'state', 'country'].map((key) => properties?.[key]);
  const name = properties?.label ?? parts.filter(Boolean).join(', ');
  return hit(geometry?.coordinates?.[0], geometry?.coordinates?.[1], name);
}

function hit(lng: number | undefined, lat: number | undefined, name: unknown) {
  if (lng === undefined || lat === undefined) return null;
  try {
    return { name: String(name), at: assertSite({ lng, lat }) };
  } catch {
    return null;
  }
}
