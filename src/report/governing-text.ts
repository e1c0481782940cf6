import { openCategories } from '../exposure/open-categories.ts';
import type { DirectionResult } from '../exposure/verdict.ts';
import type { Roughness } from '../roughness/category.ts';

/** One sentence, without its full stop. No category is called governing that ground not seen could make worse. */
export function governingText({
  governing,
  directions,
}: {
  governing: Roughness;
  directions: readonly DirectionResult[];
}): string {
  const { less, more } = openCategories(governing, directions);
  const worst = directions.filter(({ exposure }) => exposure === governing);
  const from = `from ${worst.map(({ name }) => name).join(', ')}`;
  if (more.length === 0) return `Exposure ${governing} governs, ${from}`;
  const could = `ground not seen could make it ${[...less, ...more].join(' or ')}`;
  return less.length > 0
    ? `Exposure ${governing} for the ground seen, ${from}; ${could}`
    : `At least exposure ${governing}, ${from}; ${could}`;
}
