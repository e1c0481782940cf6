import { expect, test } from 'vitest';
import { NO_LABELS } from '../../../components/label-board/labels-state.ts';
import type { LabelsState } from '../../../components/label-board/labels-state.ts';
import { QueueRun } from '../../../components/label-board/queue-run.ts';
import { newLabel } from '../../../src/labels/label.ts';
import { AT, tileOf } from '../../support/labels.ts';

/** Answers that wait until they are let through, one by one. */
async function slowQueue(count: number) {
  const tiles = await Promise.all(Array.from({ length: count }, (_, seed) => tileOf({ seed })));
  let state: LabelsState = {
    ...NO_LABELS,
    ready: true,
    labeller: 'me',
    candidates: new Map(tiles.map(({ draft }) => [draft.id, draft])),
  };
  const said: [id: string, choice: string, note: string][] = [];
  const waiting: ((kept?: boolean) => void)[] = [];
  const queue: QueueRun = new QueueRun({
    state: () => state,
    answer: async (item, choice, note) => {
      const kept = await new Promise<boolean>((go) => waiting.push((kept = true) => go(kept)));
      if (!kept) return;
      said.push([item.id, choice, note]);
      const label = newLabel(state.candidates.get(item.id)!, {
        label: choice,
        by: 'me',
        at: AT,
        note,
      });
      state = {
        ...state,
        labels: new Map([...state.labels, [item.id, label]]),
        answered: state.answered + 1,
      };
      queue.plan({ stay: true });
    },
    changed: () => {},
  });
  queue.plan();
  return { queue, said, waiting };
}

test('a second key meets the tile that is looked at then, while the first answer is on its way', async () => {
  const { queue, said, waiting } = await slowQueue(4);
  const first = queue.items[0]!.id;
  const one = queue.answer('B', 'barn');
  const second = queue.items[0]!.id;
  expect(second).not.toBe(first);
  const two = queue.answer('D', '');
  const third = queue.items[0]!.id;
  expect([first, second]).not.toContain(third);
  waiting[0]!();
  await one;
  // What is looked at stays, whatever comes in.
  expect(queue.items[0]!.id).toBe(third);
  waiting[1]!();
  await two;
  expect(queue.items[0]!.id).toBe(third);
  expect(said).toEqual([
    [first, 'B', 'barn'],
    [second, 'D', ''],
  ]);
  expect(queue.items).toHaveLength(2);
});

test('the last tile is answered once, however often the key is pressed', async () => {
  const { queue, said, waiting } = await slowQueue(1);
  const { id } = queue.items[0]!;
  const answers = [queue.answer('B', ''), queue.answer('C', '')];
  queue.skip();
  expect(queue.items.map((item) => item.id)).toEqual([id]);
  waiting[0]!();
  await Promise.all(answers);
  expect(said).toEqual([[id, 'B', '']]);
  expect(queue.items).toEqual([]);
});

test('a tile whose answer could not be kept comes up again', async () => {
  const { queue, waiting } = await slowQueue(3);
  const { id } = queue.items[0]!;
  const answer = queue.answer('B', '');
  expect(queue.items.map((item) => item.id)).not.toContain(id);
  waiting[0]!(false);
  await answer;
  expect(queue.items.map((item) => item.id)).toContain(id);
});
