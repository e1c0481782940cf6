import { PRESETS } from '../../src/imagery/sources/presets.ts';
import { looksLikeWms } from '../../src/imagery/sources/wms.ts';
import { UserError } from '../../src/site/user-error.ts';
import type { ImagerySpec, ModelRef } from './session-types.ts';

/** Name of the checkpoint that comes with the package. */
export const OWN_MODEL = 'upwind-vit';

/**
 * A model as people name it: `upwind-vit` (the one that comes along), a Hub id `owner/name` or
 * `owner/name@revision`, or the address of a checkpoint folder (`./models/mine/`, `https://…/`).
 * @returns null for the model that comes along
 * @throws UserError for a text that is none of these
 */
export function modelChoice(choice: string | ModelRef | null): ModelRef | null {
  if (choice === null || typeof choice !== 'string') return choice;
  const text = choice.trim();
  if (text === '' || text === OWN_MODEL) return null;
  if (/^(\.{0,2}\/|https?:\/\/)/.test(text)) {
    const url = new URL(text.endsWith('/') ? text : `${text}/`, document.baseURI);
    return { kind: 'url', url: url.href, name: url.pathname.split('/').at(-2) || url.host };
  }
  const hub = /^([\w.-]+\/[\w.-]+)(?:@([\w./-]+))?$/.exec(text);
  if (hub) return { kind: 'hub', id: hub[1]!, ...(hub[2] && { revision: hub[2] }) };
  throw new UserError(
    `"${text}" names no model. Give ${OWN_MODEL}, a Hugging Face id such as owner/name, or the address of a checkpoint folder such as ./models/mine/.`,
  );
}

/** The text that `modelChoice` reads back; null for a model that has none. */
export function modelText(ref: ModelRef | null): string | null {
  if (ref === null) return null;
  if (ref.kind === 'hub') return ref.revision ? `${ref.id}@${ref.revision}` : ref.id;
  if (ref.kind !== 'url') return null;
  return ref.files ? OWN_MODEL : ref.url;
}

/** Imagery as people name it: `demo`, `naip`, `usgs`, `esri`, a tile template or a service address. */
export function imageryChoice(choice: string | ImagerySpec): ImagerySpec {
  if (typeof choice !== 'string') return choice;
  const text = choice.trim();
  if (text === 'demo' || Object.hasOwn(PRESETS, text)) return { id: text };
  return { id: looksLikeWms(text) ? 'wms' : 'xyz', url: text };
}

/** The text that `imageryChoice` reads back. */
export const imageryText = (spec: ImagerySpec): string => spec.url ?? spec.id;
