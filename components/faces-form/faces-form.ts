import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { bearingsOf, quarterTurn } from '../../src/site/building-bearings.ts';
import { formStyles } from '../shared/form-styles.ts';
import { t } from '../shared/localize.ts';
import { SessionElement } from '../shared/session-element.ts';
import type { SessionState } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';

const MOST_BEARINGS = 12;

/**
 * Wind directions beside the eight: the four faces of the building, and any others.
 * @summary Bearings that the building adds.
 */
@customElement('upwind-faces')
export class UpwindFaces extends SessionElement {
  static override styles = [tokens, base, formStyles];
  protected override readonly watches: readonly (keyof SessionState)[] = ['site'];
  @state() private error = '';

  override render(): TemplateResult | typeof nothing {
    const site = this.session?.state.site;
    if (!site) return html`<p class="hint">${t('app.hint.start')}</p>`;
    const { facingDeg = null, bearingsDeg = [] } = site;
    return html`<div class="stack">
      <label class="check">
        <input
          type="checkbox"
          .checked=${facingDeg !== null}
          @change=${(event: Event) =>
            this.#change({ facingDeg: (event.target as HTMLInputElement).checked ? 0 : null })}
        />
        <span>${t('faces.on')}</span>
      </label>
      ${
        facingDeg === null
          ? nothing
          : html`<div>
              <label for="facing">${t('faces.facing')}</label>
              <input
                id="facing"
                class="field number"
                type="number"
                min="0"
                max="360"
                step="1"
                .value=${String(facingDeg)}
                aria-describedby="facing-hint"
                @change=${(event: Event) => this.#turn(event.target as HTMLInputElement)}
              />
              <p class="hint" id="facing-hint">
                ${t('faces.four', {
                  list: bearingsOf({ facingDeg, bearingsDeg: [] })
                    .map((deg) => `${deg}°`)
                    .join(', '),
                })}.
                ${t('faces.facing.hint')}
              </p>
            </div>`
      }
      <div>
        <label for="more">${t('faces.more')}</label>
        <input
          id="more"
          class="field number"
          type="text"
          inputmode="decimal"
          autocomplete="off"
          .value=${bearingsDeg.join(', ')}
          aria-invalid=${this.error ? 'true' : nothing}
          aria-describedby=${this.error ? 'more-error' : 'more-hint'}
          @change=${(event: Event) => this.#readMore((event.target as HTMLInputElement).value)}
        />
        <p class="hint" id="more-hint">${t('faces.more.hint')}</p>
        ${
          this.error
            ? html`<p class="error" id="more-error" role="alert">${this.error}</p>`
            : nothing
        }
      </div>
    </div>`;
  }

  #turn(field: HTMLInputElement): void {
    const deg = field.valueAsNumber;
    const facingDeg = Number.isFinite(deg)
      ? quarterTurn(deg)
      : (this.session?.state.site?.facingDeg ?? 0);
    field.value = String(facingDeg);
    this.#change({ facingDeg });
  }

  #readMore(text: string): void {
    const parts = text.split(/[,;\s]+/).filter(Boolean);
    const bearingsDeg = parts.map(Number);
    const bad = bearingsDeg.some((deg) => !Number.isFinite(deg) || deg < 0 || deg >= 360);
    this.error = bad || bearingsDeg.length > MOST_BEARINGS ? t('faces.error') : '';
    if (!this.error) this.#change({ bearingsDeg });
  }

  #change(change: { facingDeg?: number | null; bearingsDeg?: number[] }): void {
    void this.session?.setBearings(change);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-faces': UpwindFaces;
  }
}
