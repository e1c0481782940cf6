import type { SiteResult } from '../../src/analysis/site-result.ts';
import type { LngLat } from '../../src/site/lng-lat.ts';

/** What `UpwindControl` tells, by name; listen with `control.on(name, listener)`. */
export interface UpwindControlEvents {
  /** A site was chosen: clicked, typed, or its marker put down elsewhere. */
  pick: { at: LngLat };
  /** A tile was read. */
  progress: { done: number; total: number };
  /** A site was finished, or judged again after a correction. */
  result: { result: SiteResult };
  /** An analysis failed; the message says what to do. */
  error: { message: string };
  /** A model has been loaded and is in use. */
  model: { id: string; backend: string };
  /** The panel was opened; clicks on the map choose sites until it closes. */
  open: Record<string, never>;
  /** The panel was closed; the overlay stays. */
  close: Record<string, never>;
}
