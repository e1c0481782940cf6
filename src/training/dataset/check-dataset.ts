import { ROUGHNESS } from '../../roughness/category.ts';
import { UserError } from '../../site/user-error.ts';
import { countsOf } from './dataset.ts';
import type { Dataset } from './dataset.ts';

/** Fewest training pictures of a category. */
const FEWEST = 2;

/**
 * What stands in the way of training on a dataset, one line each; empty where nothing does.
 * @param allowMissing true where a category may have no pictures at all
 */
export function datasetProblems(
  dataset: Pick<Dataset, 'images'>,
  { allowMissing = false }: { allowMissing?: boolean } = {},
): string[] {
  const { train, validation } = countsOf(dataset.images);
  const present = ROUGHNESS.filter((label) => train[label] > 0);
  if (present.length === 0) return ['There are no training pictures.'];
  if (present.length === 1) {
    return [
      `All training pictures are ${present[0]}: there is nothing to tell apart. Add pictures of another category.`,
    ];
  }
  const problems: string[] = [];
  for (const label of ROUGHNESS) {
    if (train[label] === 0 && !allowMissing) {
      problems.push(`There is no training picture of ${label}: the model would never learn it.`);
    }
    if (train[label] > 0 && train[label] < FEWEST) {
      problems.push(`There is only ${train[label]} training picture of ${label}; give at least 2.`);
    }
  }
  if (ROUGHNESS.every((label) => validation[label] === 0)) {
    problems.push('There are no validation pictures, and too few to hold some back.');
  }
  return problems;
}

/** @throws UserError with the first problem, and how many more there are */
export function assertTrainable(
  dataset: Pick<Dataset, 'images' | 'name'>,
  options?: { allowMissing?: boolean },
): void {
  const [first, ...rest] = datasetProblems(dataset, options);
  if (first === undefined) return;
  throw new UserError(`${dataset.name}: ${[first, ...rest].join(' ')}`);
}
