import { describe, expect, test } from 'vitest';
import { changedMinds } from '../../../src/labels/changed-minds.ts';
import type { LabelChoice } from '../../../src/labels/label.ts';

const labels = (
  [
    ['a', 'B'],
    ['b', 'C'],
    ['c', 'D'],
    ['d', 'B'],
    ['e', 'unsure'],
    ['f', 'C'],
  ] as [string, LabelChoice][]
).map(([id, label]) => ({ id, label }));

describe('changed minds', () => {
  test('worked by hand', () => {
    const before = new Map([
      ['a', 'B'],
      ['b', 'B'],
      ['c', 'C'],
      ['d', 'B'],
      ['e', 'B'],
    ] as const);
    const after = new Map([
      ['a', 'B'],
      ['b', 'C'],
      ['c', 'B'],
      ['d', 'C'],
      ['e', 'C'],
    ] as const);
    // Judged a b c d (e teaches nothing, f was not seen): right before a, d; after a, b.
    expect(changedMinds(labels, before, after)).toEqual({
      changed: [
        { id: 'd', label: 'B', before: 'B', after: 'C' },
        { id: 'b', label: 'C', before: 'B', after: 'C' },
        { id: 'c', label: 'D', before: 'C', after: 'B' },
      ],
      gained: 1,
      lost: 1,
      judged: 4,
      accuracyBefore: 0.5,
      accuracyAfter: 0.5,
    });
  });

  test('nothing judged has no accuracy', () => {
    expect(changedMinds(labels, new Map(), new Map())).toMatchObject({
      judged: 0,
      accuracyBefore: null,
      accuracyAfter: null,
    });
  });
});
