import { expect, test, vi } from 'vitest';
import type { TileCorrection } from '../../../components/shared/session-types.ts';
import { reassess } from '../../../src/analysis/reassess.ts';
import { KeepingStore } from '../../../src/labels/keeping-store.ts';
import { MemoryLabelStore } from '../../../src/labels/memory-label-store.ts';
import { siteIdOf } from '../../../src/labels/label.ts';
import { labelledSession } from '../../support/labelled-session.ts';

type Judged = Awaited<ReturnType<typeof labelledSession>>;

/** What a person says of each tile of the answer. */
const said = ({ session }: Judged) =>
  session.state
    .result!.tiles.map(({ by, roughness }) => (by === 'person' ? roughness : '-'))
    .join('');
/** What the store keeps of each tile. */
async function kept({ session, labels }: Judged): Promise<string> {
  const list = await (await labels.open()).store.list();
  const labelOf = new Map(list.map(({ tileId, label }) => [tileId, label]));
  return session.state.result!.tiles.map(({ id }) => labelOf.get(id) ?? '-').join('');
}

async function analysed(...change: Parameters<typeof labelledSession>) {
  const pair = await labelledSession(...change);
  await pair.session.analyse();
  await vi.waitFor(() => {
    expect(pair.labels.state.candidates.size).toBe(3);
    expect(pair.labels.state.coming).toBeNull();
  });
  return pair;
}
const ids = ({ session }: Judged) => session.state.result!.tiles.map(({ id }) => id);

test('undo pressed right after a label takes back that label, not the one before', async () => {
  const pair = await analysed();
  const [first, second] = ids(pair) as [string, string];
  await pair.labels.labelTiles([first], 'D');
  // Nobody waits for a promise between two keys.
  await Promise.all([pair.labels.labelTiles([second], 'C'), pair.labels.undo()]);
  expect(await kept(pair)).toBe('D--');
  expect(said(pair)).toBe('D--');
  await pair.labels.redo();
  expect(await kept(pair)).toBe('DC-');
  pair.labels.dispose();
});

test('undo right after an answer of the queue takes back that answer', async () => {
  const pair = await analysed();
  const [first, second] = [...pair.labels.state.candidates.keys()] as [string, string];
  await pair.labels.answer({ id: first, reason: 'uncertain' } as never, 'D');
  await Promise.all([
    pair.labels.answer({ id: second, reason: 'uncertain' } as never, 'C'),
    pair.labels.undo(),
  ]);
  expect([...pair.labels.state.labels.keys()]).toEqual([first]);
  pair.labels.dispose();
});

test('a label taken back while the rules still judge it is taken back in the answer too', async () => {
  const judged: string[] = [];
  const gate: { open?: () => void } = {};
  const held = new Promise<void>((open) => (gate.open = open));
  const pair = await analysed({
    async reassess(result, { corrections = [] }) {
      judged.push(corrections.map(({ roughness }) => roughness ?? '-').join(''));
      // The first judgement takes long; those after it would overtake it.
      if (corrections.some(isLabel)) await held;
      return reassess(result, {
        labels: new Map(corrections.map(({ tileId, roughness }) => [tileId, roughness])),
      });
    },
  });
  const [first] = ids(pair) as [string];
  const labelled = pair.labels.labelTiles([first], 'D');
  await vi.waitFor(async () => expect(await kept(pair)).toBe('D--'));
  const undone = pair.labels.undo();
  await vi.waitFor(async () => expect(await kept(pair)).toBe('---'));
  gate.open!();
  await Promise.all([labelled, undone]);
  expect(said(pair)).toBe('---');
  // Once each: what the store then says of a tile is what the answer says already.
  expect(judged).toEqual(['D', '-']);
  pair.labels.dispose();
});

/** A window that keeps what it is given: nothing else is a reason to ask. */
class LastingStore extends MemoryLabelStore {
  override status = async () => ({
    ...(await super.status()),
    persistence: 'persistent' as const,
  });
}

const isLabel = ({ roughness }: TileCorrection): boolean => roughness !== null;

test('labels still count after the same site was analysed again', async () => {
  const pair = await analysed();
  const [first] = ids(pair) as [string];
  await pair.labels.labelTiles([first], 'D');
  await pair.session.analyse();
  await vi.waitFor(() => expect(said(pair)).toBe('D--'));
  pair.labels.dispose();
});

test('a tile labelled just before another site is opened is that tile, not its namesake there', async () => {
  const gate: { open?: () => void } = {};
  const held = new Promise<void>((open) => (gate.open = open));
  const pair = await analysed();
  const here = pair.session.state.result!;
  const there = structuredClone(here);
  there.site.lat += 10;
  // Tiles of the site that is opened next wait in the queue too.
  const { store } = await pair.labels.open();
  const { candidates } = pair.labels.state;
  const entries = await Promise.all(
    [...candidates.values()].map(async (draft, i) => ({
      draft: { ...draft, id: `${i}`.repeat(64), siteId: siteIdOf(there.site) },
      png: (await store.candidatePixels(draft.id))!,
    })),
  );
  await store.putCandidates(siteIdOf(there.site), entries);
  const read = store.candidatePixels.bind(store);
  store.candidatePixels = async (id) => (await held, read(id));
  const [first, second] = ids(pair) as [string, string];
  const labelled = [pair.labels.labelTiles([first], 'D'), pair.labels.labelTiles([second], 'C')];
  pair.session.openResult(there);
  await vi.waitFor(() => expect(pair.labels.state.candidates.size).toBe(6));
  gate.open!();
  await Promise.all(labelled);
  const sites = (await store.list()).map(({ siteId, tileId, label }) => [siteId, tileId, label]);
  expect(new Set(sites)).toEqual(
    new Set([
      [siteIdOf(here.site), first, 'D'],
      [siteIdOf(here.site), second, 'C'],
    ]),
  );
  expect(said(pair)).toBe('---');
  pair.labels.dispose();
});

test('leaving the page asks first while a label is on its way into the store', async () => {
  let risk = () => false;
  const gate: { open?: () => void } = {};
  const held = new Promise<void>((open) => (gate.open = open));
  const pair = await analysed(
    {},
    {
      guardLeaving: (given) => ((risk = given), () => undefined),
      alone: keepingLong,
      openStore: async () => new KeepingStore(new LastingStore()),
    },
  );
  async function keepingLong<T>(work: () => Promise<T>): Promise<T> {
    await held;
    return work();
  }
  expect(risk()).toBe(false);
  const [first] = ids(pair) as [string];
  const labelled = pair.labels.labelTiles([first], 'D');
  expect(risk()).toBe(true);
  gate.open!();
  await labelled;
  expect(risk()).toBe(false);
  pair.labels.dispose();
});
