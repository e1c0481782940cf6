import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { DirectionResult } from '../../src/analysis/site-result.ts';
import { openCategories } from '../../src/exposure/open-categories.ts';
import { severity } from '../../src/roughness/category.ts';
import type { Roughness } from '../../src/roughness/category.ts';
import '../export-menu/export-menu.ts';
import '../override-list/override-list.ts';
import '../result-table/result-table.ts';
import '../sector-rose/sector-rose.ts';
import { directionLetters, directionWords, groundText, heightWords } from '../shared/format.ts';
import { icon } from '../shared/icons.ts';
import { decimalText, t } from '../shared/localize.ts';
import { SessionElement } from '../shared/session-element.ts';
import type { SessionState } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';
import { marksOf } from '../upwind-map/radii.ts';
import { noticesOf } from './notices.ts';
import { resultPanelStyles } from './result-panel.styles.ts';

/**
 * The answer: what governs, the rose, the directions, and what to know about it.
 * @summary Answer of one site.
 * @csspart headline - what governs, from where, and the export menu
 * @csspart rose - drawing of the rose in it
 * @csspart table - table in it
 * @csspart row - one direction of the table
 * @csspart detail - what an open row says
 * @csspart notices - what to know about the answer
 */
@customElement('upwind-result')
export class UpwindResult extends SessionElement {
  static override styles = [tokens, base, resultPanelStyles];
  protected override readonly watches: readonly (keyof SessionState)[] = [
    'assessment',
    'result',
    'run',
    'stale',
    'settings',
    'model',
  ];

  override render(): TemplateResult | typeof nothing {
    const state = this.session?.state;
    if (!state) return nothing;
    return html`${this.#trouble(state)}
    ${
      state.assessment
        ? html`${this.#headline(state)}
            <upwind-rose exportparts="rose"></upwind-rose>
            <upwind-result-table
              exportparts="table, row, detail"
              .marks=${marksOf(state)}
            ></upwind-result-table>
            <upwind-overrides></upwind-overrides>
            ${this.#notices(state)}`
        : this.#blank(state)
    }`;
  }

  #trouble({ run, stale }: SessionState) {
    if (run.phase === 'failed' && run.noModel) {
      return html`<section class="trouble" role="alert">
        <h2>${t('result.nomodel.title')}</h2>
        <p>${t('result.nomodel')}</p>
      </section>`;
    }
    if (run.phase === 'failed') {
      return html`<section class="trouble" role="alert">
        <h2>${t('result.failed')}</h2>
        <p>${run.message}</p>
      </section>`;
    }
    if (run.phase === 'cancelled') {
      return html`<p class="muted">
        ${t('result.cancelled', { done: run.done, total: run.total })}
      </p>`;
    }
    if (stale && run.phase === 'done') {
      return html`<p class="stale">
        ${icon('info')} <span>${t('result.stale')}</span>
        <button class="button" @click=${() => void this.session?.analyse()}>
          ${t('result.stale.again')}
        </button>
      </p>`;
    }
    return nothing;
  }

  #headline({ assessment, result, site, settings }: SessionState) {
    const directions = assessment?.directions ?? [];
    const letter = result?.governing ?? worstOf(directions);
    if (!letter) return nothing;
    if (result && result.tiles.every(({ roughness }) => roughness === null)) return unseen();
    const from = directions.filter(({ exposure }) => exposure === letter);
    const { less, more } = result ? openCategories(letter, directions) : { less: [], more: [] };
    const open = more.length > 0 ? [...less, ...more].join(t('result.or')) : null;
    const governing = !open
      ? 'governing'
      : less.length > 0
        ? 'governing.seen'
        : 'governing.atleast';
    const unit = settings.unit;
    const kz = from[0] ? decimalText(from[0].kz, 3) : '–';
    // An old answer's factor belongs to the height that it was made for.
    const height = heightWords(result?.site.heightFt ?? site?.heightFt ?? 25, unit);
    return html`<section class="headline" part="headline">
      <span class="chip letter ${letter.toLowerCase()}" aria-hidden="true">${letter}</span>
      <div>
        <h2>
          ${result ? nothing : html`<span class="muted">${t('result.sofar')}</span>`}
          ${t(`result.${governing}`, { exposure: letter })}
        </h2>
        <p class="muted">
          ${
            from.length === directions.length
              ? t('result.all')
              : t('result.from', { directions: listed(from) })
          }${open ? html`; ${t('result.governing.could', { others: open })}` : nothing}<br />
          <span class="number">
            ${t('result.kz', {
              kz,
              height,
              edition: result?.settings.edition ?? settings.edition,
            })}
          </span>
        </p>
      </div>
      ${result ? html`<upwind-export-menu></upwind-export-menu>` : nothing}
    </section>`;
  }

  #blank({ run }: SessionState) {
    if (run.phase === 'failed' || run.phase === 'cancelled') return nothing;
    return html`<upwind-rose exportparts="rose"></upwind-rose>
      <ul class="key">
        ${(['B', 'C', 'D'] as const).map(
          (category) =>
            html`<li>
              <span class="chip ${category.toLowerCase()}">${category}</span>
              ${groundText(category)}
            </li>`,
        )}
      </ul>`;
  }

  #notices({ result }: SessionState) {
    if (!result) return nothing;
    const notices = noticesOf(result);
    return html`<section class="notices" part="notices" aria-label=${t('notice.title')}>
      <h3>${t('notice.title')}</h3>
      <ul>
        ${notices.map(
          ({ level, text }) =>
            html`<li>${icon(level === 'warning' ? 'warning' : 'info')} <span>${text}</span></li>`,
        )}
      </ul>
    </section>`;
  }
}

/** A letter here would be the rules' word on no ground at all. */
const unseen = () =>
  html`<section class="headline" part="headline">
    <span class="chip letter" aria-hidden="true">?</span>
    <div>
      <h2>${t('result.governing.unseen')}</h2>
      <p class="muted">${t('result.governing.unseen.do')}</p>
    </div>
    <upwind-export-menu></upwind-export-menu>
  </section>`;

const worstOf = (directions: readonly DirectionResult[]): Roughness | null =>
  directions.map(({ exposure }) => exposure).sort((a, b) => severity(b) - severity(a))[0] ?? null;

const listed = (directions: readonly DirectionResult[]): string =>
  directions
    .map(({ name }) => (directions.length > 2 ? directionLetters(name) : directionWords(name)))
    .join(', ');

declare global {
  interface HTMLElementTagNameMap {
    'upwind-result': UpwindResult;
  }
}
