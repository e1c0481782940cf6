import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { RunOutcome } from '../../src/platform/browser/training-protocol.ts';
import { percent } from '../shared/format.ts';
import { icon } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';
import { base, tokens } from '../shared/tokens.ts';
import { confusionTable, recallBars } from './confusion.ts';
import './thumbnail.ts';
import { TrainingElement } from './training-element.ts';
import { UpwindUseModelEvent } from './training-panel.events.ts';
import { trainStyles } from './training-panel.styles.ts';

const MISTAKES = 6;
/** Below this many validation pictures, one picture moves accuracy by more than two points. */
const FEW = 50;

/**
 * What a run came to: figures, the worst mistakes, and the way to the map.
 * @summary Outcome of training.
 * @event {UpwindUseModelEvent} upwind-use-model - the model is to be used on the map
 */
@customElement('upwind-train-outcome')
export class UpwindTrainOutcome extends TrainingElement {
  static override styles = [tokens, base, trainStyles];

  /** Checkpoint that the map uses, to say so. */
  @property({ attribute: false }) inUse: string | null = null;

  override render() {
    const { outcome } = this.now;
    if (!outcome) return nothing;
    const { metrics, bestEpoch, checkpoint, diverged } = outcome;
    const { n, accuracy } = metrics;
    const used = this.inUse === checkpoint.id;
    const deleted = !this.now.models.some(({ id }) => id === checkpoint.id);
    return html`<section aria-label=${t('train.done')}>
      <h3>${t('train.done')}</h3>
      ${diverged ? html`<p class="alert">${icon('warning')} ${diverged}</p>` : nothing}
      <p role="status">
        ${t('train.done.line', {
          epoch: bestEpoch,
          right: Math.round(accuracy * n),
          n,
          accuracy: percent(accuracy),
        })}
      </p>
      ${
        n < FEW
          ? html`<p class="small muted">
              ${t('train.done.few', { n, step: percent(1 / Math.max(1, n)) })}
            </p>`
          : nothing
      }
      <div class="actions">
        <button
          class="button primary"
          ?disabled=${used || deleted}
          @click=${() => {
            const { id, name } = checkpoint;
            this.dispatchEvent(new UpwindUseModelEvent({ id, name }));
          }}
        >
          ${
            deleted
              ? t('train.deleted')
              : used
                ? html`${icon('check')} ${t('train.used')}`
                : t('train.use')
          }
        </button>
        <button class="button" @click=${() => this.dispatchEvent(new CustomEvent('again'))}>
          ${t('train.again')}
        </button>
      </div>
      ${recallBars(metrics)} ${confusionTable(metrics)} ${this.#mistakes(outcome)}
    </section>`;
  }

  #mistakes({ predictions }: RunOutcome) {
    const wrong = predictions
      .filter(({ truth, predicted }) => truth !== predicted)
      .sort((a, b) => b.probability - a.probability)
      .slice(0, MISTAKES);
    return html`<h4>${t('train.mistakes')}</h4>
      ${
        wrong.length === 0
          ? html`<p class="small muted">${t('train.mistakes.none')}</p>`
          : html`<ul class="mistakes">
              ${wrong.map(({ id, truth, predicted, probability }) => {
                const words = t('train.mistake', {
                  truth,
                  said: predicted ?? '?',
                  share: percent(probability),
                });
                return html`<li>
                  <upwind-train-picture
                    .training=${this.training}
                    .picture=${id}
                    .label=${`${id}: ${words}`}
                    title=${id}
                  ></upwind-train-picture>
                  ${words}
                </li>`;
              })}
            </ul>`
      }`;
  }
}
