/** The form was done with: applied, or given up. */
export class UpwindOverrideCloseEvent extends CustomEvent<{ applied: boolean }> {
  constructor(applied: boolean) {
    super('upwind-override-close', { detail: { applied }, bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'upwind-override-close': UpwindOverrideCloseEvent;
  }
}
