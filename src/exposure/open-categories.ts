import { ROUGHNESS, severity, worst } from '../roughness/category.ts';
import type { Roughness } from '../roughness/category.ts';
import type { DirectionResult } from './verdict.ts';

/** What ground not seen leaves open about the governing category, least severe first. */
export interface OpenCategories {
  /** Less severe than the governing one: that one is only what the ground seen gives. */
  less: Roughness[];
  /** More severe than the governing one. */
  more: Roughness[];
}

/** Empty lists where the governing category stands whatever the ground not seen is. */
export function openCategories(
  governing: Roughness,
  directions: readonly Pick<
    DirectionResult,
    'exposure' | 'exposureStrict' | 'undetermined' | 'notExcluded'
  >[],
): OpenCategories {
  const worstBut = (pick: (direction: (typeof directions)[number]) => Roughness): Roughness =>
    directions.map(pick).reduce(worst, 'B');
  // All directions at their least severe at once: unknown ground may be rough all round.
  const least = worstBut(({ exposure, notExcluded }) =>
    notExcluded.reduce(
      (low, other) => (severity(other.exposure) < severity(low) ? other.exposure : low),
      exposure,
    ),
  );
  const most = worstBut(({ exposure, exposureStrict, undetermined }) =>
    undetermined ? worst(exposure, exposureStrict) : exposure,
  );
  const between = (from: Roughness, to: Roughness): Roughness[] =>
    ROUGHNESS.filter(
      (one) =>
        one !== governing && severity(one) >= severity(from) && severity(one) <= severity(to),
    );
  return { less: between(least, governing), more: between(governing, most) };
}
