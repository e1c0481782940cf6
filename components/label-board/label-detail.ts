import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { LabelRecord } from '../../src/labels/label.ts';
import { icon } from '../shared/icons.ts';
import { decimalText, t } from '../shared/localize.ts';
import { base, tokens } from '../shared/tokens.ts';
import { choices, choiceStyles, opinion } from './label-choices.ts';
import { commandOf, isTyping } from './label-keys.ts';
import './label-picture.ts';
import { LabelsElement } from './labels-element.ts';

/**
 * One label close up: picture, answer, note, where it comes from, and everything that was changed.
 * @summary Card of one label.
 * @event close - the card was dismissed
 */
@customElement('upwind-label-detail')
export class UpwindLabelDetail extends LabelsElement {
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
        gap: 10px;
        padding: 12px;
        border: 1px solid var(--_line);
        border-radius: var(--_radius);
      }
      header {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      h3 {
        flex: 1;
        margin: 0;
        font-size: 13px;
      }
      .top {
        display: grid;
        grid-template-columns: 148px 1fr;
        gap: 12px;
      }
      upwind-label-picture {
        border-radius: var(--_radius-small);
      }
      .facts {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 3px 10px;
        margin: 0;
        align-content: start;
        font-size: 12px;
      }
      .facts dt {
        color: var(--_muted);
      }
      .facts dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      ol {
        margin: 4px 0 0;
        padding-left: 18px;
        font-size: 12px;
      }
      p {
        margin: 0;
      }
      .warn {
        display: flex;
        gap: 6px;
        font-size: 12px;
      }
    `,
  ];

  @property({ attribute: false }) label: LabelRecord | null = null;
  /** How many others look nearly the same. */
  @property({ attribute: false }) alike = 0;

  override render() {
    const { label } = this;
    if (!label) return nothing;
    return html`<section aria-label=${t('labels.detail.title')} @keydown=${this.#onKey}>
      <header>
        <h3>${label.tileId ?? t('labels.detail.title')} · ${label.siteId}</h3>
        <button class="button quiet" @click=${() => this.#remove(label)}>
          ${t('labels.detail.delete')}
        </button>
        <button
          class="button quiet icon"
          aria-label=${t('labels.detail.close')}
          @click=${() => this.dispatchEvent(new CustomEvent('close'))}
        >
          ${icon('close')}
        </button>
      </header>
      <div class="top">
        <upwind-label-picture
          label-id=${label.id}
          alt=${t('labels.queue.picture')}
          .source=${this.#pixels}
        ></upwind-label-picture>
        ${this.#facts(label)}
      </div>
      ${choices({
        chosen: label.label,
        compact: true,
        choose: (choice) => void this.labels?.relabel([label.id], choice),
      })}
      <input
        class="field"
        aria-label=${t('labels.tile.note')}
        placeholder=${t('labels.tile.note.hint')}
        maxlength="2000"
        .value=${label.note}
        @change=${(event: Event) =>
          void this.labels?.note(label.id, (event.target as HTMLInputElement).value)}
      />
      ${
        label.model
          ? html`<div>
              <p class="small muted">${t('labels.detail.model')}</p>
              ${opinion(label.model.probabilities)}
            </div>`
          : nothing
      }
      ${this.#warnings(label)}
      <details>
        <summary class="small">${t('labels.detail.history')}</summary>
        <ol>
          ${label.history.map(
            ({ at, by, change, label: said, note, against }) =>
              html`<li>
                ${at.slice(0, 16).replace('T', ' ')} –
                ${t(`labels.detail.event.${change}`, {
                  ...{ label: said, by },
                  ...{ theirs: against?.label ?? '', them: against?.by ?? '' },
                })}${note ? `: “${note}”` : ''}
              </li>`,
          )}
        </ol>
      </details>
    </section>`;
  }

  #facts(label: LabelRecord) {
    const unknown = t('labels.detail.unknown');
    const split = this.now.split.assigned[label.siteId] ?? 'train';
    const rows: [string, string][] = [
      [t('labels.detail.split'), t(`labels.split.${split}`)],
      [t('labels.detail.source'), label.source.name],
      [t('labels.detail.acquired'), label.acquired ?? unknown],
      [
        t('labels.detail.native'),
        label.nativeMetresPerPixel ? `${decimalText(label.nativeMetresPerPixel, 2)} m` : unknown,
      ],
      [t('labels.detail.ground'), label.tileM ? `${label.tileM} m` : unknown],
    ];
    return html`<dl class="facts">
      ${rows.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>`;
  }

  #warnings(label: LabelRecord) {
    return html`${
      this.alike > 0
        ? html`<p class="warn">
            ${icon('warning')} ${t('labels.detail.alike', { count: this.alike })}
          </p>`
        : nothing
    }
    ${
      label.source.exportAllowed
        ? nothing
        : html`<p class="warn">
            ${icon('info')} ${t('labels.detail.noexport', { terms: label.source.terms })}
          </p>`
    }`;
  }

  /** Keys are about the label shown, not about the tile that is open on the map. */
  readonly #onKey = (event: KeyboardEvent): void => {
    if (!this.label || isTyping(event)) return;
    const command = commandOf(event);
    if (command?.do === 'label') void this.labels?.relabel([this.label.id], command.choice);
    else if (event.key === 'Escape') this.dispatchEvent(new CustomEvent('close'));
    else return;
    event.preventDefault();
  };

  #remove(label: LabelRecord): void {
    void this.labels?.remove([label.id]);
    this.dispatchEvent(new CustomEvent('close'));
  }

  readonly #pixels = async (id: string): Promise<Uint8Array | null> =>
    (await this.labels?.open())?.store.pixels(id) ?? null;
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-label-detail': UpwindLabelDetail;
  }
}
