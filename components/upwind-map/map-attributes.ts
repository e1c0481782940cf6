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

/**
 * Makes a session say what attributes say; those that are null are left alone.
 * @returns true where something changed, so that an answer would be another one
 * @throws UserError naming what cannot be read; what comes before it has been applied
 */
export async function applyAttributes(session: Session, wanted: MapAttributes): Promise<boolean> {
  const now = attributesOf(session);
  const differs = (key: keyof MapAttributes) => wanted[key] !== null && wanted[key] !== now[key];
  let changed = false;
  if (differs('height')) {
    session.setHeightFt(parseHeight(wanted.height!));
    void session.change({ unit: /m[a-z]*\.?$/i.test(wanted.height!.trim()) ? 'm' : 'ft' });
    changed = true;
  }
  if (differs('site')) {
    const at = parsePlace(wanted.site!);
    if (placeAttribute(at) !== now.site) {
      session.setSite(at);
      changed = true;
    }
  }
  if (differs('imagery')) {
    await session.change({ imagery: imageryChoice(wanted.imagery!) });
    changed = true;
  }
  if (differs('model')) {
    await chooseModel(session, wanted.model);
    changed = true;
  }
  return changed;
}

/**
 * Sets the model. It loads with the first analysis; where one is loaded already it is replaced now.
 * @throws UserError for a text that names no model
 */
export async function chooseModel(
  session: Session,
  choice: Parameters<typeof modelChoice>[0],
): Promise<void> {
  const ref = modelChoice(choice);
  if (session.state.model.status === 'none') {
    await session.change({ model: ref });
    return;
  }
  const next = ref ?? (await session.bundledModel());
  if (next) await session.useModel(next);
}
