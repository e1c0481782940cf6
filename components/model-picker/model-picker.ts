import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { percent } from '../shared/format.ts';
import { formStyles } from '../shared/form-styles.ts';
import { icon } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';
import { SessionElement } from '../shared/session-element.ts';
import type {
  ModelRef,
  ModelState,
  SessionState,
  Settings,
  StoredModelRef,
} from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';
import { filesOfDrop } from '../../src/platform/browser/dropped-files.ts';

const BACKENDS = ['webgpu', 'wasm', 'cpu'] as const;

/**
 * Which checkpoint reads the tiles: the page's own, one from the Hugging Face Hub, or a folder or
 * zip from this device.
 * @summary Model picker.
 */
@customElement('upwind-model-picker')
export class UpwindModelPicker extends SessionElement {
  static override styles = [tokens, base, formStyles];
  protected override readonly watches: readonly (keyof SessionState)[] = ['settings', 'model'];

  @state() private over = false;
  @state() private bundled: ModelRef | null = null;
  @state() private stored: StoredModelRef[] = [];
  /** Counts choices: a folder takes a while to list, and another may be chosen meanwhile. */
  #choices = 0;
  @query('#hub') private hubField!: HTMLInputElement;
  @query('#folder') private folderField!: HTMLInputElement;
  @query('#zip') private zipField!: HTMLInputElement;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.updateComplete.then(async () => {
      this.bundled = (await this.session?.bundledModel()) ?? null;
    });
  }

  /** Models come and go here, in the training panel and in other tabs. */
  async #lookForStored(): Promise<void> {
    const found = (await this.session?.storedModels()) ?? [];
    if (JSON.stringify(found) !== JSON.stringify(this.stored)) this.stored = found;
  }

  protected override sessionChanged(): void {
    void this.#lookForStored();
  }

  override render(): TemplateResult | typeof nothing {
    const session = this.session;
    if (!session) return nothing;
    const { model, settings } = session.state;
    const ref = 'ref' in model ? model.ref : settings.model;
    return html`<div class="stack" @focusin=${() => void this.#lookForStored()}>
      ${this.#state(model)}
      ${
        this.bundled && ref && ref.kind !== 'url'
          ? html`<button class="button" @click=${() => this.#use(this.bundled!)}>
              ${t('model.bundled.use', { name: nameOf(this.bundled) })}
            </button>`
          : nothing
      }
      ${this.#onDevice(ref)}
      <form
        @submit=${(event: Event) => {
          event.preventDefault();
          const id = this.hubField.value.trim();
          if (id) this.#use({ kind: 'hub', id });
        }}
      >
        <label for="hub">${t('model.hub')}</label>
        <div class="pair">
          <input
            id="hub"
            class="field"
            type="text"
            spellcheck="false"
            autocomplete="off"
            placeholder="owner/name"
            .value=${settings.model?.kind === 'hub' ? settings.model.id : ''}
            list="known"
          />
          <button class="button">${t('model.load')}</button>
        </div>
        <datalist id="known">
          <option value="sh-zheng/vit-base-patch16-224-in21k-fintuned-SurfaceRoughness"></option>
          <option value="google/vit-base-patch16-224-in21k"></option>
          <option value="WinKawaks/vit-tiny-patch16-224"></option>
        </datalist>
        <p class="hint">${t('model.hub.hint')}</p>
      </form>
      <div
        class="drop ${this.over ? 'over' : ''}"
        @dragover=${(event: DragEvent) => {
          event.preventDefault();
          this.over = true;
        }}
        @dragleave=${() => (this.over = false)}
        @drop=${(event: DragEvent) => void this.#drop(event)}
      >
        <p class="small">${t('model.drop')}</p>
        <div class="buttons">
          <button class="button" @click=${() => this.folderField.click()}>
            ${t('model.folder')}
          </button>
          <button class="button" @click=${() => this.zipField.click()}>${t('model.zip')}</button>
        </div>
        <input id="folder" type="file" webkitdirectory hidden @change=${this.#chosen} />
        <input id="zip" type="file" accept=".zip" hidden @change=${this.#chosen} />
      </div>
      <div>
        <label for="backend">${t('model.backend')}</label>
        <select
          id="backend"
          class="field"
          @change=${(event: Event) => {
            const value = (event.target as HTMLSelectElement).value;
            void this.session?.useBackend((value || null) as Settings['backend']);
          }}
        >
          <option value="" ?selected=${settings.backend === null}>
            ${t('model.backend.auto')}
          </option>
          ${BACKENDS.map(
            (id) =>
              html`<option value=${id} ?selected=${settings.backend === id}>
                ${t(`model.backend.${id}`)}
              </option>`,
          )}
        </select>
      </div>
    </div>`;
  }

  /** Dropped in or trained here before. */
  #onDevice(ref: ModelRef | null) {
    if (this.stored.length === 0) return nothing;
    const inUse = ref?.kind === 'stored' ? ref.id : '';
    return html`<div>
      <label for="stored">${t('model.stored')}</label>
      <select id="stored" class="field" @change=${(event: Event) => this.#useStored(event)}>
        ${inUse ? nothing : html`<option value="" selected>${t('model.stored.choose')}</option>`}
        ${this.stored.map(
          ({ id, name }) => html`<option value=${id} ?selected=${id === inUse}>${name}</option>`,
        )}
      </select>
    </div>`;
  }

  #useStored(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    const ref = this.stored.find(({ id }) => id === value);
    if (ref) this.#use(ref);
  }

  #state(model: ModelState) {
    if (model.status === 'none') {
      const chosen = this.session?.state.settings.model;
      if (chosen) {
        return html`<p class="state">
          ${icon('model')} ${t('model.chosen', { name: nameOf(chosen) })}
        </p>`;
      }
      return this.bundled
        ? html`<p class="state">
            ${icon('model')} ${t('model.bundled', { name: nameOf(this.bundled) })}
          </p>`
        : html`<p class="state">${icon('warning')} ${t('model.none')}</p>`;
    }
    if (model.status === 'failed') {
      return html`<p class="state bad" role="alert">${icon('warning')} ${model.message}</p>`;
    }
    if (model.status === 'loading') {
      const share = model.total ? percent(model.loaded / model.total) : '';
      return html`<p class="state">
        ${icon('model')} ${t('model.loading', { name: nameOf(model.ref) })} ${share}
      </p>`;
    }
    const { info, backend } = model;
    return html`<p class="state small">
      ${icon('check')}
      <span>
        <strong>${info.id}</strong><br />
        ${t('model.facts', {
          layers: info.layers,
          width: info.hiddenSize,
          labels: info.labels.join(', '),
        })}<br />
        ${t('model.runs', {
          backend: backend.name,
          detail: [backend.detail, backend.threads].filter(Boolean).join(', '),
        })}
        ${backend.rejected.map(({ name, reason }) => t('model.rejected', { name, reason }))}
        ${model.notKept ? html`<br />${t('model.notkept', { why: model.notKept })}` : nothing}
        ${info.trained ? nothing : html`<br /><strong>${t('model.untrained')}</strong>`}
      </span>
    </p>`;
  }

  #use(ref: ModelRef): void {
    this.#choices++;
    void this.session?.useModel(ref);
  }

  readonly #chosen = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    const files = [...(field.files ?? [])];
    field.value = '';
    if (files.length > 0) this.#use({ kind: 'files', files, name: folderName(files) });
  };

  async #drop(event: DragEvent): Promise<void> {
    event.preventDefault();
    this.over = false;
    if (!event.dataTransfer) return;
    const choice = ++this.#choices;
    const files = await filesOfDrop(event.dataTransfer);
    if (files.length > 0 && choice === this.#choices)
      this.#use({ kind: 'files', files, name: folderName(files) });
  }
}

/** `my-model` for `my-model/config.json`; a lone file's own name. */
const folderName = (files: File[]): string =>
  files[0]?.webkitRelativePath.split('/')[0] ||
  (files.length === 1 && files[0]?.name) ||
  t('model.dropped');

export const nameOf = (ref: ModelRef): string => (ref.kind === 'hub' ? ref.id : ref.name);

declare global {
  interface HTMLElementTagNameMap {
    'upwind-model-picker': UpwindModelPicker;
  }
}
