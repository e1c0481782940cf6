import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { StoredCheckpoint } from '../../src/platform/browser/checkpoint-store.ts';
import { formStyles } from '../shared/form-styles.ts';
import { t } from '../shared/localize.ts';
import { base, tokens } from '../shared/tokens.ts';
import { canWriteFolder } from './folder-picker.ts';
import type { Dtype } from './save-model.ts';
import { TrainingElement } from './training-element.ts';
import { UpwindUseModelEvent } from './training-panel.events.ts';
import { trainStyles } from './training-panel.styles.ts';
import { bytesText, whenText } from './words.ts';

/**
 * Models kept on this device: use, rename, download, delete.
 * @summary Stored models.
 * @event {UpwindUseModelEvent} upwind-use-model - a model is to be used on the map
 */
@customElement('upwind-train-models')
export class UpwindTrainModels extends TrainingElement {
  static override styles = [tokens, base, formStyles, trainStyles];

  /** Checkpoint that the map uses. */
  @property({ attribute: false }) inUse: string | null = null;
  @state() private renaming: string | null = null;
  @state() private removing: string | null = null;
  @state() private dtype: Dtype = 'F32';

  override render() {
    const { models } = this.now;
    return html`<section aria-label=${t('train.models')}>
      <h3>${t('train.models')}</h3>
      ${
        models.length === 0
          ? html`<p class="muted">${t('train.models.none')}</p>`
          : html`<ul class="models">
                ${models.map((model) => this.#model(model))}
              </ul>
              <p class="row small">
                <label for="dtype" class="small">${t('train.models.dtype')}</label>
                <select
                  id="dtype"
                  class="field grow"
                  @change=${(event: Event) =>
                    (this.dtype = (event.target as HTMLSelectElement).value as Dtype)}
                >
                  ${(['F32', 'F16'] as const).map(
                    (dtype) =>
                      html`<option value=${dtype}>${t(`train.models.dtype.${dtype}`)}</option>`,
                  )}
                </select>
              </p>`
      }
    </section>`;
  }

  #model(model: StoredCheckpoint) {
    const { id, name, bytes, saved } = model;
    if (this.renaming === id) return this.#renaming(model);
    const used = this.inUse === id;
    return html`<li>
      <span class="name">${name}</span>
      <span class="small muted"
        >${t('train.models.size', { size: bytesText(bytes), when: whenText(saved) })}</span
      >
      <div class="row" role="group" aria-label=${t('train.models.actions', { name })}>
        <button
          class="button"
          ?disabled=${used}
          @click=${() => this.dispatchEvent(new UpwindUseModelEvent({ id, name }))}
        >
          ${used ? t('train.used') : t('train.models.use')}
        </button>
        <button class="button quiet" @click=${() => this.#rename(id)}>
          ${t('train.models.rename')}
        </button>
        <button
          class="button quiet"
          aria-label=${t('train.models.export.label', { name })}
          @click=${() => void this.#save(id, false)}
        >
          ${t('train.models.export')}
        </button>
        ${
          canWriteFolder()
            ? html`<button
                class="button quiet"
                aria-label=${t('train.models.folder.label', { name })}
                @click=${() => void this.#save(id, true)}
              >
                ${t('train.models.folder')}
              </button>`
            : nothing
        }
        <button
          class="button quiet"
          aria-label=${t('train.models.remove.label', { name })}
          @click=${() => this.#remove(id)}
          @blur=${() => (this.removing = null)}
        >
          ${
            this.removing !== id
              ? t('train.models.remove')
              : t(used ? 'train.models.remove.used' : 'train.models.remove.sure')
          }
        </button>
      </div>
    </li>`;
  }

  #renaming({ id, name }: StoredCheckpoint) {
    return html`<li>
      <form
        class="pair"
        @submit=${(event: SubmitEvent) => {
          event.preventDefault();
          const typed = new FormData(event.target as HTMLFormElement).get('name');
          const next = String(typed ?? '').trim();
          this.renaming = null;
          if (next && next !== name) void this.training?.renameModel(id, next);
        }}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === 'Escape') this.renaming = null;
        }}
      >
        <input
          class="field"
          name="name"
          maxlength="80"
          aria-label=${t('train.models.rename.label', { name })}
          .value=${name}
        />
        <button class="button">${t('train.models.rename.go')}</button>
      </form>
    </li>`;
  }

  #rename(id: string): void {
    this.renaming = id;
    void this.updateComplete.then(() => {
      this.renderRoot.querySelector<HTMLInputElement>('input[name=name]')?.select();
    });
  }

  /** Asks by changing the button; a second press deletes. */
  #remove(id: string): void {
    if (this.removing !== id) {
      this.removing = id;
      return;
    }
    this.removing = null;
    void this.training?.removeModel(id);
  }

  async #save(id: string, folder: boolean): Promise<void> {
    try {
      const { downloadModel, writeModelFolder } = await import('./save-model.ts');
      const files = await this.training!.modelFiles(id);
      await (folder ? writeModelFolder : downloadModel)(files, this.dtype);
    } catch (error) {
      if ((error as Error).name !== 'AbortError') this.training?.say(error);
    }
  }
}
