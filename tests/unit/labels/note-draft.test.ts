import { expect, test } from 'vitest';
import { NoteDraft } from '../../../components/label-board/note-draft.ts';

test('what is typed is kept once, for the label that it was typed for', () => {
  const kept: [string, string][] = [];
  const draft = new NoteDraft((id, text) => kept.push([id, text]));
  draft.type('a', 'ba');
  draft.shows('a');
  draft.type('a', 'barn');
  expect(kept).toEqual([]);
  draft.shows('b');
  draft.shows(null);
  draft.settle();
  expect(kept).toEqual([['a', 'barn']]);
  draft.type('b', 'quarry');
  draft.type('a', '');
  draft.settle();
  expect(kept.slice(1)).toEqual([
    ['b', 'quarry'],
    ['a', ''],
  ]);
});
