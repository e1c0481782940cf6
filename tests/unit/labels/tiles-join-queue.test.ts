import { expect, test } from 'vitest';
import type { LabelsState } from '../../../components/label-board/labels-state.ts';
import { labelledSession } from '../../support/labelled-session.ts';

test('from the end of a run until its tiles wait, the state says that they are coming', async () => {
  const { session, labels } = await labelledSession();
  const told: LabelsState[] = [];
  const waiting = new Promise<void>((done) => {
    labels.subscribe((state) => {
      if (session.state.run.phase === 'done') told.push(state);
      if (state.candidates.size === 3 && state.coming === null) done();
    });
  });
  await session.analyse();
  // Without a gap: whoever looks at the queue right now is told.
  expect(labels.state.coming).toEqual({ done: 0, total: 3 });
  await waiting;
  for (const { coming, candidates } of told) expect(coming ?? candidates.size).toBeTruthy();
  expect(told.map(({ coming }) => coming?.done)).toEqual(expect.arrayContaining([0, 1, 2]));
  labels.dispose();
});
