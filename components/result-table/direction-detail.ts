import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { DirectionResult, SectorResult } from '../../src/analysis/site-result.ts';
import { feetToMetres } from '../../src/site/height.ts';
import type { FetchMark } from '../fetch-strip/fetch-strip.ts';
import { bothLengths, directionWords, groundText, percent } from '../shared/format.ts';
import type { LengthUnit } from '../shared/format.ts';
import { icon } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';

export interface DetailOptions {
  sectors: readonly SectorResult[];
  marks: readonly FetchMark[];
  unit: LengthUnit;
  /** Kz is of this height [ft], null while the run lasts. */
  heightText: string;
}

/** "Why C?": the rule that decided, its numbers, and what the wind crosses in both sectors. */
export function directionDetail(
  direction: DirectionResult,
  { sectors, marks, unit, heightText }: DetailOptions,
): TemplateResult {
  const { exposure, reason, clause, distanceToChangeFt, kz } = direction;
  const change =
    distanceToChangeFt === null
      ? t('why.nochange')
      : t('why.change', { length: bothLengths(feetToMetres(distanceToChangeFt), unit) });
  return html`<div class="why">
    <h3>${t('why.title', { exposure, direction: directionWords(direction.name) })}</h3>
    <p>${reason}</p>
    ${flags(direction, unit)}
    <dl class="number">
      <dt>${t('why.clause')}</dt>
      <dd>${clause}</dd>
      <dt>${t('why.tochange')}</dt>
      <dd>${change}</dd>
      <dt>${t('why.kz')}</dt>
      <dd>${t('why.kz.value', { kz: kz.toFixed(3), height: heightText })}</dd>
      <dt>${t('why.roughness')}</dt>
      <dd>${direction.roughness ?? '–'} · ${groundText(direction.roughness)}</dd>
    </dl>
    ${direction.sectors.map((index) => {
      const sector = sectors[index];
      return sector ? sectorStrip(sector, index === direction.governedBy, marks, unit) : nothing;
    })}
  </div>`;
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

function sectorStrip(
  sector: SectorResult,
  governs: boolean,
  marks: readonly FetchMark[],
  unit: LengthUnit,
) {
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
    <upwind-fetch-strip .segments=${sector.segments} .marks=${marks} .unit=${unit}>
    </upwind-fetch-strip>
  </section>`;
}
