import type { SessionOptions } from './create-session.ts';
import type { ModelRef, Session } from './session.ts';

/** What elements that stand alone need, and the app, which has its own, leaves out. */
export interface Standalone {
  createSession(options?: SessionOptions): Session;
  /** The model that comes with the package. */
  packagedModel(): Promise<ModelRef>;
}

let provided: Standalone | null = null;

/** Lets elements stand alone; an entry of the library calls it once. */
export function provideStandalone(standalone: Standalone): void {
  provided = standalone;
}

/** A session of an element's own; null in the app. */
export const ownSession = (options?: SessionOptions): Session | null =>
  provided?.createSession(options) ?? null;

/** The model that comes with the package; null in the app, which serves its own. */
export const packagedModel = async (): Promise<ModelRef | null> =>
  (await provided?.packagedModel()) ?? null;
