/** The end of a stretch was moved on the strip. */
export class UpwindBreakMoveEvent extends CustomEvent<{ segment: number; atM: number }> {
  constructor(segment: number, atM: number) {
    super('upwind-break-move', { detail: { segment, atM }, bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'upwind-break-move': UpwindBreakMoveEvent;
  }
}
