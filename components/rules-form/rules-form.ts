import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { percent } from '../shared/format.ts';
import { formStyles } from '../shared/form-styles.ts';
import { t } from '../shared/localize.ts';
import { SessionElement } from '../shared/session-element.ts';
import type { SessionState, Settings } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';

const TILE_SIZES_M = [150, 250, 500, 1000, 2000, 4000];

/**
 * How the ground is read: edition, tolerance, conservative reading, tile size.
 * @summary Rules of the reading.
 */
@customElement('upwind-rules')
export class UpwindRules extends SessionElement {
  static override styles = [tokens, base, formStyles];
  protected override readonly watches: readonly (keyof SessionState)[] = ['settings', 'model'];

  override render(): TemplateResult | typeof nothing {
    const state = this.session?.state;
    if (!state) return nothing;
    const { edition, tolerance, conservative, tileM } = state.settings;
    const own = state.model.status === 'ready' ? state.model.info.tileM : null;
    return html`<div class="stack">
      <div class="halves">
        <div>
          <label for="edition">${t('rules.edition')}</label>
          <select
            id="edition"
            class="field"
            @change=${(event: Event) =>
              this.#change({ edition: valueOf(event) as Settings['edition'] })}
          >
            ${(['7-22', '7-16'] as const).map(
              (id) => html`<option value=${id} ?selected=${edition === id}>ASCE ${id}</option>`,
            )}
          </select>
        </div>
        <div>
          <label for="tile">${t('rules.tile')}</label>
          <select
            id="tile"
            class="field"
            @change=${(event: Event) => this.#change({ tileM: Number(valueOf(event)) || null })}
          >
            <option value="" ?selected=${tileM === null}>
              ${own ? t('rules.tile.own.size', { size: own }) : t('rules.tile.own')}
            </option>
            ${sizesWith(tileM).map(
              (size) =>
                html`<option value=${size} ?selected=${tileM === size}>
                  ${t('rules.tile.size', { size })}
                </option>`,
            )}
          </select>
        </div>
      </div>
      <div>
        <label for="tolerance">${t('rules.tolerance', { share: percent(tolerance) })}</label>
        <input
          id="tolerance"
          type="range"
          min="0"
          max="0.5"
          step="0.05"
          .value=${String(tolerance)}
          aria-describedby="tolerance-hint"
          aria-valuetext=${percent(tolerance)}
          @change=${(event: Event) => this.#change({ tolerance: Number(valueOf(event)) })}
        />
        <p class="hint" id="tolerance-hint">${t('rules.tolerance.hint')}</p>
      </div>
      <label class="check">
        <input
          type="checkbox"
          .checked=${conservative}
          @change=${(event: Event) =>
            this.#change({ conservative: (event.target as HTMLInputElement).checked })}
        />
        <span>${t('rules.conservative')}</span>
      </label>
    </div>`;
  }

  #change(change: Partial<Settings>): void {
    void this.session?.change(change);
  }
}

/** A link or a page of one's own may have set another size. */
const sizesWith = (tileM: number | null): number[] =>
  [...new Set([...TILE_SIZES_M, ...(tileM === null ? [] : [tileM])])].sort((a, b) => a - b);

const valueOf = (event: Event): string => (event.target as HTMLInputElement).value;

declare global {
  interface HTMLElementTagNameMap {
    'upwind-rules': UpwindRules;
  }
}
