import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { LabelChoice } from '../../src/labels/label.ts';
import { t } from '../shared/localize.ts';
import type { SessionState } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';
import { choices, choiceStyles } from './label-choices.ts';
import { LabelsElement } from './labels-element.ts';

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
    `,
  ];
  protected override readonly watches: readonly (keyof SessionState)[] = [
    'selection',
    'result',
    'tiles',
  ];

  override render() {
    const state = this.session?.state;
    if (!state?.result || !this.labels) return nothing;
    const { selection } = state;
    const many = selection.markedTileIds.length;
    const id = selection.hotTileId ?? selection.tileId;
    const tile = state.tiles.find((one) => one.id === id);
    if (!tile || tile.missing) return nothing;
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
          ? html`<input
              class="field"
              aria-label=${t('labels.tile.note')}
              placeholder=${t('labels.tile.note.hint')}
              maxlength="2000"
              .value=${label.note}
              @change=${(event: Event) =>
                void this.labels?.note(label.id, (event.target as HTMLInputElement).value)}
            />`
          : nothing
      }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-tile-label': UpwindTileLabel;
  }
}
