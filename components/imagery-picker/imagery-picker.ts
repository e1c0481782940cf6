import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { formStyles } from '../shared/form-styles.ts';
import { icon } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';
import { SessionElement } from '../shared/session-element.ts';
import type { ImagerySpec, SessionState } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';

const PRESETS = ['demo', 'naip', 'usgs', 'esri', 'xyz', 'wms', 'google'] as const;
type Preset = (typeof PRESETS)[number];

/**
 * Which aerial pictures are looked at, under whose terms.
 * @summary Imagery source picker.
 */
@customElement('upwind-imagery-picker')
export class UpwindImageryPicker extends SessionElement {
  static override styles = [tokens, base, formStyles];
  protected override readonly watches: readonly (keyof SessionState)[] = ['settings', 'imagery'];

  /** What the list shows while a service still lacks its address, or Google its reason. */
  @state() private picked: Preset | null = null;
  @query('#url') private urlField!: HTMLInputElement | null;
  @query('#zoom') private zoomField!: HTMLInputElement | null;
  @query('#layers') private layersField!: HTMLInputElement | null;

  override render(): TemplateResult | typeof nothing {
    const state = this.session?.state;
    if (!state) return nothing;
    const spec = state.settings.imagery;
    const shown = this.picked ?? (spec.id as Preset);
    const inUse = shown === spec.id;
    return html`<div class="stack">
      <div>
        <label for="source">${t('imagery.source')}</label>
        <select id="source" class="field" @change=${(event: Event) => this.#pick(event)}>
          ${PRESETS.map(
            (id) =>
              html`<option value=${id} ?selected=${shown === id}>${t(`imagery.${id}`)}</option>`,
          )}
        </select>
      </div>
      ${shown === 'xyz' || shown === 'wms' ? this.#address(shown, inUse ? spec : null) : nothing}
      ${
        shown === 'google'
          ? html`<p class="state">${icon('info')} ${t('imagery.google.why')}</p>`
          : nothing
      }
      ${inUse ? this.#terms(state.imagery) : nothing}
    </div>`;
  }

  #terms({ source, message }: SessionState['imagery']) {
    if (message) return html`<p class="state bad" role="alert">${icon('warning')} ${message}</p>`;
    if (!source) return nothing;
    return html`<p class="state small">
      ${icon(source.synthetic ? 'warning' : 'info')}
      <span>
        ${source.synthetic ? html`<strong>${t('imagery.synthetic')}</strong> ` : nothing}
        ${source.terms.summary} ${source.terms.exportAllowed ? nothing : t('imagery.noexport')}
        ${
          source.terms.url
            ? html`<a href=${source.terms.url} target="_blank" rel="noopener"
                >${t('imagery.terms')}</a
              >`
            : nothing
        }
      </span>
    </p>`;
  }

  #address(kind: 'xyz' | 'wms', spec: ImagerySpec | null) {
    return html`<form class="stack" @submit=${(event: Event) => this.#use(event, kind)}>
      <div>
        <label for="url">${t(kind === 'xyz' ? 'imagery.url' : 'imagery.wms.url')}</label>
        <input
          id="url"
          class="field"
          type="text"
          spellcheck="false"
          autocomplete="off"
          required
          placeholder=${kind === 'xyz' ? 'https://…/{z}/{x}/{y}.png' : 'https://…/wms'}
          .value=${spec?.url ?? ''}
          aria-describedby="key-hint"
        />
        <p class="hint" id="key-hint">${t('imagery.key')}</p>
      </div>
      <div class="pair">
        ${
          kind === 'xyz'
            ? html`<div>
                <label for="zoom">${t('imagery.maxzoom')}</label>
                <input
                  id="zoom"
                  class="field"
                  type="number"
                  min="0"
                  max="24"
                  .value=${String(spec?.maxZoom ?? 19)}
                />
              </div>`
            : html`<div>
                <label for="layers">${t('imagery.layers')}</label>
                <input
                  id="layers"
                  class="field"
                  type="text"
                  required
                  .value=${spec?.layers ?? ''}
                />
              </div>`
        }
        <button class="button">${t('imagery.use')}</button>
      </div>
    </form>`;
  }

  #pick(event: Event): void {
    const id = (event.target as HTMLSelectElement).value as Preset;
    const inUse = this.session?.state.settings.imagery.id;
    this.picked = id === inUse ? null : id;
    if (id === 'xyz' || id === 'wms' || id === 'google' || id === inUse) return;
    this.picked = null;
    void this.session?.change({ imagery: { id } });
  }

  #use(event: Event, kind: 'xyz' | 'wms'): void {
    event.preventDefault();
    const url = this.urlField?.value.trim() ?? '';
    const imagery: ImagerySpec =
      kind === 'xyz'
        ? { id: kind, url, maxZoom: Number(this.zoomField?.value ?? 19) }
        : { id: kind, url, layers: this.layersField?.value.trim() ?? '' };
    this.picked = null;
    void this.session?.change({ imagery });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-imagery-picker': UpwindImageryPicker;
  }
}
