import { ROUGHNESS } from './category.ts';
import type { Roughness } from './category.ts';

/** Aerodynamic roughness length that a category usually stands for [m]. */
export interface Z0Band {
  fromM: number;
  toM: number;
}

/**
 * Roughness lengths for information only; no rule of this software uses them.
 * B 0.15–0.7 m, C 0.01–0.15 m, D under 0.01 m (ASCE/SEI 7 commentary C26.7, public quotations).
 */
export const Z0_BANDS: Readonly<Record<Roughness, Z0Band>> = {
  B: { fromM: 0.15, toM: 0.7 },
  C: { fromM: 0.01, toM: 0.15 },
  D: { fromM: 0, toM: 0.01 },
};

/** `B 0.15 to 0.7 m, C 0.01 to 0.15 m, D under 0.01 m`. */
export function z0Text(): string {
  return ROUGHNESS.map((roughness) => {
    const { fromM, toM } = Z0_BANDS[roughness];
    return `${roughness} ${fromM > 0 ? `${fromM} to ${toM}` : `under ${toM}`} m`;
  }).join(', ');
}
