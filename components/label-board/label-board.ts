import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { SiteResult } from '../../src/analysis/site-result.ts';
import { facetsOf } from '../../src/labels/label-query.ts';
import type { LabelFacets } from '../../src/labels/label-query.ts';
import { LABEL_CHOICES } from '../../src/labels/label.ts';
import { icon } from '../shared/icons.ts';
import { decimalText, t } from '../shared/localize.ts';
import { ownSession } from '../shared/own-session.ts';
import type { Session } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';
import { UpwindTrainLabelsEvent } from './label-board.events.ts';
import { boardStyles } from './label-board.styles.ts';
import './label-compare.ts';
import './label-queue.ts';
import { LabelsElement } from './labels-element.ts';
import { releaseLabels } from './labels-of.ts';
import type { LabelsState } from './labels-state.ts';

const VIEWS = ['queue', 'gallery', 'share'] as const;
type View = (typeof VIEWS)[number];

/** Views that load when they are first opened. */
const LAZY: Partial<Record<View, () => Promise<unknown>>> = {
  gallery: () => import('./label-gallery.ts'),
  share: () => import('./label-share.ts'),
};

/**
 * Where tiles are labelled and labels are kept: the queue, the gallery, files in and out.
 * @summary The label board.
 * @event {UpwindTrainLabelsEvent} upwind-train-labels - labels are to be trained on; carries them
 * @csspart summary - how many labels there are, undo and redo
 * @csspart tabs - queue, gallery, sharing
 * @csspart view - what the chosen tab shows
 */
@customElement('upwind-labels')
export class UpwindLabels extends LabelsElement {
  static override styles = [tokens, base, boardStyles];

  /** An answer whose tiles are to be labelled, without a session. */
  @property({ attribute: false }) result: SiteResult | null = null;
  @state() private view: View = 'queue';
  @state() private judging: { done: number; total: number } | null = null;
  @state() private failed = '';
  #asking: AbortController | null = null;
  #facets: LabelFacets = facetsOf([]);

  #own: Session | null = null;

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('result') && this.result && this.session === this.#own) {
      this.#own ??= ownSession();
      this.session = this.#own;
      this.#own?.openResult(this.result);
    }
    super.willUpdate(changed);
    // The page has brought its own session.
    if (this.session !== this.#own) this.#endOwn();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#asking?.abort();
    if (this.#own && this.session === this.#own) this.session = null;
    this.#endOwn();
  }

  #endOwn(): void {
    const own = this.#own;
    if (!own) return;
    this.#own = null;
    releaseLabels(own);
    void own.dispose();
  }

  protected override labelsChanged(state: LabelsState, before: LabelsState): void {
    if (state.labels !== before.labels) this.#facets = facetsOf([...state.labels.values()]);
  }

  override render() {
    if (!this.labels) return html`<div class="pane muted">${t('labels.opening')}</div>`;
    return html`<div class="pane">
      ${this.#summary()} ${this.#warning()}
      <div part="tabs" role="tablist" aria-label=${t('labels.views')} @keydown=${this.#onTabKey}>
        ${VIEWS.map(
          (view) =>
            html`<button
              role="tab"
              id="view-${view}"
              aria-selected=${this.view === view}
              aria-controls="view"
              tabindex=${this.view === view ? 0 : -1}
              @click=${() => this.#open(view)}
            >
              ${t(`labels.view.${view}`)}
            </button>`,
        )}
      </div>
      <div part="view" role="tabpanel" id="view" aria-labelledby="view-${this.view}">
        ${this.#view()}
      </div>
      <upwind-label-compare></upwind-label-compare>
      ${this.#training()} ${this.#storage()}
    </div>`;
  }

  #view(): TemplateResult {
    if (this.view === 'gallery') return html`<upwind-label-gallery></upwind-label-gallery>`;
    if (this.view === 'share') return html`<upwind-label-share></upwind-label-share>`;
    return html`<upwind-label-queue></upwind-label-queue>`;
  }

  #summary() {
    const { labels, canUndo, canRedo } = this.now;
    const { choices } = this.#facets;
    const words =
      labels.size === 0
        ? t('labels.none')
        : labels.size === 1
          ? t('labels.count.one')
          : t('labels.count', { count: labels.size });
    return html`<div class="summary" part="summary">
        <h2>${words}</h2>
        ${this.#notice()}
        <button
          class="button quiet icon"
          aria-label=${t('labels.undo')}
          title=${t('labels.undo')}
          ?disabled=${!canUndo}
          @click=${() => void this.labels?.undo()}
        >
          ${icon('undo')}
        </button>
        <button
          class="button quiet icon redo"
          aria-label=${t('labels.redo')}
          title=${t('labels.redo')}
          ?disabled=${!canRedo}
          @click=${() => void this.labels?.redo()}
        >
          ${icon('undo')}
        </button>
      </div>
      <ul class="balance" aria-label=${t('labels.balance')} ?hidden=${labels.size === 0}>
        ${LABEL_CHOICES.filter((choice) => choices[choice] > 0).map(
          (choice) =>
            html`<li class=${choice.toLowerCase()} .style=${`flex-grow: ${choices[choice]}`}>
              ${t('labels.balance.of', {
                label: t(`labels.choice.${choice}`),
                count: choices[choice],
              })}
            </li>`,
        )}
      </ul>`;
  }

  /** The last thing that happened, where the eye is after a key. */
  #notice() {
    const { notice, trouble } = this.now;
    return html`<p class="notice small ${trouble ? 'trouble' : 'muted'}" role="status">
      ${trouble ? icon('warning') : nothing} ${notice}
    </p>`;
  }

  #warning() {
    const { status } = this.now;
    return status?.message
      ? html`<p class="alert" role="alert">${icon('warning')} ${status.message}</p>`
      : nothing;
  }

  #training() {
    const { choices } = this.#facets;
    const classes = (['B', 'C', 'D'] as const).filter((choice) => choices[choice] > 0);
    const { warnings } = this.now.split;
    return html`<div class="train">
      <button
        class="button"
        ?disabled=${classes.length < 2 || this.judging !== null}
        @click=${() => void this.#train()}
      >
        ${t('labels.train')}
      </button>
      ${
        this.judging
          ? html`<p class="judging small muted">
              <span role="status">${t('labels.train.judging', { ...this.judging })}</span>
              <button class="button quiet" @click=${() => this.#asking?.abort()}>
                ${t('labels.train.stop')}
              </button>
            </p>`
          : nothing
      }
      ${this.failed ? html`<p class="error">${this.failed}</p>` : nothing}
      ${
        classes.length < 2
          ? html`<p class="small muted">${t('labels.train.need')}</p>`
          : warnings.map((line) => html`<p class="small muted">${line}</p>`)
      }
    </div>`;
  }

  async #train(): Promise<void> {
    this.failed = '';
    const { signal } = (this.#asking = new AbortController());
    try {
      const files = await this.labels!.trainingFiles((done, total) => {
        this.judging = { done, total };
      }, signal);
      const { counts } = this.now.split;
      this.dispatchEvent(new UpwindTrainLabelsEvent({ files, counts }));
    } catch (error) {
      if (!signal.aborted) this.failed = error instanceof Error ? error.message : String(error);
    } finally {
      this.judging = null;
    }
  }

  #storage() {
    const { status, labeller } = this.now;
    if (!status) return nothing;
    const { usedBytes, quotaBytes, persistence } = status;
    return html`<details class="storage">
      <summary>${t('labels.store.title')}</summary>
      <p class="small">
        ${
          usedBytes !== null && quotaBytes
            ? t('labels.store.used', { used: inBytes(usedBytes), quota: inBytes(quotaBytes) })
            : t('labels.store.unknown')
        }
        ${t(`labels.store.${persistence}`)}
      </p>
      ${
        persistence === 'best-effort'
          ? html`<button class="button" @click=${() => void this.labels?.keepSafe()}>
              ${t('labels.store.ask')}
            </button>`
          : nothing
      }
      <label
        ><span class="small muted">${t('labels.store.labeller')}</span>
        <input
          class="field"
          maxlength="80"
          .value=${labeller}
          @change=${(event: Event) =>
            void this.labels?.setLabeller((event.target as HTMLInputElement).value)}
        />
      </label>
    </details>`;
  }

  #open(view: View): void {
    this.view = view;
    void LAZY[view]?.();
  }

  readonly #onTabKey = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.#open(VIEWS[(VIEWS.indexOf(this.view) + step + VIEWS.length) % VIEWS.length]!);
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>(`#view-${this.view}`)?.focus(),
    );
  };
}

function inBytes(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1024;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1024;
  return `${value < 10 ? decimalText(value, 1) : Math.round(value)} ${units[unit]}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-labels': UpwindLabels;
  }
}
