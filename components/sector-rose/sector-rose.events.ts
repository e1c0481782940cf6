/** Pointer or focus came to a direction, or left it (`direction` null). */
export class UpwindDirectionHoverEvent extends CustomEvent<{ direction: string | null }> {
  constructor(direction: string | null) {
    super('upwind-direction-hover', { detail: { direction }, bubbles: true, composed: true });
  }
}

/** A direction was opened, or closed (`direction` null). */
export class UpwindDirectionSelectEvent extends CustomEvent<{ direction: string | null }> {
  constructor(direction: string | null) {
    super('upwind-direction-select', { detail: { direction }, bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'upwind-direction-hover': UpwindDirectionHoverEvent;
    'upwind-direction-select': UpwindDirectionSelectEvent;
  }
}
