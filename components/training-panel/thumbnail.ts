import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { TrainingController } from './training-controller.ts';

/**
 * A picture of the dataset, small.
 * @summary Thumbnail of a training picture.
 */
@customElement('upwind-train-picture')
export class UpwindTrainPicture extends LitElement {
  static override styles = css`
    :host {
      display: block;
      aspect-ratio: 1;
      overflow: hidden;
      border-radius: 6px;
      background: color-mix(in oklab, currentColor 8%, transparent);
    }
    img {
      display: block;
      inline-size: 100%;
      block-size: 100%;
      object-fit: cover;
    }
  `;

  @property({ attribute: false }) training: TrainingController | null = null;
  /** Picture of the open dataset. */
  @property({ attribute: false }) picture = '';
  /** What it shows, for those who do not see it. */
  @property({ attribute: false }) label = '';
  @state() private url = '';
  #shown = '';

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = '';
    this.#shown = '';
  }

  override updated(): void {
    if (this.#shown === this.picture || !this.training || !this.isConnected) return;
    this.#shown = this.picture;
    void this.#load(this.picture);
  }

  async #load(id: string): Promise<void> {
    try {
      const blob = await this.training!.thumbnail(id, 128);
      if (id !== this.picture || !this.isConnected) return;
      if (this.url) URL.revokeObjectURL(this.url);
      this.url = URL.createObjectURL(blob);
    } catch {
      // Another dataset was opened meanwhile; its pictures follow.
      this.#shown = '';
    }
  }

  override render() {
    return this.url ? html`<img src=${this.url} alt=${this.label} />` : html``;
  }
}
