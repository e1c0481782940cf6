import type { DirectionResult, SiteResult } from '../../src/analysis/site-result.ts';

/** One wind direction at every compared site; null where a site has no such direction. */
export interface ComparedDirection {
  name: string;
  cells: readonly (DirectionResult | null)[];
  differs: boolean;
}

/** Directions side by side, in the order of the compass. */
export function compareDirections(results: readonly SiteResult[]): ComparedDirection[] {
  const bearings = new Map(
    results.flatMap(({ directions }) =>
      directions.map(({ name, bearingDeg }) => [name, bearingDeg]),
    ),
  );
  return [...bearings]
    .sort(([, a], [, b]) => a - b)
    .map(([name]) => {
      const cells = results.map(
        ({ directions }) => directions.find((direction) => direction.name === name) ?? null,
      );
      return { name, cells, differs: differ(cells.map((cell) => cell?.exposure)) };
    });
}

/** True where not all values are the same. */
export const differ = (values: readonly unknown[]): boolean => new Set(values).size > 1;
