import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { BEST_BY } from '../../src/training/metrics.ts';
import type { BestBy } from '../../src/training/metrics.ts';
import { PRESETS, RANGES, TUTORIAL } from '../../src/training/settings.ts';
import type { FineTuneSettings, PresetName } from '../../src/training/settings.ts';
import { formStyles } from '../shared/form-styles.ts';
import { t } from '../shared/localize.ts';
import { base, tokens } from '../shared/tokens.ts';
import { TrainingElement } from './training-element.ts';
import { trainStyles } from './training-panel.styles.ts';
import { rateText } from './words.ts';

const NUMBERS = ['epochs', 'batchSize', 'learningRate', 'weightDecay', 'seed'] as const;
type NumberName = (typeof NUMBERS)[number];
type FieldName = NumberName | 'lastBlocks';
/** No model has more. */
const MOST_BLOCKS = 1000;
const ORDER: readonly PresetName[] = ['head', 'tutorial', 'small-set'];

/** The settings were changed; carries all of them. */
export class SettingsEvent extends CustomEvent<FineTuneSettings> {
  constructor(settings: FineTuneSettings) {
    super('settings', { detail: settings });
  }
}

/**
 * How a model is trained: a recipe, and every number of it with the tutorial's value.
 * @summary Settings of a run.
 * @event {SettingsEvent} settings - settings were changed
 */
@customElement('upwind-train-form')
export class UpwindTrainForm extends TrainingElement {
  static override styles = [tokens, base, formStyles, trainStyles];

  @property({ attribute: false }) settings: FineTuneSettings = PRESETS.head;
  /** What was typed into a field and cannot be, until it is put right. */
  @state() private bad: Readonly<Partial<Record<FieldName, string>>> = {};

  override render() {
    return html`<fieldset class="presets">
        <legend class="label">${t('train.preset')}</legend>
        ${ORDER.map(
          (name) =>
            html`<label>
              <span
                ><input
                  type="radio"
                  name="preset"
                  value=${name}
                  .checked=${name === this.#preset}
                  @change=${() => this.#change({ ...PRESETS[name], seed: this.settings.seed })}
                />
                <strong>${t(`train.preset.${name}`)}</strong></span
              >
              <span class="muted">${t(`train.preset.${name}.hint`)}</span>
            </label>`,
        )}
      </fieldset>
      <details class="box">
        <summary>${t('train.settings')}</summary>
        <div class="settings">
          ${this.#mode()} ${NUMBERS.map((name) => this.#number(name))} ${this.#bestBy()}
          ${this.#augment()}
        </div>
      </details>`;
  }

  /** The recipe that the settings are, whatever the seed; null where they are none. */
  get #preset(): PresetName | null {
    const plain = (settings: FineTuneSettings) => JSON.stringify({ ...settings, seed: 0 });
    return ORDER.find((name) => plain(PRESETS[name]) === plain(this.settings)) ?? null;
  }

  #mode() {
    const { mode, lastBlocks } = this.settings;
    const choice = mode === 'head' ? 'head' : lastBlocks === null ? 'full' : 'blocks';
    return html`<div class="whole">
        <label for="mode">${t('train.mode')} ${this.#was(t('train.mode.full'))}</label>
        <select
          id="mode"
          class="field"
          @change=${(event: Event) => {
            const value = (event.target as HTMLSelectElement).value;
            if (value === 'head') this.#change({ ...PRESETS.head, seed: this.settings.seed });
            else {
              const from = mode === 'head' ? PRESETS['small-set'] : this.settings;
              this.#change({
                ...from,
                seed: this.settings.seed,
                mode: 'full',
                lastBlocks: value === 'blocks' ? 2 : null,
              });
            }
          }}
        >
          ${(['head', 'blocks', 'full'] as const).map(
            (value) =>
              html`<option value=${value} ?selected=${value === choice}>
                ${t(`train.mode.${value}`)}
              </option>`,
          )}
        </select>
        <p class="hint">${t('train.mode.hint')}</p>
      </div>
      ${
        choice === 'blocks'
          ? html`<div class="whole">
              <label for="lastBlocks">${t('train.lastBlocks')}</label>
              ${this.#field('lastBlocks', { min: 1, max: MOST_BLOCKS, whole: true })}
            </div>`
          : nothing
      }`;
  }

  #number(name: NumberName) {
    const whole = name !== 'learningRate' && name !== 'weightDecay';
    return html`<div>
      <label for=${name}>${t(`train.${name}`)} ${this.#was(rateText(TUTORIAL[name]))}</label>
      ${this.#field(name, { ...RANGES[name], whole })}
    </div>`;
  }

  #field(name: FieldName, range: { min: number; max: number; whole: boolean }) {
    const bad = this.bad[name];
    const value = rateText(this.settings[name] ?? range.min);
    return html`<input
        id=${name}
        class="field number"
        inputmode="decimal"
        aria-describedby="${name}-hint"
        aria-invalid=${bad === undefined ? 'false' : 'true'}
        .value=${live(bad ?? value)}
        @change=${(event: Event) => {
          const text = (event.target as HTMLInputElement).value.trim();
          const typed = text === '' ? NaN : Number(text.replace(',', '.'));
          const fits =
            typed >= range.min && typed <= range.max && (!range.whole || Number.isInteger(typed));
          if (fits) this.#change({ [name]: typed });
          else this.bad = { ...this.bad, [name]: text };
        }}
      />
      <p class="hint" id="${name}-hint">
        ${
          bad === undefined
            ? t(`train.${name}.hint`)
            : html`<span class="error" role="alert"
                >${t(range.whole ? 'train.bad.whole' : 'train.bad.number', {
                  ...{ min: rateText(range.min), max: rateText(range.max), value },
                })}</span
              >`
        }
      </p>`;
  }

  #bestBy() {
    return html`<div>
      <label for="bestBy">${t('train.bestBy')} ${this.#was(t('train.bestBy.accuracy'))}</label>
      <select
        id="bestBy"
        class="field"
        @change=${(event: Event) =>
          this.#change({ bestBy: (event.target as HTMLSelectElement).value as BestBy })}
      >
        ${BEST_BY.map(
          (name) =>
            html`<option value=${name} ?selected=${name === this.settings.bestBy}>
              ${t(`train.bestBy.${name}`)}
            </option>`,
        )}
      </select>
      <p class="hint">${t('train.bestBy.hint')}</p>
    </div>`;
  }

  #augment() {
    const head = this.settings.mode === 'head';
    return html`<div class="whole">
      <label class="check"
        ><input
          type="checkbox"
          .checked=${this.settings.augment && !head}
          ?disabled=${head}
          @change=${(event: Event) =>
            this.#change({ augment: (event.target as HTMLInputElement).checked })}
        />${t('train.augment')}</label
      >
      <p class="hint">${t('train.augment.hint')}</p>
    </div>`;
  }

  #was(value: string) {
    return html`<span class="was muted">${t('train.settings.tutorial', { value })}</span>`;
  }

  #change(change: Partial<FineTuneSettings>): void {
    // A recipe sets every field; a field sets itself right.
    const { bad } = this;
    this.bad = Object.fromEntries(Object.entries(bad).filter(([name]) => !(name in change)));
    this.settings = { ...this.settings, ...change };
    this.dispatchEvent(new SettingsEvent(this.settings));
  }
}
