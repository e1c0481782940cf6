import { parseHeight } from '../../src/site/height.ts';
import { imageryChoice, modelChoice } from './choices.ts';
import { browserPorts } from './session-ports.ts';
import { Session } from './session.ts';
import type { ImagerySpec, ModelRef, SessionStore, Settings } from './session.ts';

/** What a session begins with; what is left out is the app's own default. */
export interface SessionOptions {
  /** Mean roof height of sites to come: feet, or a text such as `25ft` or `7.6m`. */
  height?: number | string;
  /** `demo`, `naip`, `usgs`, `esri`, a tile template, a service address, or a choice in full. */
  imagery?: string | ImagerySpec;
  /** `upwind-vit`, a Hub id, a folder's address, or a reference in full. */
  model?: string | ModelRef | null;
  /** Unit, edition, tolerance and the like. */
  settings?: Partial<Omit<Settings, 'imagery' | 'model'>>;
}

/** Nothing outlives the page: a host's page is not ours to keep things in. */
const forgetful: SessionStore = {
  load: async () => ({ settings: {}, site: null, result: null }),
  saveSettings: async () => {},
  saveResult: async () => {},
};

/** The model that comes with the package. */
export async function packagedModel(): Promise<ModelRef> {
  const { bundledModel } = await import('../../src/platform/browser/bundled-model.ts');
  return bundledModel();
}

/**
 * A session for pages other than the app's: it keeps nothing between visits, and its model is the
 * one that comes with the package. Elements that are given it show one site together. Whoever
 * makes it ends it with `dispose()`.
 * @throws UserError naming the option that cannot be read
 */
export function createSession(options: SessionOptions = {}): Session {
  const { height, imagery = 'demo', model = null, settings = {} } = options;
  const heightFt = typeof height === 'string' ? parseHeight(height) : height;
  const chosen = { imagery: imageryChoice(imagery), model: modelChoice(model) };
  const session = new Session({
    ...browserPorts(),
    store: forgetful,
    bundledModel: packagedModel,
  });
  if (heightFt !== undefined) session.setHeightFt(heightFt);
  void session.change({ ...settings, ...chosen });
  return session;
}
