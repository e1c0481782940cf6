import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { looksLikePlace, parsePlace } from '../../src/site/place.ts';
import { parseHeight } from '../../src/site/height.ts';
import type { LngLat } from '../../src/site/lng-lat.ts';
import { heightText, placeText } from '../shared/format.ts';
import { icon } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';
import { SessionElement } from '../shared/session-element.ts';
import type { RunState, SessionState } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';
import { UpwindPickEvent } from '../upwind-map/upwind-map.events.ts';
import { siteFormStyles } from './site-form.styles.ts';

/**
 * Where the building stands, how tall it is, and the button that starts.
 * @summary Site, height, run and its progress.
 * @event {UpwindPickEvent} upwind-pick - a place was typed or chosen among those found
 * @csspart form - the whole of it
 * @csspart start - button that starts, repeats or cancels
 * @csspart progress - bar and words of a run
 */
@customElement('upwind-site-form')
export class UpwindSiteForm extends SessionElement {
  static override styles = [tokens, base, siteFormStyles];

  /** Says where an address search is switched on, after the words that it is off. */
  @property({ attribute: false }) searchHelp = '';
  @state() private placeError = '';
  @state() private heightError = '';
  /** The address service is looking. */
  @state() private asking = false;
  @state() private hits: { name: string; at: LngLat }[] = [];
  @query('#place') private placeField!: HTMLInputElement;
  @query('#height') private heightField!: HTMLInputElement;
  #searching: AbortController | null = null;
  /** What the service is asked, or the hits on show answer. */
  #asked = '';

  protected override readonly watches: readonly (keyof SessionState)[] = [
    'site',
    'settings',
    'run',
    'stale',
    'result',
    'model',
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#searching?.abort();
  }

  /** Puts the cursor into the search field. */
  focusSearch(): void {
    this.placeField?.focus();
  }

  override render(): TemplateResult | typeof nothing {
    const { session } = this;
    if (!session) return nothing;
    const { state } = session;
    const { site, settings, run } = state;
    const geocoder = settings.geocoderUrl !== null;
    return html`<form part="form" @submit=${(event: Event) => this.#submit(event)} novalidate>
      <div class="search">
        <label class="visually-hidden" for="place">
          ${geocoder ? t('site.search.address') : t('site.search')}
        </label>
        ${icon('search')}
        <input
          id="place"
          class="field number"
          type="text"
          inputmode="text"
          autocomplete="off"
          spellcheck="false"
          placeholder=${geocoder ? t('site.search.address') : t('site.search')}
          .value=${site ? (site.name ?? `${site.at.lat.toFixed(5)}, ${site.at.lng.toFixed(5)}`) : ''}
          aria-invalid=${this.placeError ? 'true' : nothing}
          aria-describedby=${this.placeError ? 'place-error' : nothing}
          @keydown=${(event: KeyboardEvent) => {
            if (event.key === 'Enter') {
              event.preventDefault();
              void this.#search();
            }
          }}
          @change=${() => void this.#search()}
        />
        ${
          this.placeError
            ? html`<p class="error" id="place-error" role="alert">${this.placeError}</p>`
            : nothing
        }
        <p class="visually-hidden" role="status">
          ${this.hits.length > 0 ? t('site.search.found', { count: this.hits.length }) : nothing}
        </p>
        ${this.asking ? html`<p class="asking" role="status">${t('site.search.asking')}</p>` : nothing}
        ${
          this.hits.length > 0
            ? html`<ul class="hits">
                ${this.hits.map(
                  (hit) =>
                    html`<li>
                      <button type="button" @click=${() => this.#take(hit.at, hit.name)}>
                        ${hit.name}
                      </button>
                    </li>`,
                )}
              </ul>`
            : nothing
        }
      </div>
      <div class="row">
        <div>
          <label for="height">${t('site.height')}</label>
          <div class="height">
            <input
              id="height"
              class="field number"
              type="text"
              inputmode="decimal"
              autocomplete="off"
              .value=${heightText(session.heightFt, settings.unit)}
              aria-invalid=${this.heightError ? 'true' : nothing}
              aria-describedby=${this.heightError ? 'height-error' : nothing}
              @change=${() => this.#readHeight()}
            />
            <div class="units" role="group" aria-label=${t('site.unit')}>
              ${(['ft', 'm'] as const).map(
                (unit) =>
                  html`<button
                    type="button"
                    aria-pressed=${settings.unit === unit}
                    @click=${() => void this.session?.change({ unit })}
                  >
                    ${unit}
                  </button>`,
              )}
            </div>
          </div>
        </div>
        ${this.#action(state)}
      </div>
      ${
        this.heightError
          ? html`<p class="error" id="height-error" role="alert">${this.heightError}</p>`
          : nothing
      }
      ${this.#progress(run)}
    </form>`;
  }

  #action({ site, run, result, stale }: SessionState) {
    if (run.phase === 'running' || run.phase === 'loading-model') {
      return html`<button
        part="start"
        class="button go"
        type="button"
        @click=${() => this.session?.cancel()}
      >
        ${t('site.cancel')}
      </button>`;
    }
    const again = result !== null && !stale;
    return html`<button part="start" class="button go ${again ? '' : 'primary'}" ?disabled=${!site}>
      ${again ? t('site.again') : t('site.analyse')}
    </button>`;
  }

  #progress(run: RunState) {
    if (run.phase === 'loading-model') {
      const { model } = this.session!.state;
      const loading = model.status === 'loading' ? model : null;
      return html`<div class="progress" part="progress">
        ${
          loading?.total
            ? html`<progress
                aria-label=${t('site.loading')}
                max=${loading.total}
                value=${loading.loaded}
              ></progress>`
            : html`<progress aria-label=${t('site.loading')}></progress>`
        }
        <p class="status">${t(loading?.label || 'site.loading')}</p>
      </div>`;
    }
    if (run.phase !== 'running') return nothing;
    return html`<div class="progress" part="progress">
      <progress
        aria-label=${t('site.progress')}
        max=${Math.max(1, run.total)}
        value=${run.done}
      ></progress>
      <p class="status number">
        <span>${t('site.progress.tiles', { done: run.done, total: run.total })}</span>
      </p>
    </div>`;
  }

  #submit(event: Event): void {
    event.preventDefault();
    if (this.#readHeight()) void this.session?.analyse();
  }

  #readHeight(): boolean {
    const unit = this.session?.state.settings.unit ?? 'ft';
    const text = this.heightField.value.trim();
    try {
      // A bare number is in the unit shown beside it.
      const heightFt = parseHeight(text, { bareUnit: unit });
      this.heightError = '';
      if (text !== heightText(this.session?.heightFt ?? 25, unit)) {
        this.session?.setHeightFt(heightFt);
      }
      return true;
    } catch (error) {
      this.heightError = (error as Error).message;
      return false;
    }
  }

  async #search(): Promise<void> {
    const text = this.placeField.value.trim();
    const { site, settings } = this.session!.state;
    const shown = site && (site.name ?? `${site.at.lat.toFixed(5)}, ${site.at.lng.toFixed(5)}`);
    // Leaving the field to press one of the hits must not take them away.
    if ((this.asking || this.hits.length > 0) && text === this.#asked) return;
    this.placeError = '';
    this.hits = [];
    if (text === '' || text === shown) return;
    this.#searching?.abort();
    this.asking = false;
    if (looksLikePlace(text) || settings.geocoderUrl === null) {
      try {
        this.#take(parsePlace(text), null);
      } catch (error) {
        this.placeError = looksLikePlace(text)
          ? (error as Error).message
          : `${t('site.search.nogeocoder')} ${this.searchHelp}`.trim();
      }
      return;
    }
    const searching = (this.#searching = new AbortController());
    this.asking = true;
    this.#asked = text;
    try {
      const { geocode } = await import('../shared/geocode.ts');
      const hits = await geocode(settings.geocoderUrl, text, searching.signal);
      if (searching.signal.aborted) return;
      this.hits = hits;
      if (hits.length === 0) this.placeError = t('site.search.nothing', { text });
    } catch (error) {
      if (!searching.signal.aborted) this.placeError = (error as Error).message;
    } finally {
      if (this.#searching === searching) this.asking = false;
    }
  }

  #take(at: LngLat, name: string | null): void {
    this.hits = [];
    this.session?.setSite(at, name);
    this.placeField.value = name ?? `${at.lat.toFixed(5)}, ${at.lng.toFixed(5)}`;
    this.placeField.title = placeText(at);
    this.dispatchEvent(new UpwindPickEvent(at, 'search'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-site-form': UpwindSiteForm;
  }
}
