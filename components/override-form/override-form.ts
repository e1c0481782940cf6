import { html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { SectorResult, SiteResult } from '../../src/analysis/site-result.ts';
import { ROUGHNESS } from '../../src/roughness/category.ts';
import { METRES_PER_FOOT } from '../../src/site/height.ts';
import '../fetch-strip/fetch-strip.ts';
import type { FetchMark, UpwindFetchStrip } from '../fetch-strip/fetch-strip.ts';
import { formStyles } from '../shared/form-styles.ts';
import { directionWords, lengthText } from '../shared/format.ts';
import { t } from '../shared/localize.ts';
import { SessionElement } from '../shared/session-element.ts';
import type { SessionState } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';
import { changedDirections, EMPTY_DRAFT, overrideOf, withDraft } from './override-draft.ts';
import type { OverrideDraft, OverrideTarget } from './override-draft.ts';
import { UpwindOverrideCloseEvent } from './override-form.events.ts';
import { overrideFormStyles } from './override-form.styles.ts';

/**
 * Corrects the ground of a sector, draws a break line, or sets a direction, with the reason.
 * @summary Override with a trail.
 * @event {UpwindOverrideCloseEvent} upwind-override-close - applied, or given up
 */
@customElement('upwind-override-form')
export class UpwindOverrideForm extends SessionElement {
  static override styles = [tokens, base, formStyles, overrideFormStyles];
  protected override readonly watches: readonly (keyof SessionState)[] = ['result', 'settings'];

  @property({ attribute: false }) target: OverrideTarget | null = null;
  @property({ attribute: false }) marks: readonly FetchMark[] = [];
  @state() private draft: OverrideDraft = EMPTY_DRAFT;
  @state() private preview = '';
  @state() private error = '';
  @query('#reason') private reasonField!: HTMLInputElement;
  @query('upwind-fetch-strip') private strip!: UpwindFetchStrip | null;
  @query('#by') private byField!: HTMLInputElement;
  #asked = 0;
  /** The override on its way into the answer; a second press is about the same one. */
  #applying = false;

  override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed as Map<PropertyKey, unknown>);
    if (changed.has('target')) this.#reset();
  }

  protected override sessionChanged(_: SessionState, changed: ReadonlySet<string>): void {
    if (changed.has('result')) this.#reset();
  }

  /** Begins with the end of a stretch already moved. */
  begin(segment: number, atM: number): void {
    this.#change({ segment, to: undefined, atM });
    void this.updateComplete
      .then(() => this.strip?.updateComplete)
      .then(() => this.strip?.focusBreakLine(segment));
  }

  #reset(): void {
    this.draft = EMPTY_DRAFT;
    this.preview = '';
    this.error = '';
  }

  override render(): TemplateResult | typeof nothing {
    const { target } = this;
    const result = this.session?.state.result;
    if (!target || !result) return nothing;
    const sector = target.kind === 'sector' ? result.sectors[target.index] : undefined;
    const title =
      target.kind === 'direction'
        ? t('override.form.direction', { name: directionWords(target.name) })
        : t('override.form.sector', { name: sector?.name ?? '' });
    return html`<form
      class="stack"
      aria-label=${title}
      novalidate
      @submit=${(event: Event) => void this.#apply(event)}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === 'Escape') this.#close(false);
      }}
    >
      <h5>${title}</h5>
      ${
        target.kind === 'direction'
          ? this.#choice(
              t('override.exposure'),
              result.directions.find(({ name }) => name === target.name)?.exposure ?? null,
              false,
            )
          : sector
            ? this.#ground(sector)
            : nothing
      }
      <p class="hint" role="status">${this.preview}</p>
      <div class="why">
        <div>
          <label for="reason">${t('override.reason')}</label>
          <input
            id="reason"
            class="field"
            maxlength="500"
            required
            placeholder=${t('override.reason.hint')}
            aria-invalid=${this.error ? 'true' : nothing}
            aria-describedby=${this.error ? 'error' : nothing}
          />
        </div>
        <div>
          <label for="by">${t('override.by')}</label>
          <input
            id="by"
            class="field"
            maxlength="80"
            .value=${this.session?.state.settings.engineer ?? ''}
          />
        </div>
      </div>
      ${this.error ? html`<p class="error" id="error" role="alert">${this.error}</p>` : nothing}
      <div class="buttons">
        <button class="button primary" type="submit">${t('override.apply')}</button>
        <button class="button" type="button" @click=${() => this.#close(false)}>
          ${t('override.cancel')}
        </button>
      </div>
    </form>`;
  }

  #ground(sector: SectorResult) {
    const { unit = 'ft' } = this.session?.state.settings ?? {};
    const { segment: index, atM } = this.draft;
    const segment = sector.segments[index] ?? sector.segments[0];
    if (!segment) return nothing;
    const endM = atM ?? segment.toM;
    const shown = unit === 'ft' ? endM / METRES_PER_FOOT : endM;
    return html`<upwind-fetch-strip
        editable
        .segments=${withDraft(sector.segments, this.draft)}
        .marks=${this.marks}
        .unit=${unit}
        @upwind-break-move=${({ detail }: CustomEvent<{ segment: number; atM: number }>) =>
          this.#change({
            segment: detail.segment,
            to: detail.segment === index ? this.draft.to : undefined,
            atM: detail.atM,
          })}
      ></upwind-fetch-strip>
      <div>
        <label for="segment">${t('override.segment')}</label>
        <select
          id="segment"
          class="field"
          @change=${(event: Event) =>
            this.#change({
              ...EMPTY_DRAFT,
              segment: Number((event.target as HTMLSelectElement).value),
            })}
        >
          ${sector.segments.map(
            ({ roughness, fromM, toM }, i) =>
              html`<option value=${i} ?selected=${i === index}>
                ${t('override.segment.option', {
                  ground: roughness ?? t('ground.unknown'),
                  from: lengthText(fromM, unit),
                  to: lengthText(toM, unit),
                })}
              </option>`,
          )}
        </select>
      </div>
      <div class="pair">
        ${this.#choice(t('override.ground'), segment.roughness, true)}
        ${
          index < sector.segments.length - 1
            ? html`<div>
                <label for="end">${t('override.end')} (${unit})</label>
                <input
                  id="end"
                  class="field number"
                  type="number"
                  min="0"
                  step="1"
                  .value=${String(Math.round(shown))}
                  @change=${(event: Event) => {
                    const value = (event.target as HTMLInputElement).valueAsNumber;
                    if (!Number.isFinite(value)) return;
                    const metres = unit === 'ft' ? value * METRES_PER_FOOT : value;
                    this.#change({ ...this.draft, atM: Math.max(0, metres) });
                  }}
                />
              </div>`
            : nothing
        }
      </div>`;
  }

  #choice(label: string, now: string | null, unknown: boolean) {
    const { to } = this.draft;
    const chosen = to === undefined ? now : to;
    const option = (value: 'B' | 'C' | 'D' | null) =>
      html`<button
        type="button"
        class="${value?.toLowerCase() ?? ''}"
        aria-pressed=${chosen === value}
        aria-label=${value ?? t('override.ground.unknown')}
        @click=${() => this.#change({ ...this.draft, to: value === now ? undefined : value })}
      >
        ${value ?? '?'}
      </button>`;
    return html`<div>
      <span class="label" id="choice">${label}</span>
      <div class="choice" role="group" aria-labelledby="choice">
        ${ROUGHNESS.map(option)} ${unknown ? option(null) : nothing}
      </div>
    </div>`;
  }

  #change(draft: OverrideDraft): void {
    this.draft = draft;
    this.error = '';
    void this.#look();
  }

  /** What the directions would be; the last question asked is answered. */
  async #look(): Promise<void> {
    const asked = ++this.#asked;
    const result = this.session?.state.result;
    const override = this.#override(result);
    if (!result || !override) {
      this.preview = '';
      return;
    }
    const after = await this.session?.tryOverrides([override]).catch(() => null);
    if (asked !== this.#asked || !after) return;
    const changes = changedDirections(result, after);
    this.preview =
      changes.length === 0
        ? t('override.preview.none')
        : t('override.preview', {
            changes: changes.map((change) => t('override.preview.change', change)).join(', '),
          });
  }

  #override(result: SiteResult | null | undefined) {
    const made = result && this.target && overrideOf(result, this.target, this.draft);
    if (!made) return null;
    return {
      ...made,
      reason: this.reasonField?.value.trim() ?? '',
      by: this.byField?.value.trim() ?? '',
    };
  }

  async #apply(event: Event): Promise<void> {
    event.preventDefault();
    if (this.#applying) return;
    const override = this.#override(this.session?.state.result);
    if (!override) this.error = t('override.same');
    else if (!override.reason) {
      this.error = t('override.reason.need');
      this.reasonField.focus();
    } else {
      this.#applying = true;
      try {
        await this.session?.addOverrides([override]);
        this.#close(true);
      } catch (error) {
        this.error = (error as Error).message;
      } finally {
        this.#applying = false;
      }
    }
  }

  #close(applied: boolean): void {
    this.#asked++;
    this.#reset();
    this.dispatchEvent(new UpwindOverrideCloseEvent(applied));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-override-form': UpwindOverrideForm;
  }
}
