import type { SiteResult } from '../analysis/site-result.ts';
import type { DirectionResult, Override } from '../exposure/verdict.ts';
import { feetAndMetres } from './lengths.ts';

/** An override in words: what, from, to, by whom and why. */
export function overrideText(result: SiteResult, override: Override): string {
  const { target, id, from, to, atM, by, reason } = override;
  const category = (one: Override['to']): string => one ?? 'not known';
  const end = atM === undefined ? '' : `, ending at ${feetAndMetres(atM)}`;
  const [sector, segment] = id.split(':');
  const name =
    target === 'segment'
      ? `segment ${Number(segment) + 1} of sector ${result.sectors[Number(sector)]?.name ?? sector}°`
      : `${target} ${id}`;
  return `${name}: ${category(from)} to ${category(to)}${end}, by ${by || 'unnamed'}: ${reason || 'no reason given'}`;
}

/** Overrides of one direction itself and of segments in the sector that governs it. */
export function overridesOf(result: SiteResult, direction: DirectionResult): string[] {
  return result.overrides
    .filter(
      ({ target, id }) =>
        (target === 'direction' && id === direction.name) ||
        (target === 'segment' && direction.sectors.includes(Number(id.split(':')[0]))),
    )
    .map((override) => overrideText(result, override));
}
