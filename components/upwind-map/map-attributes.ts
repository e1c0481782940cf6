import { parseHeight } from '../../src/site/height.ts';
import type { LngLat } from '../../src/site/lng-lat.ts';
import { parsePlace } from '../../src/site/place.ts';
import {
  imageryChoice,
  imageryText,
  modelChoice,
  modelText,
  OWN_MODEL,
} from '../shared/choices.ts';
import { heightText } from '../shared/format.ts';
import type { Session } from '../shared/session.ts';

/** What the attributes of `<upwind-map>` say; null where one is not there. */
export interface MapAttributes {
  /** `lat,lng` in degrees. */
  site: string | null;
  /** `25ft`, `7.6m`. */
  height: string | null;
  /** `demo`, `naip`, `usgs`, `esri`, a tile template or a service address. */
  imagery: string | null;
  /** `upwind-vit`, a Hub id, or a checkpoint folder's address. */
  model: string | null;
}
export const MAP_ATTRIBUTES = ['site', 'height', 'imagery', 'model'] as const;

const placeAttribute = ({ lat, lng }: LngLat): string =>
  `${Number(lat.toFixed(6))},${Number(lng.toFixed(6))}`;

/** The attributes that say what a session says. */
export function attributesOf({ state, heightFt }: Session): MapAttributes {
  const { site, settings } = state;
  return {
    site: site && placeAttribute(site.at),
    height: `${heightText(heightFt, settings.unit)}${settings.unit}`,
    imagery: imageryText(settings.imagery),
    model: modelText(settings.model) ?? (settings.model ? null : OWN_MODEL),
  };
}

/** What became of attributes. */
export interface AppliedAttributes {
  /** Something is another than before, so that an answer would be too. */
  changed: boolean;
  /** Attributes that cannot be read, each with the reason; the session is as it was there. */
  refused: Partial<Record<keyof MapAttributes, string>>;
}

/**
 * Makes a session say what attributes say; those that are null are left alone. One that cannot be
 * read does not keep the others from being heard.
 */
export async function applyAttributes(
  session: Session,
  wanted: MapAttributes,
): Promise<AppliedAttributes> {
  const now = attributesOf(session);
  const applied: AppliedAttributes = { changed: false, refused: {} };
  const apply = async (
    key: keyof MapAttributes,
    set: (text: string) => void | boolean | Promise<void>,
  ): Promise<void> => {
    const text = wanted[key];
    if (text === null || text === now[key]) return;
    try {
      if ((await set(text)) !== false) applied.changed = true;
    } catch (error) {
      applied.refused[key] = (error as Error).message;
    }
  };
  await apply('height', (text) => {
    session.setHeightFt(parseHeight(text));
    void session.change({ unit: /m[a-z]*\.?$/i.test(text.trim()) ? 'm' : 'ft' });
  });
  await apply('site', (text) => {
    const at = parsePlace(text);
    if (placeAttribute(at) === now.site) return false;
    session.setSite(at);
  });
  await apply('imagery', (text) => session.change({ imagery: imageryChoice(text) }));
  await apply('model', async (text) => {
    // Chosen, not loaded: what is written next does not wait for a download.
    await session.chooseModel(modelChoice(text));
  });
  return applied;
}
