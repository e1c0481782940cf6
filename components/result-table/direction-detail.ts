import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { DirectionResult, SectorResult } from '../../src/analysis/site-result.ts';
import { feetToMetres } from '../../src/site/height.ts';
import type { UpwindBreakMoveEvent } from '../fetch-strip/fetch-strip.events.ts';
import type { FetchMark } from '../fetch-strip/fetch-strip.ts';
import type { OverrideTarget } from '../override-form/override-draft.ts';
import '../override-form/override-form.ts';
import { bothLengths, directionWords, groundText, percent } from '../shared/format.ts';
import type { LengthUnit } from '../shared/format.ts';
import { icon } from '../shared/icons.ts';
import { decimalText, t } from '../shared/localize.ts';

export interface DetailOptions {
  sectors: readonly SectorResult[];
  marks: readonly FetchMark[];
  unit: LengthUnit;
  /** Kz is of this height [ft], null while the run lasts. */
  heightText: string;
  /** What a finished answer offers beside its reasons. */
  more: DetailMore | null;
}

/** Corrections, tiles and closer looks; without a session, or while a run lasts, there are none. */
export interface DetailMore {
  /** Open form, if any. */
  editing: OverrideTarget | null;
  edit(target: OverrideTarget): void;
  /** A break line was moved on the strip of a sector. */
  onBreakMove(sector: number, segment: number, atM: number): void;
  /** Below the strips. */
  foot: TemplateResult;
}

/** "Why C?": the rule that decided, its numbers, and what the wind crosses in both sectors. */
export function directionDetail(
  direction: DirectionResult,
  { sectors, marks, unit, heightText, more }: DetailOptions,
): TemplateResult {
  const { reason, clause, distanceToChangeFt, kz } = direction;
  const change =
    distanceToChangeFt === null
      ? t('why.nochange')
      : t('why.change', { length: bothLengths(feetToMetres(distanceToChangeFt), unit) });
  return html`<div class="why">
    <h3>${titleOf(direction)}</h3>
    <p>${reason}</p>
    ${flags(direction, unit)}
    <dl class="number">
      <dt>${t('why.clause')}</dt>
      <dd>${clause}</dd>
      <dt>${t('why.tochange')}</dt>
      <dd>${change}</dd>
      <dt>${t('why.kz')}</dt>
      <dd>${t('why.kz.value', { kz: decimalText(kz, 3), height: heightText })}</dd>
      <dt>${t('why.roughness')}</dt>
      <dd>${direction.roughness ?? '–'} · ${groundText(direction.roughness)}</dd>
    </dl>
    ${direction.sectors.map((index) => {
      const sector = sectors[index];
      const governs = index === direction.governedBy;
      return sector ? sectorStrip({ sector, index, governs, marks, unit, more }) : nothing;
    })}
    ${more ? directionTools(direction, more, marks) : nothing}
  </div>`;
}

/** The eight have names; a face of the building is told by its bearing. */
function titleOf({ name, exposure, bearingDeg }: DirectionResult): string {
  const direction = directionWords(name);
  return direction === name
    ? t('why.title.face', { exposure, bearing: bearingDeg })
    : t('why.title', { exposure, direction });
}

function flags(direction: DirectionResult, unit: LengthUnit) {
  const { flips, exposureStrict, undetermined, notExcluded } = direction;
  return [
    flips && !undetermined
      ? html`<p class="flag">${icon('warning')} ${t('why.flips', { strict: exposureStrict })}</p>`
      : nothing,
    undetermined
      ? html`<p class="flag">
          ${icon('warning')}
          <span>
            ${t('why.undetermined', { exposure: direction.exposure })}
            ${notExcluded.map(({ exposure, tileIds, fromM }) =>
              t('why.notexcluded', {
                exposure,
                count: tileIds.length,
                from: bothLengths(fromM, unit),
              }),
            )}
          </span>
        </p>`
      : nothing,
  ];
}

function directionTools(
  { name }: DirectionResult,
  { editing, edit, foot }: DetailMore,
  marks: readonly FetchMark[],
) {
  const open = editing?.kind === 'direction' && editing.name === name;
  return html`${foot}
  ${
    open
      ? html`<upwind-override-form .target=${editing} .marks=${marks}></upwind-override-form>`
      : html`<button class="button tool" @click=${() => edit({ kind: 'direction', name })}>
          ${icon('pen')} ${t('why.edit.direction')}
        </button>`
  }`;
}

interface StripOptions {
  sector: SectorResult;
  index: number;
  governs: boolean;
  marks: readonly FetchMark[];
  unit: LengthUnit;
  more: DetailMore | null;
}

function sectorStrip({ sector, index, governs, marks, unit, more }: StripOptions) {
  const open = more?.editing?.kind === 'sector' && more.editing.index === index;
  const known = sector.segments.filter(({ roughness }) => roughness !== null);
  const confidence = known.reduce((sum, s) => sum + s.confidence * (s.toM - s.fromM), 0);
  const length = known.reduce((sum, s) => sum + s.toM - s.fromM, 0);
  return html`<section>
    <h4 class=${governs ? 'governs' : ''}>
      <span>
        ${t('why.sector', { name: sector.name, exposure: sector.exposure })}
        ${governs ? html`· ${t('why.governs')}` : nothing}
      </span>
      ${
        length > 0
          ? html`<span>${t('why.confidence', { share: percent(confidence / length) })}</span>`
          : nothing
      }
    </h4>
    ${
      open
        ? html`<upwind-override-form
            .target=${more.editing}
            .marks=${marks}
          ></upwind-override-form>`
        : html`<upwind-fetch-strip
              ?editable=${more !== null}
              .segments=${sector.segments}
              .marks=${marks}
              .unit=${unit}
              @upwind-break-move=${({ detail }: UpwindBreakMoveEvent) =>
                more?.onBreakMove(index, detail.segment, detail.atM)}
            ></upwind-fetch-strip>
            ${
              more
                ? html`<button
                    class="button tool"
                    @click=${() => more.edit({ kind: 'sector', index })}
                  >
                    ${icon('pen')} ${t('why.edit.sector', { name: sector.name })}
                  </button>`
                : nothing
            }`
    }
  </section>`;
}
