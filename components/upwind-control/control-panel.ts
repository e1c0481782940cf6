import { html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import '../imagery-picker/imagery-picker.ts';
import '../label-board/tile-label.ts';
import '../model-picker/model-picker.ts';
import '../result-panel/result-panel.ts';
import '../rules-form/rules-form.ts';
import { icon } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';
import { SessionElement } from '../shared/session-element.ts';
import type { SessionState } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';
import '../site-form/site-form.ts';
import '../tile-card/tile-card.ts';
import { TileCursor } from '../upwind-map/tile-cursor.ts';
import { controlPanelStyles } from './control-panel.styles.ts';

/**
 * What `UpwindControl` opens over the host's map: site, answer, tile, settings.
 * @summary Panel of the map control.
 * @event {Event} upwind-panel-close - the close button or Escape was pressed
 * @csspart panel - the whole of it
 */
@customElement('upwind-control-panel')
export class UpwindControlPanel extends SessionElement {
  static override styles = [tokens, base, controlPanelStyles];
  protected override readonly watches: readonly (keyof SessionState)[] = [
    'site',
    'imagery',
    'result',
    'run',
    'selection',
  ];

  /** Side of the map that the button is on. */
  @property({ reflect: true }) side: 'left' | 'right' = 'right';
  /** The map is too narrow for a panel beside it. */
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private cursorText = '';
  @query('.close') private closeButton!: HTMLButtonElement;

  #cursor = new TileCursor({
    session: () => this.session,
    say: (words) => (this.cursorText = words),
  });

  /** Takes the focus, as what a button has opened does. */
  override focus(): void {
    void this.updateComplete.then(() => this.closeButton.focus());
  }

  override render() {
    const state = this.session?.state;
    if (!state) return nothing;
    const attribution = state.imagery.source?.attribution;
    return html`<section
      part="panel"
      aria-label=${t('control.panel')}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === 'Escape' && !event.defaultPrevented) this.#close();
      }}
    >
      <header>
        <h2>${t('control.panel')}</h2>
        <button
          class="button quiet icon close"
          aria-label=${t('control.close')}
          title=${t('control.close')}
          @click=${() => this.#close()}
        >
          ${icon('close')}
        </button>
      </header>
      <div class="scroll">
        <upwind-site-form></upwind-site-form>
        ${state.site ? nothing : html`<p class="hint">${icon('info')} ${t('control.hint')}</p>`}
        ${state.tiles.length > 0 ? this.#tiles() : nothing}
        ${
          state.selection.tileId
            ? html`<upwind-tile-card><upwind-tile-label></upwind-tile-label></upwind-tile-card>`
            : nothing
        }
        <upwind-result></upwind-result>
        <details>
          <summary>${t('control.settings')}</summary>
          <upwind-imagery-picker></upwind-imagery-picker>
          <upwind-model-picker></upwind-model-picker>
          <upwind-rules></upwind-rules>
        </details>
        ${
          attribution
            ? html`<p class="small muted">${t('control.imagery', { attribution })}</p>`
            : nothing
        }
      </div>
    </section>`;
  }

  /** The host's map has keys of its own; the way over the tiles by keyboard is here. */
  #tiles() {
    return html`<div
        class="tiles"
        data-upwind-tiles
        role="application"
        tabindex="0"
        aria-label=${t('map.cursor')}
        aria-describedby="tiles-hint"
        @focus=${() => this.#cursor.enter()}
        @blur=${() => this.#cursor.leave()}
        @keydown=${(event: KeyboardEvent) => {
          // With no tile open, Escape closes the panel.
          const closes = event.key === 'Escape' && !this.session?.state.selection.tileId;
          if (!closes) this.#cursor.onKey(event);
        }}
      >
        ${icon('target')} <span id="tiles-hint">${t('map.cursor.hint')}</span>
      </div>
      <p class="visually-hidden" aria-live="polite">${this.cursorText}</p>`;
  }

  #close(): void {
    this.dispatchEvent(new Event('upwind-panel-close'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-control-panel': UpwindControlPanel;
  }
}
