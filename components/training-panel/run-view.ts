import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { percent } from '../shared/format.ts';
import { icon } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';
import { base, tokens } from '../shared/tokens.ts';
import { confusionTable, recallBars } from './confusion.ts';
import { curves } from './curves.ts';
import type { RunView, TrainingState } from './training-controller.ts';
import { TrainingElement } from './training-element.ts';
import { trainStyles } from './training-panel.styles.ts';
import { lossText, timeText } from './words.ts';

/**
 * A run as it goes: where it is, its curves, what the latest epoch is worth.
 * @summary Progress of training.
 */
@customElement('upwind-train-run')
export class UpwindTrainRun extends TrainingElement {
  static override styles = [tokens, base, trainStyles];

  /** What is told to a screen reader: epochs, not steps. */
  @state() private live = '';

  protected override stateChanged({ run }: TrainingState): void {
    if (run?.last?.stage === 'epoch') {
      const { epoch, accuracy, validationLoss } = run.last.report;
      // Epochs of the head come by the dozen a second; every tenth is enough to hear.
      if (run.settings.mode === 'head' && epoch % 10 !== 0) return;
      this.live = t('train.epoch.said', {
        epoch,
        accuracy: percent(accuracy),
        loss: lossText(validationLoss),
      });
    } else if (run?.paused) this.live = t('train.run.paused');
  }

  override render() {
    const { run, outcome } = this.now;
    if (!run) return nothing;
    const latest = run.epochs.at(-1);
    return html`<section aria-label=${t('train.run')}>
      <h3 class="row">
        ${run.name}
        ${
          run.backend
            ? html`<span class="muted small"
                >${t('train.run.on', { backend: run.backend.name })}</span
              >`
            : nothing
        }
      </h3>
      ${outcome ? nothing : this.#progress(run)} ${this.#rejected(run)} ${curves(run)}
      ${latest && !outcome ? html`${recallBars(latest)} ${confusionTable(latest)}` : nothing}
      ${run.epochs.length > 0 ? this.#figures(run) : nothing}
      <p class="visually-hidden" role="status">${this.live}</p>
    </section>`;
  }

  #progress(run: RunView) {
    const step = run.steps.at(-1)?.step ?? 0;
    return html`<div class="progress">
        <progress max=${run.totalSteps || 1} value=${step} aria-label=${t('train.run')}></progress>
        <span class="small number">${saying(run)}</span>
        ${
          run.storedStep === null
            ? nothing
            : html`<span class="small muted"
                >${t('train.run.kept', { step: run.storedStep })}</span
              >`
        }
      </div>
      <div class="actions">
        ${
          run.paused
            ? html`<button class="button primary" @click=${() => void this.training?.goOn()}>
                ${t('train.goOn')}
              </button>`
            : html`<button class="button" @click=${() => void this.training?.pause()}>
                ${t('train.pause')}
              </button>`
        }
        <button class="button" @click=${() => this.training?.stop()}>${t('train.stop')}</button>
      </div>`;
  }

  #rejected({ backend }: RunView) {
    if (!backend?.rejected.length) return nothing;
    return html`<p class="small muted">
      ${backend.rejected.map(({ name, reason }) => html`${icon('info')} ${name}: ${reason}. `)}
    </p>`;
  }

  #figures({ epochs }: RunView) {
    return html`<details class="box">
      <summary>${t('train.epochs.table')}</summary>
      <div class="scroll-x" tabindex="0" role="region" aria-label=${t('train.epochs.table')}>
        <table class="number">
          <thead>
            <tr>
              <th scope="col">${t('train.epochs.epoch')}</th>
              <th scope="col">${t('train.epochs.train')}</th>
              <th scope="col">${t('train.epochs.validation')}</th>
              <th scope="col">${t('train.epochs.accuracy')}</th>
              ${epochs[0]!.labels.map((label) => html`<th scope="col">${label}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${epochs.map(
              (report) =>
                html`<tr>
                  <th scope="row">
                    ${report.epoch}${report.best ? html` ${t('train.epochs.best')}` : nothing}
                  </th>
                  <td>${lossText(report.trainLoss)}</td>
                  <td>${lossText(report.validationLoss)}</td>
                  <td>${percent(report.accuracy)}</td>
                  ${report.recall.map(
                    (share) => html`<td>${share === null ? '–' : percent(share)}</td>`,
                  )}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>`;
  }
}

/** What a run does now, in words. */
function saying(run: RunView): string {
  const { last, settings } = run;
  if (run.paused) return t('train.run.paused');
  switch (last?.stage) {
    case undefined:
      return t('train.run.backend');
    case 'base':
      return t('train.run.base', { share: last.total ? percent(last.loaded / last.total) : '' });
    case 'features':
      return t('train.run.features', { done: last.done, total: last.total });
    case 'evaluate':
      return t('train.run.evaluate', { epoch: last.epoch });
    case 'step': {
      const { epoch, step } = last.report;
      const recent = run.imagesPerSecond / settings.batchSize;
      const left = recent > 0 ? (run.totalSteps - step) / recent : 0;
      return t('train.run.step', {
        epoch,
        epochs: settings.epochs,
        step,
        steps: run.totalSteps,
        left: timeText(left),
      });
    }
    case 'epoch':
      return last.report.epoch === settings.epochs
        ? t('train.run.finishing')
        : t('train.run.evaluate', { epoch: last.report.epoch });
    default:
      return t('train.run.backend');
  }
}
