import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LabelChoice } from '../../../src/labels/label.ts';
import { groupSites } from '../../../src/labels/site-groups.ts';
import { splitBySite } from '../../../src/labels/split-by-site.ts';

const label = (site: number, choice: LabelChoice, lng = site) => ({
  siteId: `0.00000,${site}.00000`,
  label: choice,
  centre: { lng, lat: 0 },
  tileM: 250,
});
const labels = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: 40 }),
      fc.constantFrom<LabelChoice>('B', 'C', 'D', 'unsure'),
    ),
    { minLength: 1, maxLength: 200 },
  )
  .map((list) => list.map(([site, choice]) => label(site, choice)));

describe('split by site', () => {
  test('a site never moves, whatever labels are added', () => {
    fc.assert(
      fc.property(labels, labels, (first, more) => {
        const { assigned } = splitBySite(first);
        const later = splitBySite([...first, ...more], { assigned });
        expect(later.assigned).toMatchObject(assigned);
      }),
    );
  });

  test('the order of labels and of sites does not matter', () => {
    fc.assert(
      fc.property(labels, (list) => {
        expect(splitBySite([...list].reverse())).toEqual(splitBySite(list));
      }),
    );
  });

  test('every class is held out in about the wanted share', () => {
    // 60 sites of 10 tiles, each mostly one class.
    const list = Array.from({ length: 60 }, (_, site) =>
      Array.from({ length: 10 }, (_, i) =>
        label(site, (['B', 'C', 'D'] as const)[i < 7 ? site % 3 : (site + i) % 3]!),
      ),
    ).flat();
    for (const seed of [1, 2, 3, 4, 5]) {
      const { counts } = splitBySite(list, { seed });
      for (const choice of ['B', 'C', 'D'] as const) {
        const share =
          counts.validation[choice] / (counts.validation[choice] + counts.train[choice]);
        expect(share).toBeGreaterThan(0.15);
        expect(share).toBeLessThan(0.25);
      }
    }
  });

  test('the seed chooses among equals', () => {
    const list = Array.from({ length: 30 }, (_, site) => label(site, 'B'));
    const held = (seed: number) => JSON.stringify(splitBySite(list, { seed }).assigned);
    expect(new Set([1, 2, 3].map(held)).size).toBe(3);
    expect(held(1)).toBe(held(1));
  });

  test('two sites give a held-out one; one site alone says what is missing', () => {
    const two = splitBySite([label(1, 'B'), label(2, 'B')]);
    expect(Object.values(two.assigned).sort()).toEqual(['train', 'validation']);
    const one = splitBySite([label(1, 'B'), label(1, 'C')]);
    expect(Object.values(one.assigned)).toEqual(['train']);
    expect(one.warnings).toEqual([expect.stringContaining('another site')]);
  });

  test('what only one site can teach is taught, whatever the seed', () => {
    const wide = [label(1, 'B'), label(1, 'C'), label(1, 'D')];
    const narrow = ['C', 'C', 'D', 'C'].map((choice) => label(2, choice as LabelChoice));
    for (let seed = 0; seed < 20; seed++) {
      expect(splitBySite([...wide, ...narrow], { seed }).assigned).toEqual({
        '0.00000,1.00000': 'train',
        '0.00000,2.00000': 'validation',
      });
      const apart = splitBySite([label(1, 'B'), label(2, 'C'), label(3, 'C')], { seed });
      expect(apart.counts.train).toEqual({ B: 1, C: 1, D: 0 });
      expect(apart.counts.validation).toEqual({ B: 0, C: 1, D: 0 });
    }
  });

  test('sites whose ground overlaps stay together', () => {
    // 0.001° is 111 m: a 250 m tile of the one lies on the other's.
    const list = [label(1, 'B'), label(2, 'B', 1.001), label(3, 'C', 5), label(4, 'D', 9)];
    expect(groupSites(list).map((group) => group.length)).toEqual([2, 1, 1]);
    for (const seed of [1, 2, 3, 4]) {
      const { assigned } = splitBySite(list, { seed });
      expect(assigned['0.00000,2.00000']).toBe(assigned['0.00000,1.00000']);
    }
  });

  test('overlap is seen across the date line', () => {
    expect(groupSites([label(1, 'B', 179.9995), label(2, 'B', -179.9995)])).toHaveLength(1);
    expect(groupSites([label(1, 'B', 179.9), label(2, 'B', -179.9)])).toHaveLength(2);
  });

  test('a newly found overlap between assigned sites is told, not mended', () => {
    const { assigned, warnings } = splitBySite([label(1, 'B'), label(2, 'B', 1.001)], {
      assigned: { '0.00000,1.00000': 'train', '0.00000,2.00000': 'validation' },
    });
    expect(assigned['0.00000,2.00000']).toBe('validation');
    expect(warnings[0]).toContain('overlap');
  });
});
