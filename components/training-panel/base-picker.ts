import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { formStyles } from '../shared/form-styles.ts';
import { t } from '../shared/localize.ts';
import type { ModelRef } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';
import { TrainingElement } from './training-element.ts';
import { trainStyles } from './training-panel.styles.ts';

/** Another base model was chosen. */
export class BaseEvent extends CustomEvent<ModelRef> {
  constructor(ref: ModelRef) {
    super('base', { detail: ref });
  }
}

export const keyOf = (ref: ModelRef): string =>
  ref.kind === 'url'
    ? `url ${ref.url}`
    : ref.kind === 'files'
      ? `files ${ref.name}`
      : `${ref.kind} ${ref.id}`;

export const refName = (ref: ModelRef): string => (ref.kind === 'hub' ? ref.id : ref.name);

/**
 * The model that a run starts from.
 * @summary Base model of a run.
 * @event {BaseEvent} base - another one was chosen
 */
@customElement('upwind-train-base')
export class UpwindTrainBase extends TrainingElement {
  static override styles = [tokens, base, formStyles, trainStyles];

  @property({ attribute: false }) ref: ModelRef | null = null;
  @property({ attribute: false }) onMap: ModelRef | null = null;
  @property({ attribute: false }) bundled: ModelRef | null = null;
  @state() private hub = false;

  override render() {
    const options = this.#options;
    const key = this.hub ? 'hub' : this.ref ? keyOf(this.ref) : '';
    return html`<div>
      <label for="base">${t('train.base')}</label>
      <select id="base" class="field" @change=${this.#onChange}>
        ${key === '' ? html`<option value="" selected disabled>–</option>` : nothing}
        ${options.map(
          ([ref, words]) =>
            html`<option value=${keyOf(ref)} ?selected=${keyOf(ref) === key}>${words}</option>`,
        )}
        <option value="hub" ?selected=${key === 'hub'}>${t('train.base.hub')}</option>
        <option value="files">${t('train.base.files')}</option>
      </select>
      <input
        class="visually-hidden"
        id="zip"
        type="file"
        accept=".zip"
        tabindex="-1"
        aria-hidden="true"
        @change=${this.#onFile}
      />
      ${
        this.hub
          ? html`<form class="pair" @submit=${this.#onHub}>
              <input
                class="field"
                name="id"
                placeholder="owner/name"
                spellcheck="false"
                autocomplete="off"
                aria-label=${t('train.base.hub.label')}
              />
              <button class="button">${t('train.data.hub.load')}</button>
            </form>`
          : nothing
      }
    </div>`;
  }

  get #options(): [ModelRef, string][] {
    const options = new Map<string, [ModelRef, string]>();
    const add = (ref: ModelRef | null, words: (name: string) => string) => {
      if (ref && !options.has(keyOf(ref))) options.set(keyOf(ref), [ref, words(refName(ref))]);
    };
    add(this.onMap, (name) => t('train.base.map', { name }));
    add(this.bundled, (name) => t('train.base.bundled', { name }));
    for (const { id, name } of this.now.models) add({ kind: 'stored', id, name }, (n) => n);
    add(this.ref, (name) => t('train.base.chosen', { name }));
    return [...options.values()];
  }

  readonly #onChange = (event: Event): void => {
    const select = event.target as HTMLSelectElement;
    this.hub = select.value === 'hub';
    if (select.value === 'files') {
      // The choice shows once a file is there; until then the former one stands.
      this.requestUpdate();
      this.renderRoot.querySelector<HTMLInputElement>('#zip')!.click();
      return;
    }
    const found = this.#options.find(([ref]) => keyOf(ref) === select.value);
    if (found) this.dispatchEvent(new BaseEvent(found[0]));
  };

  readonly #onFile = (event: Event): void => {
    const [file] = (event.target as HTMLInputElement).files ?? [];
    if (file) this.dispatchEvent(new BaseEvent({ kind: 'files', files: [file], name: file.name }));
  };

  readonly #onHub = (event: SubmitEvent): void => {
    event.preventDefault();
    const id = String(new FormData(event.target as HTMLFormElement).get('id') ?? '').trim();
    if (!id) return;
    this.hub = false;
    this.dispatchEvent(new BaseEvent({ kind: 'hub', id }));
  };
}
