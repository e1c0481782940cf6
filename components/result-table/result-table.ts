import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { DirectionResult } from '../../src/analysis/site-result.ts';
import { feetToMetres } from '../../src/site/height.ts';
import '../fetch-strip/fetch-strip.ts';
import type { FetchMark } from '../fetch-strip/fetch-strip.ts';
import { AssessedElement } from '../shared/assessed-element.ts';
import {
  bothLengths,
  directionLetters,
  directionWords,
  heightWords,
  lengthText,
} from '../shared/format.ts';
import { icon } from '../shared/icons.ts';
import { decimalText, t } from '../shared/localize.ts';
import type { SessionState } from '../shared/session.ts';
import type { UpwindOverrideForm } from '../override-form/override-form.ts';
import { base, tokens } from '../shared/tokens.ts';
import type { OverrideTarget } from '../override-form/override-draft.ts';
import { directionDetail } from './direction-detail.ts';
import type { DetailMore } from './direction-detail.ts';
import { directionGround } from './direction-ground.ts';
import { tableStyles } from './result-table.styles.ts';

/**
 * One row a wind direction; a row opens to say why.
 * @summary Table of directions with their exposure and its reasons.
 * @event {UpwindDirectionHoverEvent} upwind-direction-hover - pointer or focus on a row
 * @event {UpwindDirectionSelectEvent} upwind-direction-select - a row was opened or closed
 * @csspart table - the whole of it
 * @csspart row - one direction
 * @csspart detail - what an open row says
 */
@customElement('upwind-result-table')
export class UpwindResultTable extends AssessedElement {
  static override styles = [tokens, base, tableStyles];

  /** Distances of the rules, marked on the strips. */
  @property({ attribute: false }) marks: readonly FetchMark[] = [];
  /** The form that is open in the detail. */
  @state() private editing: OverrideTarget | null = null;

  protected override readonly watches: readonly (keyof SessionState)[] = [
    'assessment',
    'result',
    'boundary',
    'selection',
    'settings',
    'run',
  ];

  override render(): TemplateResult | typeof nothing {
    if (this.directions.length === 0) return nothing;
    return html`<table
      part="table"
      @pointerleave=${() => this.hover(null)}
      @upwind-override-close=${() => this.#closeForm()}
    >
      <caption class="visually-hidden">
        ${t('table.caption')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${t('table.from')}</th>
          <th scope="col">${t('table.exposure')}</th>
          <th scope="col">${t('table.fetch')}</th>
          <th scope="col" class="end">
            <abbr title=${t('table.kz.long')}>K<sub>z</sub></abbr>
          </th>
          <th scope="col" class="end">${t('table.change')}</th>
        </tr>
      </thead>
      <tbody>
        ${this.directions.map((direction) => this.#row(direction))}
      </tbody>
    </table>`;
  }

  #row(direction: DirectionResult) {
    const { name, exposure, kz, distanceToChangeFt } = direction;
    const open = this.direction === name;
    const governor = this.sectors[direction.governedBy];
    return html`<tr
        part="row"
        class="row ${open ? 'open' : ''} ${this.hotDirection === name ? 'hot' : ''}"
        @pointerenter=${() => this.hover(name)}
        @click=${() => this.toggle(name)}
      >
        <th scope="row">
          <button
            class="open-direction"
            aria-expanded=${open}
            aria-controls=${open ? 'detail' : nothing}
            aria-label=${t('table.why', {
              name: directionLetters(name),
              exposure,
              direction: directionWords(name),
            })}
            @focus=${() => this.hover(name)}
            @blur=${() => this.hover(null)}
            @click=${(event: Event) => {
              event.stopPropagation();
              this.toggle(name);
            }}
          >
            ${icon('chevron')}${directionLetters(name)}
          </button>
        </th>
        <td>
          <span class="exposure">
            <span class="chip ${exposure.toLowerCase()}">${exposure}</span>${noteOf(direction)}
            ${this.#byHand(direction)}
          </span>
        </td>
        <td class="strip">
          <upwind-fetch-strip compact .segments=${governor?.segments ?? []}></upwind-fetch-strip>
          <span class="visually-hidden">
            ${(governor?.segments ?? [])
              .map(({ roughness, toM }) =>
                t('table.fetch.words', {
                  ground: roughness ?? t('ground.unknown'),
                  to: bothLengths(toM, this.unit),
                }),
              )
              .join(', ')}
          </span>
        </td>
        <td class="end number">${decimalText(kz, 3)}</td>
        <td class="end number">
          ${
            distanceToChangeFt === null
              ? html`<span aria-label=${t('why.nochange')}>–</span>`
              : lengthText(feetToMetres(distanceToChangeFt), this.unit)
          }
        </td>
      </tr>
      ${
        open
          ? html`<tr class="detail" id="detail" part="detail">
              <td colspan="5">
                ${directionDetail(direction, {
                  sectors: this.sectors,
                  marks: this.marks,
                  unit: this.unit,
                  heightText: this.#height(),
                  more: this.#more(direction),
                })}
              </td>
            </tr>`
          : nothing
      }`;
  }

  /** What a finished answer offers: corrections, its tiles, a closer look. */
  #more(direction: DirectionResult): DetailMore | null {
    const { session } = this;
    const result = session?.state.result;
    if (!session || !result || this.result) return null;
    return {
      editing: this.editing,
      edit: (target) => this.#edit(target),
      onBreakMove: (index, segment, atM) => {
        this.editing = { kind: 'sector', index };
        void this.updateComplete
          .then(() => this.#form?.updateComplete)
          .then(() => this.#form?.begin(segment, atM));
      },
      foot: directionGround(direction, result, session),
    };
  }

  get #form(): UpwindOverrideForm | null {
    return this.renderRoot.querySelector('upwind-override-form');
  }

  #edit(target: OverrideTarget): void {
    this.editing = target;
    void this.updateComplete
      .then(() => this.#form?.updateComplete)
      .then(() => {
        this.#form?.shadowRoot?.querySelector<HTMLElement>('.handle, select, button')?.focus();
      });
  }

  #closeForm(): void {
    this.editing = null;
    // What was pressed is gone with its form.
    void this.updateComplete.then(() => {
      this.renderRoot.querySelector<HTMLElement>('.open-direction[aria-expanded=true]')?.focus();
    });
  }

  /** Letters set by hand, or ground that was corrected, are told apart by sign and words. */
  #byHand({ name, sectors }: DirectionResult) {
    const result = this.result ?? this.session?.state.result;
    const some = result?.overrides.some(
      ({ target, id }) =>
        (target === 'direction' && id === name) ||
        (target === 'segment' &&
          sectors.some((index) => {
            const where = id.slice(0, id.lastIndexOf(':'));
            return where === String(index) || where === result.sectors[index]?.name;
          })),
    );
    return some
      ? html`<span class="note" title=${t('override.flag')}>
          ${icon('pen')}<span class="visually-hidden">${t('override.flag')}</span>
        </span>`
      : nothing;
  }

  #height(): string {
    const heightFt = this.result?.site.heightFt ?? this.session?.state.site?.heightFt ?? 25;
    return heightWords(heightFt, this.unit);
  }
}

/** What the letter alone does not say: another strict reading, or ground not known. */
function noteOf({ flips, undetermined, exposureStrict }: DirectionResult) {
  if (!flips && !undetermined) return nothing;
  const words = undetermined ? 'table.undetermined' : 'table.flips';
  return html`<span class="note" title=${t(words, { strict: exposureStrict })}>
    ${undetermined ? '?' : '→'} ${exposureStrict}
    <span class="visually-hidden">${t(words, { strict: exposureStrict })}</span>
  </span>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-result-table': UpwindResultTable;
  }
}
