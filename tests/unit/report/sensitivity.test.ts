import { expect, test } from 'vitest';
import { reassess } from '../../../src/analysis/reassess.ts';
import { reportContent } from '../../../src/report/report-content.ts';
import { assessedResult } from '../../support/assessed.ts';

const toleranceLine = (result: Parameters<typeof reportContent>[0]) =>
  reportContent(result, { date: '2026-01-31' }).sensitivity[0]!;

test('the report tells what the other tolerance would read, whichever was chosen', () => {
  // Nothing unknown, so that the two readings differ by tolerance alone; a field in every tenth tile.
  const mock = assessedResult();
  const tiles = mock.tiles.map((tile, i) => ({
    ...tile,
    roughness: i % 10 === 4 ? ('C' as const) : ('B' as const),
    by: 'person' as const,
    missing: null,
  }));
  const at = (tolerance: number) =>
    reassess({ ...mock, tiles, overrides: [] }, { settings: { tolerance } });
  const [strict, lax] = [at(0), at(0.2)];
  const differ = strict.directions.filter((one, i) => one.exposure !== lax.directions[i]!.exposure);
  expect(differ.map(({ exposure }) => exposure)).toContain('C');

  expect(toleranceLine(strict)).toBe(
    `Tolerance 0 %, the strict reading: with 20 % of other ground allowed, it would be ${differ.map(({ name }) => `${name} B instead of C`).join(', ')}.`,
  );
  expect(toleranceLine(lax)).toBe(
    `Tolerance 20 %: with no other ground allowed, it would be ${differ.map(({ name }) => `${name} C instead of B`).join(', ')}.`,
  );
});
