import type { SiteResult } from '../../src/analysis/site-result.ts';
import type { LngLat } from '../../src/site/lng-lat.ts';

/** Clicked on the map, the marker put down there, or typed. */
export type PickedBy = 'click' | 'marker' | 'search';

/** A place was chosen for the site. */
export class UpwindPickEvent extends CustomEvent<{ at: LngLat; by: PickedBy }> {
  constructor(at: LngLat, by: PickedBy) {
    super('upwind-pick', { detail: { at, by }, bubbles: true, composed: true });
  }
}

/** A site was finished. */
export class UpwindResultEvent extends CustomEvent<{ result: SiteResult }> {
  constructor(result: SiteResult) {
    super('upwind-result', { detail: { result }, bubbles: true, composed: true });
  }
}

/** A tile was read. */
export class UpwindProgressEvent extends CustomEvent<{ done: number; total: number }> {
  constructor(done: number, total: number) {
    super('upwind-progress', { detail: { done, total }, bubbles: true, composed: true });
  }
}

/** Something cannot be read or done; the message says what to do about it. */
export class UpwindErrorEvent extends CustomEvent<{ message: string }> {
  constructor(message: string) {
    super('upwind-error', { detail: { message }, bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'upwind-pick': UpwindPickEvent;
    'upwind-result': UpwindResultEvent;
    'upwind-progress': UpwindProgressEvent;
    'upwind-error': UpwindErrorEvent;
  }
}
