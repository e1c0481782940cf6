import { css, html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { likeliestOf } from '../../src/labels/changed-minds.ts';
import type { LabelChoice } from '../../src/labels/label.ts';
import type { QueueItem } from '../../src/labels/queue.ts';
import { selfAgreement } from '../../src/labels/self-agreement.ts';
import { percent } from '../shared/format.ts';
import { decimalText, t } from '../shared/localize.ts';
import { base, tokens } from '../shared/tokens.ts';
import { choices, choiceStyles, opinion } from './label-choices.ts';
import type { LabelCommand } from './label-keys.ts';
import './label-picture.ts';
import { LabelsElement } from './labels-element.ts';
import type { LabelsState } from './labels-state.ts';
import { QueueRun } from './queue-run.ts';

/**
 * One tile after another, the least certain first; a key answers and the next one comes.
 * @summary Labelling queue.
 */
@customElement('upwind-label-queue')
export class UpwindLabelQueue extends LabelsElement {
  static override styles = [
    tokens,
    base,
    choiceStyles,
    css`
      :host {
        display: block;
      }
      section {
        display: grid;
        gap: 12px;
        outline: none;
      }
      upwind-label-picture {
        width: 100%;
        max-width: min(100%, 46vh);
        justify-self: center;
        border-radius: var(--_radius-small);
        image-rendering: auto;
      }
      @media (max-width: 720px) {
        /* Picture and answers on one screen. */
        upwind-label-picture {
          max-width: min(100%, 26vh);
        }
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 4px 12px;
        margin: 0;
      }
      h3 {
        margin: 0 0 6px;
        font-size: 12px;
        font-weight: 650;
      }
      p {
        margin: 0;
      }
      .last {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 8px;
      }
      .check {
        display: flex;
        gap: 8px;
        align-items: flex-start;
      }
      .check input {
        margin: 2px 0 0;
        accent-color: var(--_focus);
      }
    `,
  ];

  protected override readonly watches = ['run'] as const;
  /** Off unless turned on: an answer at hand is an answer half given. */
  @state() private preselect = false;
  @query('section') private section!: HTMLElement | null;
  @query('.note') private noteField!: HTMLInputElement | null;
  #queue = new QueueRun({
    state: () => this.now,
    answer: async (item, choice, note) => this.labels?.answer(item, choice, note),
    changed: () => {
      this.#showOnMap();
      this.requestUpdate();
    },
  });
  /** Tile on the map that the queue marked. */
  #pointsAt: string | null = null;

  /** The one that is looked at comes first. */
  private get items(): readonly QueueItem[] {
    return this.#queue.items;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.labels?.queueSink === this.#onCommand) this.labels.queueSink = null;
    this.#stopPointing();
  }

  protected override labelsChanged(state: LabelsState, before: LabelsState): void {
    const same =
      state.labels === before.labels &&
      state.candidates === before.candidates &&
      this.items.length > 0;
    if (!same) this.#queue.plan({ stay: true });
    // With nothing to answer here, keys are about the tile that is open on the map.
    if (this.labels) this.labels.queueSink = this.items.length > 0 ? this.#onCommand : null;
  }

  /**
   * Points at the tile on the map, unless the person points at another there; not in a second
   * look, where the map would tell the answer.
   */
  #showOnMap(): void {
    const { session, labels } = this;
    // The last answer may come in after the queue was left.
    if (!session || !labels || !this.isConnected) return;
    const { hotTileId, tileId } = session.state.selection;
    const [item] = this.items;
    const own = item && item.reason !== 'blind' ? labels.tileOfLabel(item.id) : null;
    const free = tileId === null && (hotTileId === null || hotTileId === this.#pointsAt);
    if (free && own !== hotTileId) session.select({ hotTileId: own });
    this.#pointsAt = free ? own : null;
  }

  #stopPointing(): void {
    const { session } = this;
    if (session && session.state.selection.hotTileId === this.#pointsAt) {
      session.select({ hotTileId: null });
    }
    this.#pointsAt = null;
  }

  readonly #onCommand = (command: LabelCommand): void => {
    if (command.do === 'label') this.#answer(command.choice);
    else if (command.do === 'skip') this.#skip();
    else if (command.do === 'accept') {
      const suggestion = this.#suggestion(this.items[0]);
      if (suggestion) this.#answer(suggestion);
    }
  };

  #answer(choice: LabelChoice): void {
    void this.#queue.answer(choice, this.#takeNote());
  }

  #skip(): void {
    this.#takeNote();
    this.#queue.skip();
  }

  /** What was typed about this tile; the next one's field is empty. */
  #takeNote(): string {
    const note = this.noteField?.value.trim() ?? '';
    if (this.noteField) this.noteField.value = '';
    return note;
  }

  override render() {
    const [item] = this.items;
    if (!this.now.ready) return html`<p class="muted">${t('labels.opening')}</p>`;
    if (!item)
      return html`<p class="muted">${this.#whyEmpty()}</p>
        ${this.#agreement()}`;
    const seen = this.now.candidates.get(item.id) ?? this.now.labels.get(item.id);
    const model = item.reason === 'blind' ? null : (seen?.model ?? null);
    return html`<section tabindex="-1" aria-label=${t('labels.view.queue')}>
      <p class="row small muted">
        <span>${t('labels.queue.left', { count: this.items.length })}</span>
        <span>${t('labels.queue.session', { count: this.now.answered })}</span>
      </p>
      <upwind-label-picture
        label-id=${item.id}
        alt=${t('labels.queue.picture')}
        .source=${this.#pixels}
      ></upwind-label-picture>
      <p class="small muted">
        ${t(`labels.queue.reason.${item.reason}`, { margin: percent(item.margin ?? 0) })}.
        ${t('labels.queue.tile', { id: item.tileId ?? '–', site: item.siteId })}
      </p>
      ${choices({ chosen: this.#suggestion(item), choose: (choice) => this.#answer(choice) })}
      <div class="last">
        ${item.reason === 'blind' ? html`<span></span>` : this.#note()}
        <button class="button" title=${t('labels.queue.skip.key')} @click=${() => this.#skip()}>
          ${t('labels.queue.skip')} <kbd>S</kbd>
        </button>
      </div>
      <div>
        <h3>${t('labels.queue.model')}</h3>
        ${
          model
            ? opinion(model.probabilities)
            : html`<p class="small muted">
                ${t(item.reason === 'blind' ? 'labels.queue.model.hidden' : 'labels.queue.model.none')}
              </p>`
        }
        ${this.#secondOpinion(item)}
      </div>
      <label class="check small">
        <input
          type="checkbox"
          .checked=${this.preselect}
          @change=${(event: Event) => (this.preselect = (event.target as HTMLInputElement).checked)}
        />
        ${t('labels.queue.preselect')}
      </label>
      ${this.#agreement()}
    </section>`;
  }

  /** Not for a second look, which changes nothing of the label. */
  #note() {
    return html`<input
      class="field note"
      aria-label=${t('labels.queue.note')}
      placeholder=${t('labels.queue.note')}
      maxlength="2000"
      @keydown=${this.#onNoteKey}
    />`;
  }

  #whyEmpty(): string {
    const { coming } = this.now;
    if (coming) return t('labels.queue.coming', coming);
    const { phase } = this.session?.state.run ?? { phase: 'idle' };
    const reading = phase === 'loading-model' || phase === 'running';
    return t(reading ? 'labels.queue.reading' : 'labels.queue.empty');
  }

  #secondOpinion(item: QueueItem) {
    const other = item.reason === 'blind' ? undefined : this.now.second.get(item.id);
    const said = other && likeliestOf(other);
    return said && other
      ? html`<p class="small muted">
          ${t('labels.queue.model.second', { opinion: `${said} ${percent(other[said])}` })}
        </p>`
      : nothing;
  }

  #agreement() {
    const { pairs, kappa, observed } = selfAgreement(
      [...this.now.labels.values()],
      this.now.labeller,
    );
    if (pairs === 0) return html`<p class="small muted">${t('labels.queue.kappa.none')}</p>`;
    return html`<p class="small muted">
      ${
        kappa === null
          ? t('labels.queue.kappa.few', { same: Math.round(observed * pairs), pairs })
          : t('labels.queue.kappa', { kappa: decimalText(kappa, 2), pairs })
      }
    </p>`;
  }

  /** The model's answer, where the person wants it preselected; never in a second look. */
  #suggestion(item: QueueItem | undefined): LabelChoice | null {
    if (!this.preselect || !item || item.reason === 'blind') return null;
    const model = this.now.candidates.get(item.id)?.model;
    return model ? likeliestOf(model.probabilities) : null;
  }

  readonly #onNoteKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    event.preventDefault();
    this.section?.focus({ preventScroll: true });
  };

  readonly #pixels = async (id: string): Promise<Uint8Array | null> => {
    const opened = await this.labels?.open();
    if (!opened) return null;
    return (await opened.store.candidatePixels(id)) ?? opened.store.pixels(id);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-label-queue': UpwindLabelQueue;
  }
}
