import { severity, worst } from '../roughness/category.ts';
import type { Roughness } from '../roughness/category.ts';

/**
 * The most severe category that ground not seen leaves open, where it is beyond the governing one;
 * null where the governing category stands whatever that ground is.
 */
export function openCategory(
  governing: Roughness,
  directions: readonly { exposureStrict: Roughness; undetermined: boolean }[],
): Roughness | null {
  const strictest = directions
    .filter(({ undetermined }) => undetermined)
    .reduce((most, { exposureStrict }) => worst(most, exposureStrict), governing);
  return severity(strictest) > severity(governing) ? strictest : null;
}
