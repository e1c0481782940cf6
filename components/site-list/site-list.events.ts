import type { SiteResult } from '../../src/analysis/site-result.ts';

/** A saved answer is shown again. */
export class UpwindSiteOpenEvent extends CustomEvent<{ result: SiteResult }> {
  constructor(result: SiteResult) {
    super('upwind-site-open', { bubbles: true, composed: true, detail: { result } });
  }
}

declare global {
  interface HTMLElementEventMap {
    'upwind-site-open': UpwindSiteOpenEvent;
  }
}
