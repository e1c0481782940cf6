import { beforeAll, describe, expect, test } from 'vitest';
import { facetsOf, filterLabels, newestFirst } from '../../../src/labels/label-query.ts';
import type { LabelRecord } from '../../../src/labels/label.ts';
import { entryOf } from '../../support/labels.ts';

let labels: LabelRecord[];
beforeAll(async () => {
  const entries = await Promise.all([
    entryOf({ seed: 1, siteId: '1,1' }, 'B'),
    entryOf({ seed: 2, siteId: '2,2' }, 'C'),
    entryOf({ seed: 3, siteId: '2,2', exportAllowed: false }, 'B', { label: 'D', note: 'A Pond' }),
    entryOf({ seed: 4, siteId: '1,1' }, 'unsure'),
  ]);
  labels = entries.map(({ label }) => label);
});
const seeds = (list: readonly LabelRecord[]) => list.map(({ tileId }) => Number(tileId![1]));

describe('what the gallery shows', () => {
  test('by class, split, site, source, labeller, note and id, each narrowing the others', () => {
    const shown = (query: Parameters<typeof filterLabels>[1]) =>
      seeds(filterLabels(labels, query, { '2,2': 'validation' }));
    expect(shown({})).toEqual([1, 2, 3, 4]);
    expect(shown({ label: 'D' })).toEqual([3]);
    expect(shown({ split: 'validation' })).toEqual([2, 3]);
    expect(shown({ split: 'train' })).toEqual([1, 4]);
    expect(shown({ siteId: '1,1' })).toEqual([1, 4]);
    expect(shown({ sourceId: 'usgs', split: 'validation' })).toEqual([2]);
    expect(shown({ labeller: 'Bo' })).toEqual([3]);
    expect(shown({ text: ' pond ' })).toEqual([3]);
    expect(shown({ ids: new Set([labels[0]!.id]) })).toEqual([1]);
  });

  test('newest first; labels of one moment keep one order, however they come', () => {
    const [a, b, c, d] = labels as [LabelRecord, LabelRecord, LabelRecord, LabelRecord];
    const one = newestFirst([a, b, c, d]);
    expect(one[0]).toBe(c);
    expect(one.slice(1).map(({ id }) => id)).toEqual([a.id, b.id, d.id].sort());
    for (const order of [
      [d, c, b, a],
      [b, d, a, c],
      [c, a, d, b],
    ]) {
      expect(newestFirst(order)).toEqual(one);
    }
  });

  test('what there is to filter by, and how many of each class', () => {
    expect(facetsOf(labels)).toEqual({
      choices: { B: 1, C: 1, D: 1, unsure: 1, unusable: 0 },
      sites: ['1,1', '2,2'],
      sources: [
        { id: 'esri', name: 'Esri World Imagery' },
        { id: 'usgs', name: 'USGS' },
      ],
      labellers: ['Ann', 'Bo'],
    });
  });
});
