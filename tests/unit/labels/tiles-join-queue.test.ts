import { expect, test } from 'vitest';
import { LabelController } from '../../../components/label-board/label-controller.ts';
import type { LabelsState } from '../../../components/label-board/labels-state.ts';
import { Session } from '../../../components/shared/session.ts';
import { KeepingStore } from '../../../src/labels/keeping-store.ts';
import { MemoryLabelStore } from '../../../src/labels/memory-label-store.ts';
import { sha256Hex } from '../../../src/site/sha256.ts';
import { mockPatch, mockPorts } from '../../support/mock-ports.ts';

test('from the end of a run until its tiles wait, the state says that they are coming', async () => {
  const ports = mockPorts();
  const sha256 = await sha256Hex(mockPatch('any').rgb);
  // Three tiles are enough, and each has the picture that the result vouches for.
  const analyse: typeof ports.analyse = async (site, means, { signal, onEvent }) => {
    const result = await ports.analyse(site, means, { signal, onEvent: () => {} });
    result.tiles = result.tiles.filter(({ missing }) => !missing).slice(0, 3);
    for (const [index, tile] of result.tiles.entries()) {
      tile.imageSha256 = sha256;
      const patch = mockPatch(tile.id);
      patch.provenance.sha256 = sha256;
      onEvent({ type: 'tile', tile, patch, done: index + 1, total: 3 });
    }
    return result;
  };
  const session = new Session({ ...ports, analyse });
  const labels = new LabelController(session, {
    openStore: async () => new KeepingStore(new MemoryLabelStore()),
    askForPersistence: async () => true,
    alone: (work) => work(),
    guardLeaving: () => () => {},
    now: () => '2026-01-31T00:00:00.000Z',
  });
  labels.start(new EventTarget());
  await labels.open();
  await session.restore();
  session.setSite({ lng: 20.5, lat: -34 });

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
