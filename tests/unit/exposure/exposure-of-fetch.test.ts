import { describe, expect, it } from 'vitest';
import { exposureOfFetch } from '../../../src/exposure/exposure-of-fetch.ts';
import type { FetchSegment } from '../../../src/exposure/exposure-of-fetch.ts';
import { exposureDistancesFt, lookOutM } from '../../../src/exposure/distances.ts';
import type { Roughness } from '../../../src/roughness/category.ts';
import { METRES_PER_FOOT } from '../../../src/site/height.ts';

const fetch = (text: string): FetchSegment[] =>
  text
    .split(' ')
    .map((word) => ({ roughness: word[0] as Roughness, lengthFt: Number(word.slice(1)) }));

/** h [ft], segments from the site outward [ft], category, distance to the change by hand [ft]. */
const CASES: [number, string, Roughness, number | null][] = [
  [25, 'B2000 C6000', 'B', 500],
  [25, 'B1400 C6000', 'C', 100],
  [60, 'B2000 C6000', 'C', 600],
  [60, 'B2700 C6000', 'B', 100],
  [25, 'C300 D10560', 'D', 300],
  [25, 'B650 D10560', 'C', 50],
  [25, 'B1600 D10560', 'B', 100],
  [25, 'C500 D4000 C5000', 'C', 1000],
  [25, 'C500 D6000', 'D', 100],
  [100, 'B1900 D8000', 'D', 100],
  [100, 'B2300 D8000', 'C', 300],
  [100, 'B2700 D8000', 'B', 100],
  [200, 'B3990 D9000', 'D', 10],
  [200, 'B4010 D9000', 'B', 10],
  [130, 'B2600 D9000', 'D', 0],
  [300, 'D5500 B9000', 'C', 500],
  [300, 'D6100 B9000', 'D', 100],
];

describe('exposureOfFetch', () => {
  it.each(CASES)(
    'h = %d ft: %s → %s, %s ft from a change',
    (heightFt, text, exposure, distance) => {
      for (const edition of ['7-16', '7-22'] as const) {
        const answer = exposureOfFetch(fetch(text), { heightFt, edition });
        expect(answer).toMatchObject({ exposure, clause: '26.7.3', distanceToChangeFt: distance });
      }
    },
  );

  it('gives the example of the architecture', () => {
    const answer = exposureOfFetch(fetch('B650 D12000'), { heightFt: 25 });
    expect(answer).toEqual({
      exposure: 'C',
      clause: '26.7.3',
      reason: expect.stringMatching(/1500 ft.*50 ft nearer would make it D/),
      distanceToChangeFt: 50,
    });
  });

  it.each([
    [25, 'B1500 C9000', 'C'],
    [25, 'B1500.01 C9000', 'B'],
    [25, 'C600 D5000 C100', 'D'],
    [25, 'C600.01 D5000 C100', 'C'],
    [25, 'D5000 B9000', 'D'],
    [25, 'D4999.99 B9000', 'C'],
    [30, 'B1501 C9000', 'B'],
    [30.01, 'B1501 C9000', 'C'],
    [130, 'B2600.01 D9000', 'B'],
  ] as const)('ties fall to the severe side: %d ft %s → %s', (heightFt, text, exposure) => {
    expect(exposureOfFetch(fetch(text), { heightFt }).exposure).toBe(exposure);
  });

  it('keeps a tie a tie where the feet come from metres', () => {
    for (const metres of [457.2, 457.2 * (1 + 1e-12), 457.2 * (1 - 1e-12)]) {
      const segments = [{ roughness: 'B', lengthFt: metres / METRES_PER_FOOT } as const];
      const answer = exposureOfFetch([...segments, ...fetch('C9000')], { heightFt: 25 });
      expect(answer).toMatchObject({ exposure: 'C', distanceToChangeFt: 0 });
    }
  });

  it('reads D upwind of a patch like D at the site', () => {
    // Smoother ground at the site cannot lower the category: B300 D… is D, so D300 C200 D… is too.
    expect(exposureOfFetch(fetch('B500 D6000'), { heightFt: 25 }).exposure).toBe('D');
    expect(exposureOfFetch(fetch('D300 C200 D6000'), { heightFt: 25 }).exposure).toBe('D');
  });

  it('lets a tolerated patch of other ground pass', () => {
    // 200 of 1500 ft is 13 % of C; 400 ft is 27 %.
    const tolerant = { heightFt: 25, tolerance: 0.2 };
    expect(exposureOfFetch(fetch('C200 B9000'), { heightFt: 25 }).exposure).toBe('C');
    expect(exposureOfFetch(fetch('C200 B9000'), tolerant).exposure).toBe('B');
    expect(exposureOfFetch(fetch('C400 B9000'), tolerant).exposure).toBe('C');
    // Water with islets: 900 of 5000 ft is 18 %.
    expect(exposureOfFetch(fetch('D3000 B900 D9000'), { heightFt: 25 }).exposure).toBe('C');
    expect(exposureOfFetch(fetch('D3000 B900 D9000'), tolerant).exposure).toBe('D');
    // From 600 ft on, 900 ft of C and 4100 ft of D are 82 %: the D condition begins at 600 ft.
    expect(exposureOfFetch(fetch('C1500 D9000'), tolerant).exposure).toBe('D');
    expect(exposureOfFetch(fetch('C1600 D9000'), tolerant).exposure).toBe('D'); // 80 %, a tie
    expect(exposureOfFetch(fetch('C1601 D9000'), tolerant).exposure).toBe('C');
  });

  it('lets nothing prevail beyond the last segment', () => {
    expect(exposureOfFetch(fetch('B1000'), { heightFt: 25 }).exposure).toBe('C');
    expect(exposureOfFetch(fetch('B1600'), { heightFt: 25 }).exposure).toBe('B');
    expect(exposureOfFetch(fetch('D4000'), { heightFt: 25 }).exposure).toBe('C');
    expect(exposureOfFetch(fetch('C9000'), { heightFt: 25 }).distanceToChangeFt).toBeNull();
  });

  it('refuses what is no fetch', () => {
    const refuse = (segments: unknown, options: object, words: RegExp): void => {
      const call = () =>
        exposureOfFetch(segments as FetchSegment[], options as { heightFt: number });
      expect(call).toThrow(words);
      expect(call).toThrow(expect.objectContaining({ name: 'UserError' }));
    };
    refuse([], { heightFt: 25 }, /at least one segment/);
    refuse(fetch('E500'), { heightFt: 25 }, /Segment 1: roughness must be B, C or D/);
    refuse(fetch('B100 C-5'), { heightFt: 25 }, /Segment 2: length/);
    refuse(fetch('B100'), { heightFt: 0 }, /height/);
    refuse(fetch('B100'), { heightFt: NaN }, /height/);
    refuse(fetch('B100'), { heightFt: 25, tolerance: 1 }, /Tolerance/);
    refuse(fetch('B100'), { heightFt: 25, edition: '7-10' }, /7-16 or 7-22/);
  });
});

describe('exposureDistancesFt', () => {
  it.each([
    [25, 1500, 5000, 600, 5600],
    [30, 1500, 5000, 600, 5600],
    [60, 2600, 5000, 1200, 6200],
    [130, 2600, 5000, 2600, 7600],
    [300, 6000, 6000, 6000, 12000],
  ])('h = %d ft', (heightFt, reqB, reqD, trans, lookOut) => {
    expect(exposureDistancesFt(heightFt)).toEqual({ reqB, reqD, trans, lookOut });
    expect(lookOutM(heightFt)).toBeCloseTo(lookOut * 0.3048, 9);
  });
});
