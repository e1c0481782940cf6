/** The tile card was dismissed. */
export class UpwindCardCloseEvent extends CustomEvent<undefined> {
  constructor() {
    super('upwind-card-close', { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'upwind-card-close': UpwindCardCloseEvent;
  }
}
