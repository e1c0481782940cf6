/** A trained model is to be used for the map. Cancel it to keep the panel from switching itself. */
export class UpwindUseModelEvent extends CustomEvent<{ id: string; name: string }> {
  constructor(detail: { id: string; name: string }) {
    super('upwind-use-model', { detail, bubbles: true, composed: true, cancelable: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'upwind-use-model': UpwindUseModelEvent;
  }
}
