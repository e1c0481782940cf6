import { LitElement, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { saveBlob } from '../label-board/save-blob.ts';
import { formStyles } from '../shared/form-styles.ts';
import { heightWords, percent, placeText } from '../shared/format.ts';
import type { LengthUnit } from '../shared/format.ts';
import { icon } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';
import { base, tokens } from '../shared/tokens.ts';
import type { BatchController } from './batch-controller.ts';
import { NO_BATCH, failuresOf, isBusy } from './batch-state.ts';
import type { BatchPhase, BatchState, ListInHand } from './batch-state.ts';
import { batchStyles } from './site-batch.styles.ts';

/** Rows of a list that are shown before it begins. */
const PREVIEW = 50;

/**
 * A list of sites read from a CSV: checked, run, paused, gone on with, and its table saved.
 * @summary Batch of sites.
 */
@customElement('upwind-site-batch')
export class UpwindSiteBatch extends LitElement {
  static override styles = [tokens, base, formStyles, batchStyles];

  @property({ attribute: false }) batch: BatchController | null = null;
  @property() unit: LengthUnit = 'ft';
  @state() private over = false;
  @state() private now: BatchState = NO_BATCH;
  #followed: BatchController | null = null;
  #unfollow: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unfollow?.();
    this.#unfollow = this.#followed = null;
  }

  override willUpdate(): void {
    this.#follow();
  }

  #follow(): void {
    if (this.batch === this.#followed || !this.isConnected) return;
    this.#unfollow?.();
    this.#followed = this.batch;
    this.#unfollow = this.batch?.subscribe((now) => (this.now = now)) ?? null;
    this.now = this.batch?.state ?? NO_BATCH;
  }

  override render(): TemplateResult {
    const { now } = this;
    const { inHand } = now;
    return html`<h3>${t('batch.title')}</h3>
      ${now.list.length > 0 || now.phase === 'preparing' ? this.#progress() : nothing}
      ${now.message ? html`<p class="state bad" role="alert">${icon('warning')} <span>${now.message}</span></p>` : nothing}
      ${inHand && !isBusy(now) ? this.#preview(inHand) : nothing}
      ${!inHand && !isBusy(now) && now.phase !== 'opening' ? this.#drop() : nothing}
      <p class="visually-hidden" role="status">${this.#spoken()}</p>`;
  }

  /** Site by site, not tile by tile: a screen reader must keep up. */
  #spoken(): string {
    const { phase, list, rows } = this.now;
    if (list.length === 0) return '';
    return `${t(PHASE_WORDS[phase])}. ${t('batch.count', { done: rows.size, total: list.length })}`;
  }

  #drop() {
    return html`<div
      class="drop ${this.over ? 'over' : ''}"
      @dragover=${(event: DragEvent) => {
        event.preventDefault();
        this.over = true;
      }}
      @dragleave=${() => (this.over = false)}
      @drop=${(event: DragEvent) => {
        event.preventDefault();
        this.over = false;
        void this.#choose(event.dataTransfer?.files[0]);
      }}
    >
      <p>${t('batch.drop')}</p>
      <label class="button">
        ${t('batch.choose')}
        <input
          class="visually-hidden"
          type="file"
          accept=".csv,text/csv,text/plain"
          @change=${(event: Event) => {
            const input = event.target as HTMLInputElement;
            const [file] = input.files ?? [];
            input.value = '';
            void this.#choose(file);
          }}
        />
      </label>
      <p class="hint">${t('batch.hint')}</p>
    </div>`;
  }

  async #choose(file: File | undefined): Promise<void> {
    if (file) this.batch?.choose(file.name, await file.text());
  }

  #preview({ fileName, sites, problems }: ListInHand) {
    const { list, phase } = this.now;
    const replaces = list.length > 0 && phase !== 'done';
    const file = html`<p class="what">
      ${t(sites.length === 1 ? 'batch.read.one' : 'batch.read', { file: fileName, count: sites.length })}
    </p>`;
    return html`<div class="card">
      ${file}
      ${
        problems.length > 0
          ? html`<div class="state bad">
              ${icon('warning')}
              <div>
                ${t(problems.length === 1 ? 'batch.problems.one' : 'batch.problems', { count: problems.length })}
                <ul
                  class="lines"
                  tabindex="0"
                  aria-label=${t('batch.problems', { count: problems.length })}
                >
                  ${problems
                    .slice(0, PREVIEW)
                    .map((problem) => html`<li>${t('batch.problem', { ...problem })}</li>`)}
                  ${problems.length > PREVIEW ? html`<li>${t('batch.rows.more', { count: problems.length - PREVIEW })}</li>` : nothing}
                </ul>
              </div>
            </div>`
          : nothing
      }
      ${sites.length > 0 ? this.#rows(sites) : nothing}
      ${replaces ? html`<p class="hint">${t('batch.replaces', { file: this.now.fileName })}</p>` : nothing}
      <div class="buttons">
        <button
          class="button primary"
          ?disabled=${sites.length === 0}
          @click=${() => void this.batch?.start()}
        >
          ${t('batch.start')}
        </button>
        <button class="button" @click=${() => this.batch?.unchoose()}>${t('batch.discard')}</button>
      </div>
    </div>`;
  }

  #rows(sites: ListInHand['sites']) {
    return html`<div class="rows" role="group" tabindex="0" aria-label=${t('batch.rows')}>
      <table>
        <thead>
          <tr>
            <th scope="col">${t('batch.rows.line')}</th>
            <th scope="col">${t('batch.rows.name')}</th>
            <th scope="col">${t('batch.rows.place')}</th>
            <th scope="col">${t('batch.rows.height')}</th>
          </tr>
        </thead>
        <tbody>
          ${sites.slice(0, PREVIEW).map(
            ({ line, name, site, heightFt }) =>
              html`<tr>
                <td class="number">${line}</td>
                <td>${name}</td>
                <td class="number">${placeText(site)}</td>
                <td class="number">${heightWords(heightFt, this.unit)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${sites.length > PREVIEW ? html`<p class="hint">${t('batch.rows.more', { count: sites.length - PREVIEW })}</p>` : nothing}
    </div>`;
  }

  #progress() {
    const { now } = this;
    const { list, rows, phase, setup, current } = now;
    const failures = failuresOf(now);
    // The site at hand counts for the tiles that are read.
    const part = current && current.total > 0 ? current.done / current.total : 0;
    const words =
      phase === 'stopped' && now.fromBefore ? t('batch.unfinished') : t(PHASE_WORDS[phase]);
    return html`<div class="card">
      ${now.fileName ? html`<p class="what">${now.fileName}</p>` : nothing}
      <p class="phase ${phase}">${phase === 'done' ? icon('check') : nothing} ${words}</p>
      ${
        list.length > 0
          ? html`<progress
                aria-label=${t('batch.progress')}
                max=${list.length}
                value=${Math.min(list.length, rows.size + part)}
              ></progress>
              <p class="facts number">
                <span
                  >${t('batch.count', { done: rows.size, total: list.length })}${
                    failures.length > 0
                      ? html`, <b>${t('batch.failed', { count: failures.length })}</b>`
                      : nothing
                  }</span
                >
                <span>${now.leftS === null ? nothing : leftText(now.leftS)}</span>
              </p>`
          : nothing
      }
      ${current ? html`<p class="small muted current">${currentText(current)}</p>` : nothing}
      ${
        setup
          ? html`<p class="hint">
              ${t('batch.with', { model: setup.modelName, imagery: setup.imageryName, edition: setup.edition, share: percent(setup.tolerance) })}
            </p>`
          : nothing
      }
      <div class="buttons">${this.#buttons(failures.length)}</div>
      ${failures.length > 0 ? this.#failures(failures) : nothing}
    </div>`;
  }

  #buttons(failed: number) {
    const { phase, rows, fromBefore } = this.now;
    const button = (words: string, act: () => void, kind = '') =>
      html`<button class="button ${kind}" @click=${act}>${words}</button>`;
    const resume = () => void this.batch?.resume();
    const parts: TemplateResult[] = [];
    if (phase === 'running') parts.push(button(t('batch.pause'), () => this.batch?.pause()));
    if (phase === 'paused' || phase === 'pausing') {
      parts.push(button(t('batch.resume'), resume, 'primary'));
    }
    if (phase === 'stopped') {
      parts.push(button(t(fromBefore ? 'batch.resume.batch' : 'batch.resume'), resume, 'primary'));
    }
    if (isBusy(this.now)) parts.push(button(t('batch.cancel'), () => this.batch?.cancel()));
    if (phase === 'done' && failed > 0) parts.push(button(t('batch.retry'), resume));
    if (rows.size > 0) {
      parts.push(
        html`<button class="button ${phase === 'done' ? 'primary' : ''}" @click=${this.#saveTable}>
          ${icon('download')} ${t('batch.table')}
        </button>`,
      );
    }
    if (phase === 'stopped' || phase === 'done') {
      parts.push(button(t('batch.discard'), () => void this.batch?.discard(), 'quiet'));
    }
    return parts;
  }

  #failures(failures: ReturnType<typeof failuresOf>) {
    return html`<div class="state bad">
      ${icon('warning')}
      <div>
        ${t('batch.failures')}
        <ul class="lines" tabindex="0" aria-label=${t('batch.failures')}>
          ${failures.map(
            ({ listed: { line, name }, message }) =>
              html`<li>${t('batch.failure', { line, name, message })}</li>`,
          )}
        </ul>
      </div>
    </div>`;
  }

  readonly #saveTable = (): void => {
    const csv = this.batch?.csv();
    if (!csv) return;
    const stem = this.now.fileName.replace(/\.[^.]*$/, '') || 'batch';
    saveBlob(new Blob([csv], { type: 'text/csv' }), `upwind-${stem}.csv`);
  };
}

const PHASE_WORDS = {
  opening: 'batch.preparing',
  none: 'batch.preparing',
  preparing: 'batch.preparing',
  running: 'batch.running',
  pausing: 'batch.pausing',
  paused: 'batch.paused',
  stopped: 'batch.stopped',
  done: 'batch.done',
} as const satisfies Record<BatchPhase, string>;

const currentText = ({ name, done, total }: NonNullable<BatchState['current']>): string =>
  total > 0 ? t('batch.now.tiles', { name, done, total }) : t('batch.now', { name });

function leftText(leftS: number): string {
  const minutes = Math.ceil(leftS / 60);
  if (minutes <= 1) return t('batch.left.seconds');
  if (minutes < 100) return t('batch.left.minutes', { count: minutes });
  return t('batch.left.hours', { count: Math.round(minutes / 60) });
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-site-batch': UpwindSiteBatch;
  }
}
