import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ModelSource } from '../../src/platform/browser/model-source.ts';
import type { Judgement } from '../../src/platform/browser/training-protocol.ts';
import { formStyles } from '../shared/form-styles.ts';
import { percent } from '../shared/format.ts';
import { t } from '../shared/localize.ts';
import { base, tokens } from '../shared/tokens.ts';
import { TrainingElement } from './training-element.ts';
import { trainStyles } from './training-panel.styles.ts';

/** A model that can be compared, such as one of this device or the one a run starts from. */
export interface ComparedModel {
  key: string;
  name: string;
  source: ModelSource;
}

/**
 * Two models side by side on the validation pictures.
 * @summary Comparison of two models.
 */
@customElement('upwind-train-compare')
export class UpwindTrainCompare extends TrainingElement {
  static override styles = [tokens, base, formStyles, trainStyles];

  @property({ attribute: false }) candidates: ComparedModel[] = [];
  @state() private keys: [string, string] = ['', ''];
  @state() private working: { name: string; done: number; total: number } | null = null;
  @state() private judged: { models: ComparedModel[]; judgements: Judgement[] } | null = null;

  override render() {
    if (this.candidates.length < 2) return nothing;
    const chosen = this.#chosen;
    return html`<details class="box">
      <summary>${t('train.compare')}</summary>
      ${
        this.now.dataset
          ? html`<div class="halves">
                ${this.#choice(0, t('train.compare.a'))} ${this.#choice(1, t('train.compare.b'))}
              </div>
              <div class="actions">
                <button
                  class="button"
                  ?disabled=${this.working !== null || (this.now.run !== null && !this.now.outcome) || chosen[0] === chosen[1]}
                  @click=${() => void this.#compare(chosen)}
                >
                  ${t('train.compare.go')}
                </button>
              </div>`
          : html`<p class="muted">${t('train.compare.need')}</p>`
      }
      ${
        this.working
          ? html`<p class="small" role="status">
              ${t('train.compare.working', { ...this.working })}
            </p>`
          : nothing
      }
      ${this.judged ? this.#table(this.judged) : nothing}
    </details>`;
  }

  get #chosen(): [ComparedModel, ComparedModel] {
    const of = (key: string, fallback: number) =>
      this.candidates.find((model) => model.key === key) ?? this.candidates[fallback]!;
    return [of(this.keys[0], 1), of(this.keys[1], 0)];
  }

  #choice(index: 0 | 1, label: string) {
    const chosen = this.#chosen[index];
    return html`<div>
      <label for="model-${index}">${label}</label>
      <select
        id="model-${index}"
        class="field"
        @change=${(event: Event) => {
          const keys: [string, string] = [this.#chosen[0].key, this.#chosen[1].key];
          keys[index] = (event.target as HTMLSelectElement).value;
          this.keys = keys;
        }}
      >
        ${this.candidates.map(
          ({ key, name }) =>
            html`<option value=${key} ?selected=${key === chosen.key}>${name}</option>`,
        )}
      </select>
    </div>`;
  }

  async #compare(models: ComparedModel[]): Promise<void> {
    this.judged = null;
    try {
      const judgements: Judgement[] = [];
      for (const { name, source } of models) {
        const onProgress = (done: number, total: number) => (this.working = { name, done, total });
        onProgress(0, 0);
        judgements.push(await this.training!.judge(source, onProgress));
      }
      this.judged = { models, judgements };
    } catch (error) {
      this.training?.say(error);
    } finally {
      this.working = null;
    }
  }

  #table({ models, judgements }: { models: ComparedModel[]; judgements: Judgement[] }) {
    const [a, b] = judgements as [Judgement, Judgement];
    const recall = (of: Judgement, i: number) => of.metrics.recall[i] ?? null;
    const share = (value: number | null) => (value === null ? '–' : percent(value));
    const row = (name: string, x: string, y: string, better: number) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td class=${better < 0 ? 'better' : ''}>${x}</td>
        <td class=${better > 0 ? 'better' : ''}>${y}</td>
      </tr>`;
    const changed = a.predictions.filter(
      ({ predicted }, i) => predicted !== b.predictions[i]!.predicted,
    );
    const right = (one: Judgement['predictions'][number]) => one.predicted === one.truth;
    const pairs = a.predictions.map((one, i) => [right(one), right(b.predictions[i]!)] as const);
    return html`<div class="scroll-x" tabindex="0" role="region" aria-label=${t('train.compare')}>
        <table class="number">
          <thead>
            <tr>
              <th scope="col">${t('train.compare.figure')}</th>
              ${models.map(({ name }) => html`<th scope="col">${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${row(
              t('train.chart.accuracy'),
              percent(a.metrics.accuracy),
              percent(b.metrics.accuracy),
              b.metrics.accuracy - a.metrics.accuracy,
            )}
            ${a.metrics.labels.map((label, i) =>
              row(
                `${t('train.recall')} ${label}`,
                share(recall(a, i)),
                share(recall(b, i)),
                (recall(b, i) ?? 0) - (recall(a, i) ?? 0),
              ),
            )}
            ${row(
              t('train.unsafe'),
              String(a.metrics.unsafe),
              String(b.metrics.unsafe),
              a.metrics.unsafe - b.metrics.unsafe,
            )}
            ${row(
              t('train.costly'),
              String(a.metrics.costly),
              String(b.metrics.costly),
              a.metrics.costly - b.metrics.costly,
            )}
          </tbody>
        </table>
      </div>
      <p class="small">
        ${t('train.compare.changed', {
          changed: changed.length,
          n: a.metrics.n,
          gained: pairs.filter(([x, y]) => !x && y).length,
          lost: pairs.filter(([x, y]) => x && !y).length,
        })}
      </p>`;
  }
}
