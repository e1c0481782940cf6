import { LitElement, css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { DirectionResult, SiteResult } from '../../src/analysis/site-result.ts';
import '../sector-rose/sector-rose.ts';
import { directionLetters, heightWords, percent, placeText } from '../shared/format.ts';
import type { LengthUnit } from '../shared/format.ts';
import { t } from '../shared/localize.ts';
import { base, tokens } from '../shared/tokens.ts';
import { compareDirections, differ } from './compare-sites.ts';

/**
 * Saved sites beside each other: roses, what each was read with, and the exposure of every wind
 * direction. Rows that differ carry a sign and words, not a colour alone.
 * @summary Side-by-side comparison of sites.
 */
@customElement('upwind-site-compare')
export class UpwindSiteCompare extends LitElement {
  static override styles = [
    tokens,
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 14px;
      }
      .roses {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: 14px 10px;
      }
      figure {
        margin: 0;
      }
      figcaption {
        font-weight: 600;
        overflow-wrap: anywhere;
        text-align: center;
      }
      .scroll {
        overflow-x: auto;
        scrollbar-width: thin;
      }
      table {
        width: 100%;
        border-collapse: collapse;
      }
      th,
      td {
        padding: 6px 8px;
        border-bottom: 1px solid var(--_line);
        text-align: left;
        vertical-align: middle;
        font-size: 12.5px;
      }
      thead th {
        font-weight: 650;
        overflow-wrap: anywhere;
        min-width: 84px;
      }
      thead th:first-child {
        min-width: 0;
      }
      tbody th {
        position: sticky;
        left: 0;
        background: var(--_surface);
        font-weight: 550;
        white-space: nowrap;
      }
      tr.differs th {
        box-shadow: inset 3px 0 var(--_ink);
        font-weight: 700;
      }
      .sign {
        margin-left: 4px;
      }
      td .note {
        font-weight: 700;
      }
      p {
        margin: 0;
      }
    `,
  ];

  /** Two or more. */
  @property({ attribute: false }) results: readonly SiteResult[] = [];
  @property() unit: LengthUnit = 'ft';

  override render(): TemplateResult {
    const { results } = this;
    const directions = compareDirections(results);
    const count = directions.filter(({ differs }) => differs).length;
    return html`<div class="roses">
        ${results.map(
          (result) =>
            html`<figure>
              <upwind-rose .result=${result}></upwind-rose>
              <figcaption>${nameOf(result)}</figcaption>
            </figure>`,
        )}
      </div>
      <p>${t('compare.summary', { count, total: directions.length })}</p>
      <div class="scroll" role="group" tabindex="0" aria-label=${t('compare.table')}>
        <table>
          <caption class="visually-hidden">
            ${t('compare.table')}
          </caption>
          <thead>
            <tr>
              <th scope="col"><span class="visually-hidden">${t('compare.what')}</span></th>
              ${results.map((result) => html`<th scope="col">${nameOf(result)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${this.#facts()}
            ${this.#row(
              t('compare.governing'),
              results.map(({ governing }) => chip(governing)),
              differ(results.map(({ governing }) => governing)),
            )}
            ${directions.map(({ name, cells, differs }) => this.#row(directionLetters(name), cells.map(cellOf), differs))}
          </tbody>
        </table>
      </div>`;
  }

  #facts() {
    const facts: [string, (result: SiteResult) => string][] = [
      [t('compare.height'), ({ site }) => heightWords(site.heightFt, this.unit)],
      [t('compare.imagery'), ({ imagery }) => imagery.name],
      [t('compare.model'), ({ model }) => `${model.id} ${model.sha256.slice(0, 6)}`],
      [t('compare.reading'), readingText],
    ];
    return facts.map(([name, read]) => {
      const values = this.results.map(read);
      return this.#row(name, values, differ(values));
    });
  }

  #row(name: string, cells: unknown[], differs: boolean) {
    return html`<tr class=${differs ? 'differs' : ''}>
      <th scope="row">
        ${name}${
          differs
            ? html`<span class="sign" aria-hidden="true">≠</span
                ><span class="visually-hidden">, ${t('compare.differs')}</span>`
            : nothing
        }
      </th>
      ${cells.map((cell) => html`<td>${cell}</td>`)}
    </tr>`;
  }
}

const nameOf = ({ site }: SiteResult): string => site.name ?? placeText(site);

export function readingText({
  settings: { edition, tolerance, conservative },
}: {
  settings: Pick<SiteResult['settings'], 'edition' | 'tolerance' | 'conservative'>;
}): string {
  return t(conservative ? 'sites.reading.conservative' : 'sites.reading', {
    edition,
    share: percent(tolerance),
  });
}

export const chip = (exposure: string): TemplateResult =>
  html`<span class="chip ${exposure.toLowerCase()}">${exposure}</span>`;

/** The letter, with the rose's own signs: `*` flips under the strict reading, `?` not settled. */
function cellOf(direction: DirectionResult | null) {
  if (!direction) return t('compare.none');
  const { exposure, undetermined, flips } = direction;
  if (!undetermined && !flips) return chip(exposure);
  const words = t(undetermined ? 'compare.undetermined' : 'compare.flips');
  return html`${chip(exposure)}
    <span class="note" title=${words} aria-hidden="true">${undetermined ? '?' : '*'}</span
    ><span class="visually-hidden">, ${words}</span>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-site-compare': UpwindSiteCompare;
  }
}
