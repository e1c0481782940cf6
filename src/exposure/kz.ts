import type { Roughness } from '../roughness/category.ts';
import { UserError } from '../site/user-error.ts';
import { editionTable } from './editions.ts';
import type { Edition } from './editions.ts';

export interface KzOptions {
  /** Height above ground z [ft]; heights below 15 ft count as 15 ft. */
  heightFt: number;
  edition?: Edition;
}

/**
 * Velocity pressure exposure coefficient Kz = k (z / zg)^(2/α), constant above the gradient
 * height zg. 7-22, exposure C, 25 ft: 0.9447.
 * @see ASCE/SEI 7-16 and 7-22, Table 26.10-1 note 1 and Table 26.11-1
 * @throws UserError if the height is negative or not a number
 */
export function kz(exposure: Roughness, { heightFt, edition }: KzOptions): number {
  if (!Number.isFinite(heightFt) || heightFt < 0) {
    throw new UserError(`Height for Kz must be 0 ft or more, not ${heightFt}.`);
  }
  const table = editionTable(edition);
  const { alpha, zg } = table.kz[exposure];
  const z = Math.min(Math.max(heightFt, table.kzLowest.value), zg.value);
  return table.kzFactor.value * (z / zg.value) ** (2 / alpha.value);
}
