import type { SiteResult } from '../../src/analysis/site-result.ts';
import type { LngLat } from '../../src/site/lng-lat.ts';

/** A place was chosen on the map: clicked, or the marker was put down there. */
export class UpwindPickEvent extends CustomEvent<{ at: LngLat; by: 'click' | 'marker' }> {
  constructor(at: LngLat, by: 'click' | 'marker') {
    super('upwind-pick', { detail: { at, by }, bubbles: true, composed: true });
  }
}

/** A site was finished. */
export class UpwindResultEvent extends CustomEvent<{ result: SiteResult }> {
  constructor(result: SiteResult) {
    super('upwind-result', { detail: { result }, bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'upwind-pick': UpwindPickEvent;
    'upwind-result': UpwindResultEvent;
  }
}
