import { expect, test } from 'vitest';
import { ShareWork } from '../../../components/label-board/share-work.ts';
import type { ShareOutcome } from '../../../components/label-board/share-work.ts';

const done: ShareOutcome = { message: '3 labels came in.', lines: [] };

test('goes on though nobody looks, and tells whoever comes back', async () => {
  const sharing = new ShareWork();
  let finish = () => {};
  const unfollow = sharing.subscribe(() => undefined);
  const run = sharing.run('Stopped.', async (_signal, onProgress) => {
    onProgress(1, 3);
    await new Promise<void>((go) => (finish = go));
    return done;
  });
  unfollow();
  expect(sharing.work).toEqual({ done: 1, total: 3 });
  let told = 0;
  sharing.subscribe(() => told++);
  finish();
  await run;
  expect(told).toBe(1);
  expect([sharing.work, sharing.outcome]).toEqual([null, done]);
});

test('one piece of work at a time: a second press begins nothing', async () => {
  const sharing = new ShareWork();
  let begun = 0;
  let finish = () => {};
  const job = async () => {
    begun++;
    await new Promise<void>((go) => (finish = go));
    return done;
  };
  const both = [sharing.run('Stopped.', job), sharing.run('Stopped.', job)];
  finish();
  await Promise.all(both);
  expect(begun).toBe(1);
});

test('says that it was stopped, or what went wrong, and then works again', async () => {
  const sharing = new ShareWork();
  const run = sharing.run('Stopped.', async (signal) => {
    await new Promise((_, stop) => signal.addEventListener('abort', () => stop(signal.reason)));
    return done;
  });
  sharing.stop();
  await run;
  expect(sharing.outcome).toEqual({ message: 'Stopped.', lines: [] });
  await sharing.run('Stopped.', () => Promise.reject(new Error('No zip.')));
  expect(sharing.outcome).toEqual({ message: 'No zip.', lines: [], bad: true });
  await sharing.run('Stopped.', async () => done);
  expect(sharing.outcome).toEqual(done);
});
