import { csvParse, csvParseRows } from 'd3-dsv';
import { describe, expect, it } from 'vitest';
import { directionsCsv } from '../../../src/report/csv.ts';
import { assessedResult } from '../../support/assessed.ts';

describe('directionsCsv', () => {
  const result = assessedResult({
    extraBearingsDeg: [32],
    overrides: [
      {
        target: 'direction',
        id: 'E',
        from: 'B',
        to: 'D',
        reason: '=HYPERLINK("x"), "seen"\nhere',
        by: 'AB',
      },
    ],
  });

  it('has a row for each direction and units in the header', () => {
    const rows = csvParse(directionsCsv(result));
    expect(rows.columns.slice(0, 3)).toEqual(['direction', 'bearing_deg', 'roughness']);
    expect(rows.columns).toEqual(
      expect.arrayContaining([
        'exposure',
        'exposure_strict',
        'flips',
        'undetermined',
        'clause',
        'distance_to_change_ft',
        'kz',
      ]),
    );
    expect(rows.map(({ direction }) => direction)).toEqual(
      result.directions.map(({ name }) => name),
    );
    expect(rows.map(({ exposure }) => exposure)).toEqual(
      result.directions.map(({ exposure }) => exposure),
    );
    const east = rows[2]!;
    expect(east.exposure).toBe('D');
    expect(east.overrides).toContain('=HYPERLINK("x"), "seen"\nhere');
    expect(Number(east.distance_to_change_m)).toBeCloseTo(
      Number(east.distance_to_change_ft) * 0.3048,
      1,
    );
  });

  it('tells the fetch in feet, and no confidence of ground that is not known', () => {
    const [first] = result.directions;
    const segments = [
      { roughness: 'B' as const, fromM: 0, toM: 198.12, share: 0.9, confidence: 0.93 },
      { roughness: null, fromM: 198.12, toM: 304.8, share: 0.6, confidence: 0.81 },
    ];
    const [row] = csvParse(directionsCsv({ ...result, directions: [{ ...first!, segments }] }));
    expect(row!.segments_ft).toBe(
      'B 0-650 (share 0.90, confidence 0.93); unknown 650-1000 (share 0.60)',
    );
  });

  it('defuses cells that a spreadsheet would run', () => {
    const [first] = result.directions;
    for (const name of ['=1+1', '+1', '-1+cmd', '@SUM(A1)', '\t=1', ' =1', '\r=1']) {
      const csv = directionsCsv({ ...result, directions: [{ ...first!, name }] });
      expect(csvParseRows(csv)[1]![0]).toBe(`'${name}`);
    }
  });

  it('is the same bytes for the same result', () => {
    expect(directionsCsv(structuredClone(result))).toBe(directionsCsv(result));
  });
});
