import { expect, test } from 'vitest';
import { TrainingController } from '../../../components/training-panel/training-controller.ts';
import type { CheckpointFiles } from '../../../src/checkpoint/file-set.ts';
import type { TrainingClient } from '../../../src/platform/browser/training-client.ts';
import type { RunRequest, StoredRun } from '../../../src/platform/browser/training-protocol.ts';
import { abortable } from '../../../src/site/abort.ts';
import { PRESETS } from '../../../src/training/settings.ts';

function door() {
  let open = () => {};
  let reach = () => {};
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { wait: () => (reach(), opened), reached, open: () => open() };
}

const request: RunRequest = {
  base: { kind: 'hub', id: 'a/base' },
  name: 'mine',
  settings: PRESETS.head,
  allowMissing: false,
};
const filesNamed = (name: string) => ({ name }) as CheckpointFiles;

/** A worker that notes what it is told, in order. */
function fakeTraining(client: Partial<Record<keyof TrainingClient, unknown>>) {
  const told: string[] = [];
  const stored = { request, epochs: [], steps: [], saved: '2026-01-01' } as unknown as StoredRun;
  const fake = {
    broken: false,
    storedRun: async () => stored,
    run: () => (told.push('run'), new Promise<never>(() => undefined)),
    cancel: () => told.push('cancel'),
    pause: () => told.push('pause'),
    goOn: () => told.push('go on'),
    ...client,
  };
  const training = new TrainingController({
    client: async () => fake as unknown as TrainingClient,
    models: async () => ({ list: async () => [] }) as never,
  });
  return { training, told };
}

test('a stop pressed while the pictures of a stored run are still read stops it', async () => {
  const gate = door();
  const { training, told } = fakeTraining({
    restoreDataset: ({ signal }: { signal: AbortSignal }) => abortable(gate.wait(), signal),
  });
  await training.begin();
  const run = training.resumeStored();
  await gate.reached;
  training.stop();
  await run;
  expect(told).not.toContain('run');
  expect(training.state).toMatchObject({ run: null, error: null });
  // It can be gone on with later.
  expect(training.state.stored).not.toBeNull();
});

test('a pause pressed while a stored run is brought back is told once it runs', async () => {
  const gate = door();
  const { training, told } = fakeTraining({ restoreDataset: gate.wait });
  await training.begin();
  void training.resumeStored();
  await gate.reached;
  await training.pause();
  gate.open();
  await expect.poll(() => told).toContain('run');
  expect(told.slice(told.indexOf('run'))).toEqual(['run', 'pause']);
  training.stop();
  expect(told.at(-1)).toBe('cancel');
});

test('of two runs started at once there is one', async () => {
  const { training, told } = fakeTraining({});
  void training.train(request);
  void training.train(request);
  await expect.poll(() => told).toContain('run');
  await training.listModels();
  expect(told).toEqual(['run']);
});

test('pictures chosen while others are read take their place, whichever are read first', async () => {
  const slow = door();
  const { training } = fakeTraining({
    openDataset: async ({ name }: CheckpointFiles, _: unknown, onProgress: (n: number) => void) => {
      onProgress(1);
      if (name === 'slow') await slow.wait();
      return { name, images: [] };
    },
  });
  const first = training.openDataset(filesNamed('slow'), { seed: 1 });
  await slow.reached;
  await training.openDataset(filesNamed('quick'), { seed: 1 });
  expect(training.state).toMatchObject({ dataset: { name: 'quick' }, reading: null });
  slow.open();
  await first;
  expect(training.state).toMatchObject({ dataset: { name: 'quick' }, reading: null });
});
