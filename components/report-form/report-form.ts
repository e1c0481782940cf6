import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { formStyles } from '../shared/form-styles.ts';
import { t } from '../shared/localize.ts';
import { SessionElement } from '../shared/session-element.ts';
import type { SessionState, Settings } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';

/** Offered, and asked nothing until someone takes one: public services of limited use. */
const SERVICES = [
  'https://nominatim.openstreetmap.org/search?format=jsonv2&q={query}',
  'https://photon.komoot.io/api/?q={query}',
];

/**
 * Title block of the report, and the address service, which is off unless one is named.
 * @summary Report's title block and address search.
 */
@customElement('upwind-report-form')
export class UpwindReportForm extends SessionElement {
  static override styles = [tokens, base, formStyles];
  protected override readonly watches: readonly (keyof SessionState)[] = ['settings'];

  override render(): TemplateResult | typeof nothing {
    const settings = this.session?.state.settings;
    if (!settings) return nothing;
    return html`<div class="stack">
      ${this.#text('project', settings)} ${this.#text('engineer', settings)}
      <div>
        <label for="paper">${t('report.paper')}</label>
        <select
          id="paper"
          class="field"
          @change=${(event: Event) =>
            this.#change({ paper: (event.target as HTMLSelectElement).value as Settings['paper'] })}
        >
          ${(['letter', 'a4'] as const).map(
            (paper) =>
              html`<option value=${paper} ?selected=${settings.paper === paper}>
                ${t(`report.paper.${paper}`)}
              </option>`,
          )}
        </select>
      </div>
      <div>
        <label for="geocoder">${t('report.geocoder')}</label>
        <input
          id="geocoder"
          class="field"
          type="url"
          spellcheck="false"
          autocomplete="off"
          list="services"
          .value=${settings.geocoderUrl ?? ''}
          aria-describedby="geocoder-hint"
          @change=${(event: Event) =>
            this.#change({ geocoderUrl: (event.target as HTMLInputElement).value.trim() || null })}
        />
        <datalist id="services">
          ${SERVICES.map((url) => html`<option value=${url}></option>`)}
        </datalist>
        <p class="hint" id="geocoder-hint">${t('report.geocoder.hint', { query: '{query}' })}</p>
      </div>
    </div>`;
  }

  #text(key: 'project' | 'engineer', settings: Settings) {
    return html`<div>
      <label for=${key}>${t(`report.${key}`)}</label>
      <input
        id=${key}
        class="field"
        type="text"
        autocomplete="off"
        .value=${settings[key]}
        @change=${(event: Event) =>
          this.#change({ [key]: (event.target as HTMLInputElement).value.trim() })}
      />
    </div>`;
  }

  #change(change: Partial<Settings>): void {
    void this.session?.change(change);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-report-form': UpwindReportForm;
  }
}
