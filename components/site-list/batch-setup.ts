import type { ImagerySpec, ModelRef, Session, Settings } from '../shared/session.ts';

/** The choices that every site of a batch is read with, as plain data that a store can keep. */
export interface BatchSetup {
  edition: Settings['edition'];
  tolerance: number;
  conservative: boolean;
  tileM: number | null;
  imagery: ImagerySpec;
  model: ModelRef | null;
  /** For people. */
  imageryName: string;
  modelName: string;
}

export function setupOf(
  settings: Settings,
  names: Pick<BatchSetup, 'imageryName' | 'modelName'>,
): BatchSetup {
  const { edition, tolerance, conservative, tileM, imagery, model } = settings;
  return { edition, tolerance, conservative, tileM, imagery, model, ...names };
}

/** The page's settings with those of a batch in their place. */
export function settingsOf(setup: BatchSetup, page: Settings): Settings {
  const { edition, tolerance, conservative, tileM, imagery, model } = setup;
  return { ...page, edition, tolerance, conservative, tileM, imagery, model };
}

/** Brings the page back to the imagery and model that a batch was begun with. */
export async function adoptSetup(
  session: Pick<Session, 'state' | 'useImagery' | 'change' | 'useModel' | 'bundledModel'>,
  setup: BatchSetup,
): Promise<void> {
  const { settings, imagery } = session.state;
  if (!same(settings.imagery, setup.imagery)) await session.change({ imagery: setup.imagery });
  else if (!imagery.source) await session.useImagery(setup.imagery);
  if (same(settings.model, setup.model)) return;
  const ref = setup.model ?? (await session.bundledModel());
  if (ref) await session.useModel(ref);
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
