import { svg } from 'lit';
import type { SVGTemplateResult } from 'lit';
import type { Roughness } from '../../src/roughness/category.ts';

export type Ground = Roughness | 'unknown';
export const groundOf = (roughness: Roughness | null): Ground => roughness ?? 'unknown';

/**
 * The second cue beside colour: B is a field of blocks, C sparse strokes, D waves, unknown a cross
 * hatch. Drawn over the fill, in the fill's own ink.
 */
export function hatchDefs(scope: string): SVGTemplateResult {
  return svg`
    <pattern id="${scope}-B" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(20)">
      <rect x="1" y="1" width="2.6" height="2.6" fill="var(--_b-ink)" opacity="0.3" /></pattern>
    <pattern id="${scope}-C" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <path d="M0 2h4M4.5 6.5h4" stroke="var(--_c-ink)" stroke-width="0.9" opacity="0.38" /></pattern>
    <pattern id="${scope}-D" width="12" height="6" patternUnits="userSpaceOnUse">
      <path d="M0 3q3 -2.4 6 0t6 0" fill="none" stroke="var(--_d-ink)" stroke-width="0.9" opacity="0.42" /></pattern>
    <pattern id="${scope}-unknown" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <path d="M0 3h6M3 0v6" stroke="var(--_unknown-ink)" stroke-width="0.8" opacity="0.45" /></pattern>`;
}

export const fillOf = (ground: Ground): string =>
  ground === 'unknown' ? 'var(--_unknown)' : `var(--_${ground.toLowerCase()})`;

export const inkOf = (ground: Ground): string =>
  ground === 'unknown' ? 'var(--_unknown-ink)' : `var(--_${ground.toLowerCase()}-ink)`;
