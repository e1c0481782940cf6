import { parseHeight } from '../../src/site/height.ts';
import { parsePlace } from '../../src/site/place.ts';
import type { ImagerySpec, ModelRef, Settings, Site } from './session.ts';

/** What a link asks for; parts that are missing or unreadable are left out. */
export interface LinkState {
  site?: Site;
  settings: Partial<Settings>;
}

/**
 * Reads `#at=lat,lng&h=25ft&imagery=…&model=…`.
 * A model from the Hub is named by its id; a URL template of the person's own is not in links,
 * since it may hold a key.
 */
export function readHash(hash: string): LinkState {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const link: LinkState = { settings: {} };
  const at = quietly(() => parsePlace(fields.get('at') ?? ''));
  if (at) {
    const heightFt = quietly(() => parseHeight(fields.get('h') ?? '25ft')) ?? 25;
    link.site = { at, name: fields.get('name'), heightFt };
  }
  const imagery = fields.get('imagery');
  if (imagery) link.settings.imagery = { id: imagery };
  const model = fields.get('model');
  if (model?.includes('/')) link.settings.model = { kind: 'hub', id: model };
  if (fields.get('h')?.trim().endsWith('m')) link.settings.unit = 'm';
  return link;
}

/** The link that brings another person to the same site, settings and model. */
export function writeHash(site: Site | null, settings: Settings): string {
  const parts: string[] = [];
  if (site) {
    parts.push(`at=${site.at.lat.toFixed(6)},${site.at.lng.toFixed(6)}`);
    parts.push(`h=${heightField(site.heightFt, settings.unit)}`);
    if (site.name) parts.push(`name=${encodeURIComponent(site.name)}`);
  }
  if (isShareable(settings.imagery)) parts.push(`imagery=${settings.imagery.id}`);
  const hub = hubId(settings.model);
  if (hub) parts.push(`model=${hub.split('/').map(encodeURIComponent).join('/')}`);
  return parts.length > 0 ? `#${parts.join('&')}` : '';
}

function heightField(heightFt: number, unit: 'ft' | 'm'): string {
  const height = unit === 'ft' ? heightFt : heightFt * 0.3048;
  return `${Math.round(height * 100) / 100}${unit}`;
}

const isShareable = (imagery: ImagerySpec): boolean => imagery.url === undefined;

const hubId = (model: ModelRef | null): string | null => (model?.kind === 'hub' ? model.id : null);

function quietly<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
