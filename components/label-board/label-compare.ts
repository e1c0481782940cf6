import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { ChangedMinds } from '../../src/labels/changed-minds.ts';
import { percent } from '../shared/format.ts';
import { t } from '../shared/localize.ts';
import { base, tokens } from '../shared/tokens.ts';
import './label-picture.ts';
import { LabelsElement } from './labels-element.ts';

const MOST_SHOWN = 60;

/**
 * After training: accuracy on labels before and after, and the tiles that changed their mind.
 * @summary Before and after a training, on the labels.
 */
@customElement('upwind-label-compare')
export class UpwindLabelCompare extends LabelsElement {
  static override styles = [
    tokens,
    base,
    css`
      section {
        display: grid;
        gap: 8px;
        padding: 12px;
        border: 1px solid var(--_line);
        border-radius: var(--_radius);
      }
      h3 {
        margin: 0;
        font-size: 13px;
      }
      p {
        margin: 0;
      }
      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 4px 12px;
        margin: 0;
      }
      dd {
        margin: 0;
      }
      ul {
        display: grid;
        gap: 6px;
        max-height: 240px;
        margin: 0;
        padding: 0;
        overflow-y: auto;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 40px 1fr;
        gap: 10px;
        align-items: center;
      }
      upwind-label-picture {
        border-radius: 6px;
      }
    `,
  ];

  override render() {
    const { comparison } = this.now;
    if (comparison.phase === 'none') return nothing;
    return html`<section aria-label=${t('labels.compare.title')}>
      <h3>${t('labels.compare.title')}</h3>
      ${
        comparison.phase === 'running'
          ? html`<p class="muted" role="status">
              ${t('labels.compare.running', { done: comparison.done, total: comparison.total })}
            </p>`
          : comparison.phase === 'failed'
            ? html`<p class="error">
                ${t('labels.compare.failed', { message: comparison.message })}
              </p>`
            : html`<p class="small muted">
                  ${t('labels.compare.models', { before: comparison.before, after: comparison.after })}
                </p>
                <dl>
                  ${figures(t('labels.compare.heldout', { count: comparison.heldOut.judged }), comparison.heldOut)}
                  ${figures(t('labels.compare.all', { count: comparison.all.judged }), comparison.all)}
                </dl>
                ${this.#changed(comparison.all)}`
      }
    </section>`;
  }

  #changed({ changed }: ChangedMinds) {
    if (changed.length === 0) return nothing;
    return html`<p class="small">${t('labels.compare.changed')}</p>
      <ul tabindex="0" aria-label=${t('labels.compare.changed')}>
        ${changed.slice(0, MOST_SHOWN).map(
          ({ id, label, before, after }) =>
            html`<li>
              <upwind-label-picture label-id=${id} .source=${this.#pixels}></upwind-label-picture>
              <span class="small"
                >${t('labels.compare.item', { label, before: before ?? '–', after: after ?? '–' })}</span
              >
            </li>`,
        )}
        ${
          changed.length > MOST_SHOWN
            ? html`<li>${t('labels.compare.more', { count: changed.length - MOST_SHOWN })}</li>`
            : nothing
        }
      </ul>`;
  }

  readonly #pixels = async (id: string): Promise<Uint8Array | null> =>
    (await this.labels?.open())?.store.pixels(id) ?? null;
}

function figures(name: string, { accuracyBefore, accuracyAfter, gained, lost }: ChangedMinds) {
  if (accuracyBefore === null || accuracyAfter === null) {
    return html`<dt>${t('labels.compare.heldout.none')}</dt>
      <dd></dd>`;
  }
  return html`<dt>${name}</dt>
    <dd>
      <strong
        >${t('labels.compare.accuracy', {
          before: percent(accuracyBefore),
          after: percent(accuracyAfter),
        })}</strong
      ><br /><span class="small muted">${t('labels.compare.moved', { gained, lost })}</span>
    </dd>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-label-compare': UpwindLabelCompare;
  }
}
