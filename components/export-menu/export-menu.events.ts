/** An export was made and handed to the browser. */
export class UpwindExportEvent extends CustomEvent<{ kind: string; fileName: string }> {
  constructor(kind: string, fileName: string) {
    super('upwind-export', { detail: { kind, fileName }, bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'upwind-export': UpwindExportEvent;
  }
}
