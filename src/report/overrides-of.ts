import { touchesSector } from '../analysis/stages.ts';
import type { SiteResult } from '../analysis/site-result.ts';
import { segmentOf } from '../exposure/assess-site.ts';
import type { DirectionResult, Override } from '../exposure/verdict.ts';
import { feetAndMetres } from './lengths.ts';

/** An override in words: what, from, to, by whom and why. */
export function overrideText({ sectors }: SiteResult, override: Override): string {
  const { target, id, from, to, atM, fromAtM, by, reason } = override;
  const category = (one: Override['to']): string => one ?? 'not known';
  const end =
    atM === undefined
      ? ''
      : `, ending at ${feetAndMetres(atM)}${fromAtM === undefined ? '' : ` instead of ${feetAndMetres(fromAtM)}`}`;
  const change = from === to ? `stays ${category(to)}` : `${category(from)} to ${category(to)}`;
  const { sector, segment } = segmentOf(override, sectors);
  const name =
    target === 'segment'
      ? `segment ${segment + 1} of sector ${sectors[sector]?.name ?? id.replace(/:\d+$/, '')}°`
      : `${target} ${id}`;
  return `${name}: ${change}${end}, by ${by || 'unnamed'}: ${reason || 'no reason given'}`;
}

/** True where an override is about ground or answer of a sector. */
export function touchesSectorOf(result: SiteResult, override: Override, sector: number): boolean {
  const { target, id } = override;
  if (target === 'segment') return segmentOf(override, result.sectors).sector === sector;
  if (target !== 'tile') return false;
  const tile = result.tiles.find((one) => one.id === id);
  const wedge = result.sectors[sector];
  return tile !== undefined && wedge !== undefined && touchesSector(tile, wedge);
}

/** Overrides of one direction itself, and of tiles and segments in its two sectors. */
export function overridesOf(result: SiteResult, direction: DirectionResult): string[] {
  return result.overrides
    .filter(
      (override) =>
        (override.target === 'direction' && override.id === direction.name) ||
        direction.sectors.some((sector) => touchesSectorOf(result, override, sector)),
    )
    .map((override) => overrideText(result, override));
}
