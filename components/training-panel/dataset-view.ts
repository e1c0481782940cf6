import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CheckpointFiles } from '../../src/checkpoint/file-set.ts';
import { filesOfDrop } from '../../src/platform/browser/dropped-files.ts';
import { ROUGHNESS } from '../../src/roughness/category.ts';
import type { Roughness } from '../../src/roughness/category.ts';
import { SPLITS } from '../../src/training/dataset/dataset.ts';
import { formStyles } from '../shared/form-styles.ts';
import { percent } from '../shared/format.ts';
import { icon } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';
import { base, tokens } from '../shared/tokens.ts';
import { chosenDataset, hubDatasetFiles } from './dataset-files.ts';
import './thumbnail.ts';
import type { TrainingState } from './training-controller.ts';
import { TrainingElement } from './training-element.ts';
import { trainStyles } from './training-panel.styles.ts';
import { bytesText } from './words.ts';

const EXAMPLES = 5;

/**
 * Which pictures are trained on: choosing them, and what they are at a glance.
 * @summary Dataset of the training panel.
 */
@customElement('upwind-train-data')
export class UpwindTrainData extends TrainingElement {
  static override styles = [tokens, base, formStyles, trainStyles];

  /** Seed of the split, where one has to be made. */
  @property({ attribute: false }) seed = 42;
  /** True while a run needs the dataset as it is. */
  @property({ type: Boolean }) locked = false;
  @state() private over = false;
  @state() private choosing = false;
  @state() private answers: Record<string, Roughness> = {};

  override render() {
    const { dataset, reading, asking } = this.now;
    return html`<section aria-label=${t('train.data')}>
      <h3>${t('train.data')}</h3>
      ${reading ? this.#reading(reading) : nothing} ${asking ? this.#question(asking) : nothing}
      ${dataset ? this.#glance() : nothing}
      ${!reading && (!dataset || this.choosing) ? this.#chooser() : nothing}
    </section>`;
  }

  #chooser() {
    return html`<div
      class="drop ${this.over ? 'over' : ''}"
      @dragover=${(event: DragEvent) => {
        event.preventDefault();
        this.over = true;
      }}
      @dragleave=${() => (this.over = false)}
      @drop=${(event: DragEvent) => void this.#onDrop(event)}
    >
      <p>${t('train.data.drop')}</p>
      <div class="buttons">
        <label class="button"
          >${t('train.data.file')}<input
            class="visually-hidden"
            id="file"
            type="file"
            multiple
            accept=".zip,.parquet"
            @change=${this.#onChosen}
        /></label>
        <label class="button"
          >${t('train.data.folder')}<input
            class="visually-hidden"
            type="file"
            webkitdirectory
            @change=${this.#onChosen}
        /></label>
      </div>
      <form class="pair wide" @submit=${this.#onHub}>
        <div>
          <label for="hub">${t('train.data.hub')}</label>
          <input
            id="hub"
            name="hub"
            class="field"
            placeholder="sh-zheng/SurfaceRoughness"
            spellcheck="false"
            autocomplete="off"
          />
        </div>
        <button class="button">${t('train.data.hub.load')}</button>
      </form>
    </div>`;
  }

  #reading({ done, total, download }: NonNullable<TrainingState['reading']>) {
    const words = download
      ? t('train.data.download', {
          loaded: bytesText(download.loaded),
          total: bytesText(download.total),
        })
      : t('train.data.reading', { done, total });
    return html`<div class="progress" role="status">
      <progress
        max=${(download?.total ?? total) || 1}
        value=${download?.loaded ?? done}
        aria-label=${t('train.data')}
      ></progress>
      <span class="small number">${words}</span>
      <button class="button" @click=${() => this.training?.stopReading()}>
        ${t('train.data.stop')}
      </button>
    </div>`;
  }

  #question(names: string[]) {
    const complete = names.every((name) => this.answers[name]);
    return html`<form
      class="question"
      @submit=${(event: Event) => {
        event.preventDefault();
        void this.training?.answerClasses(this.answers, this.seed);
      }}
    >
      <p><strong>${t('train.data.ask')}</strong></p>
      ${names.map(
        (name, i) =>
          html`<div class="pair">
            <label for="class-${i}">${t('train.data.ask.one', { name })}</label>
            <select
              id="class-${i}"
              class="field"
              @change=${(event: Event) => {
                const value = (event.target as HTMLSelectElement).value as Roughness;
                this.answers = { ...this.answers, [name]: value };
              }}
            >
              <option value="" ?selected=${!this.answers[name]} disabled>–</option>
              ${ROUGHNESS.map(
                (label) =>
                  html`<option value=${label} ?selected=${this.answers[name] === label}>
                    ${label}
                  </option>`,
              )}
            </select>
          </div>`,
      )}
      <button class="button primary" ?disabled=${!complete}>${t('train.data.ask.go')}</button>
    </form>`;
  }

  #glance() {
    const dataset = this.now.dataset!;
    const { counts, splitMade, skipped, images, name, classes } = dataset;
    const splits = SPLITS.filter((split) => ROUGHNESS.some((label) => counts[split][label] > 0));
    return html`<div class="glance">
      <p class="row">
        <strong>${name}</strong>
        <span class="muted">${t('train.data.count', { count: images.length })}</span>
        ${
          this.locked || this.choosing
            ? nothing
            : html`<button class="button quiet end" @click=${() => (this.choosing = true)}>
                ${t('train.data.change')}
              </button>`
        }
      </p>
      <table class="counts number" aria-label=${t('train.data.table')}>
        <thead>
          <tr>
            <th scope="col">${t('train.data.split')}</th>
            ${ROUGHNESS.map(
              (label) =>
                html`<th scope="col">
                  <span class="chip ${label.toLowerCase()}">${label}</span>
                </th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${splits.map(
            (split) =>
              html`<tr>
                <th scope="row">${t(`train.data.split.${split}`)}</th>
                ${ROUGHNESS.map(
                  (label) =>
                    html`<td class=${counts[split][label] === 0 ? 'none' : ''}>
                      ${counts[split][label]}
                    </td>`,
                )}
              </tr>`,
          )}
        </tbody>
      </table>
      ${
        classes.some(({ name, label }) => name !== label)
          ? html`<p class="hint">
              ${t('train.data.classes', {
                classes: classes.map(({ name, label }) => `${name} → ${label}`).join(', '),
              })}
            </p>`
          : nothing
      }
      ${
        splitMade
          ? html`<p class="hint">
              ${icon('info')}
              ${t(splitMade.byGroup ? 'train.data.made.place' : 'train.data.made.picture', {
                share: percent(splitMade.share),
                seed: splitMade.seed,
              })}
            </p>`
          : nothing
      }
      ${ROUGHNESS.map((label) => this.#examples(label))}
      ${
        skipped.length > 0
          ? html`<details class="skipped">
              <summary>
                ${icon('warning')}
                ${
                  skipped.length === 1
                    ? t('train.data.skipped.one')
                    : t('train.data.skipped', { count: skipped.length })
                }
              </summary>
              <ul>
                ${skipped
                  .slice(0, 200)
                  .map(({ id, reason }) => html`<li><code>${id}</code> ${reason}</li>`)}
              </ul>
            </details>`
          : nothing
      }
    </div>`;
  }

  #examples(label: Roughness) {
    const of = this.now.dataset!.images.filter((image) => image.label === label);
    if (of.length === 0) return nothing;
    // Spread over the whole list, so that one place does not stand for all.
    const step = Math.max(1, Math.floor(of.length / EXAMPLES));
    const shown = of.filter((_, i) => i % step === 0).slice(0, EXAMPLES);
    return html`<div
      class="examples"
      role="group"
      aria-label=${t('train.data.examples', { label })}
    >
      <span class="chip ${label.toLowerCase()}" aria-hidden="true">${label}</span>
      ${shown.map(
        ({ id }) =>
          html`<upwind-train-picture
            .training=${this.training}
            .picture=${id}
            .label=${id}
            title=${id}
          ></upwind-train-picture>`,
      )}
    </div>`;
  }

  readonly #onChosen = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    const files = [...(field.files ?? [])];
    field.value = '';
    if (files.length > 0) void this.#open(() => chosenDataset(files));
  };

  async #onDrop(event: DragEvent): Promise<void> {
    event.preventDefault();
    this.over = false;
    if (!event.dataTransfer || this.locked) return;
    const files = await filesOfDrop(event.dataTransfer);
    await this.#open(() => chosenDataset(files));
  }

  readonly #onHub = (event: SubmitEvent): void => {
    event.preventDefault();
    const id = String(new FormData(event.target as HTMLFormElement).get('hub') ?? '').trim();
    if (id) void this.#open(() => hubDatasetFiles(id));
  };

  async #open(make: () => Promise<CheckpointFiles>): Promise<void> {
    this.choosing = false;
    this.answers = {};
    try {
      await this.training?.openDataset(await make(), { seed: this.seed });
    } catch (error) {
      this.training?.say(error);
    }
  }
}
