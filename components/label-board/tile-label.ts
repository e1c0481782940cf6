import { css, html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import type { TileResult } from '../../src/analysis/site-result.ts';
import { ROUGHNESS } from '../../src/roughness/category.ts';
import type { Roughness } from '../../src/roughness/category.ts';
import type { LabelChoice } from '../../src/labels/label.ts';
import { t } from '../shared/localize.ts';
import type { SessionState } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';
import { choices, choiceStyles } from './label-choices.ts';
import { LabelsElement } from './labels-element.ts';
import { NoteDraft } from './note-draft.ts';

/**
 * The person's part of the tile card: what they say it is, and why.
 * @summary Label buttons and note for the tile that the card shows.
 */
@customElement('upwind-tile-label')
export class UpwindTileLabel extends LabelsElement {
  static override styles = [
    tokens,
    base,
    choiceStyles,
    css`
      :host {
        display: block;
        margin-top: 12px;
      }
      .row {
        display: flex;
        justify-content: space-between;
        align-items: baseline;
        gap: 8px;
        margin-bottom: 6px;
      }
      h4 {
        margin: 0;
        font-size: 12px;
        font-weight: 650;
      }
      .field {
        margin-top: 8px;
      }
      .known {
        display: flex;
        gap: 6px;
        margin-top: 8px;
      }
      .known [aria-pressed='true'] {
        box-shadow: inset 0 0 0 2px var(--_ink);
      }
    `,
  ];
  @state() private needed = false;
  @query('#reason') private reason!: HTMLInputElement | null;
  #note = new NoteDraft((id, text) => void this.labels?.note(id, text));
  /** What was typed about tiles without a picture, by tile. */
  #reasons = new Map<string, string>();

  protected override readonly watches: readonly (keyof SessionState)[] = [
    'selection',
    'result',
    'tiles',
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#note.settle();
  }

  get #tile(): TileResult | null {
    const { selection, tiles } = this.session?.state ?? {};
    const id = selection?.hotTileId ?? selection?.tileId;
    return tiles?.find((one) => one.id === id) ?? null;
  }

  protected override sessionChanged(...change: Parameters<LabelsElement['sessionChanged']>): void {
    super.sessionChanged(...change);
    const tile = this.#tile;
    this.#note.shows((tile && this.labels?.labelOfTile(tile.id)?.id) ?? null);
  }

  override render() {
    const state = this.session?.state;
    if (!state?.result || !this.labels) return nothing;
    const { selection } = state;
    const many = selection.markedTileIds.length;
    const tile = this.#tile;
    if (tile?.missing) return this.#withoutPicture(tile);
    if (!tile) return nothing;
    const label = this.labels.labelOfTile(tile.id);
    const targets = many > 0 ? selection.markedTileIds : [tile.id];
    return html`<div class="row">
        <h4>${t('labels.tile.title')}</h4>
        <span class="small muted">
          ${many > 0 ? t('labels.tile.many', { count: many }) : t('labels.tile.hint')}
        </span>
      </div>
      ${choices({
        chosen: many > 0 ? null : (label?.label ?? null),
        compact: true,
        choose: (choice: LabelChoice) => void this.labels?.labelTiles(targets, choice),
      })}
      ${
        many > 0
          ? html`<button
              class="button quiet"
              @click=${() => this.session?.select({ markedTileIds: [] })}
            >
              ${t('labels.tile.unmark')}
            </button>`
          : nothing
      }
      ${
        label && many === 0
          ? keyed(
              label.id,
              html`<input
                class="field"
                aria-label=${t('labels.tile.note')}
                placeholder=${t('labels.tile.note.hint')}
                maxlength="2000"
                .value=${label.note}
                @input=${(event: Event) =>
                  this.#note.type(label.id, (event.target as HTMLInputElement).value)}
                @change=${() => this.#note.settle()}
              />`,
            )
          : nothing
      }`;
  }

  /** Ground that no picture shows has no label to keep, but a person may know it. */
  #withoutPicture(tile: TileResult) {
    const say = (roughness: Roughness) => {
      const reason = this.reason?.value.trim() ?? '';
      this.needed = reason === '';
      if (this.needed) return this.reason?.focus();
      const by = this.session?.state.settings.engineer ?? '';
      void this.session?.correctTile(tile.id, roughness, { reason, by });
    };
    return html`<div class="row"><h4>${t('override.tile')}</h4></div>
      ${keyed(
        tile.id,
        html`<input
          class="field"
          id="reason"
          maxlength="500"
          aria-label=${t('override.reason')}
          placeholder=${t('override.reason.hint')}
          aria-invalid=${this.needed ? 'true' : nothing}
          .value=${this.#reasons.get(tile.id) ?? ''}
          @input=${(event: Event) =>
            this.#reasons.set(tile.id, (event.target as HTMLInputElement).value)}
        />`,
      )}
      ${this.needed ? html`<p class="error" role="alert">${t('override.reason.need')}</p>` : nothing}
      <div class="known">
        ${ROUGHNESS.map(
          (one) =>
            html`<button
              class="button"
              aria-pressed=${tile.by === 'person' && tile.roughness === one}
              @click=${() => say(one)}
            >
              ${one}
            </button>`,
        )}
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-tile-label': UpwindTileLabel;
  }
}
