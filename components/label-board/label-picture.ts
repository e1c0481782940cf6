import { LitElement, css, html, nothing } from 'lit';
import type { PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

/** Pictures held ready, most recent last; each is a few tens of kilobytes. */
const READY = new Map<string, string>();
const MOST_READY = 600;

/** Reads a label's or a candidate's PNG. */
export type PictureSource = (id: string) => Promise<Uint8Array | null>;

/**
 * The picture of one label, read from the store when it comes into being.
 * @summary Tile picture by label id.
 */
@customElement('upwind-label-picture')
export class UpwindLabelPicture extends LitElement {
  static override styles = css`
    :host {
      display: block;
      aspect-ratio: 1;
      background: var(--_sunken);
      overflow: hidden;
    }
    img {
      display: block;
      width: 100%;
      height: 100%;
      object-fit: cover;
    }
  `;

  @property({ attribute: 'label-id' }) labelId = '';
  @property() alt = '';
  @property({ attribute: false }) source: PictureSource | null = null;
  @state() private url: string | null = null;

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('labelId') && !changed.has('source')) return;
    this.url = READY.get(this.labelId) ?? null;
    if (!this.url && this.labelId && this.source) void this.#read(this.labelId);
  }

  async #read(id: string): Promise<void> {
    const png = await this.source?.(id).catch(() => null);
    if (!png) return;
    const url = READY.get(id) ?? URL.createObjectURL(new Blob([png as Uint8Array<ArrayBuffer>]));
    READY.delete(id);
    READY.set(id, url);
    for (const [old, oldUrl] of READY) {
      if (READY.size <= MOST_READY) break;
      READY.delete(old);
      URL.revokeObjectURL(oldUrl);
    }
    if (id === this.labelId) this.url = url;
  }

  override render() {
    return this.url ? html`<img src=${this.url} alt=${this.alt} draggable="false" />` : nothing;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-label-picture': UpwindLabelPicture;
  }
}
