import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SessionPorts } from '../../../components/shared/session-types.ts';
import { reassess } from '../../../src/analysis/reassess.ts';
import type { SiteResult } from '../../../src/analysis/site-result.ts';
import type { Patch } from '../../../src/imagery/patch.ts';
import { KeepingStore } from '../../../src/labels/keeping-store.ts';
import { LABEL_CHOICES } from '../../../src/labels/label.ts';
import { MemoryLabelStore } from '../../../src/labels/memory-label-store.ts';
import { labelledSession } from '../../support/labelled-session.ts';

type Pair = Awaited<ReturnType<typeof labelledSession>>;

const tile = fc.integer({ min: 0, max: 2 });
const choice = fc.constantFrom(...LABEL_CHOICES);
const note = fc.constantFrom('', 'barn', 'quarry');
/** What a person does to labels, as plain data. */
const deed = fc.oneof(
  fc.record({ does: fc.constantFrom('label', 'answer', 'relabel'), tile, choice, note }),
  fc.record({ does: fc.constant('note'), tile, choice, note }),
  fc.record({ does: fc.constantFrom('remove', 'undo', 'redo'), tile, choice, note }),
);
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;
const waits = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 12 });

/** Takes as many turns of the event loop as `waits` says, call after call, over and over. */
function slowness(turns: readonly number[]): () => Promise<void> {
  let calls = 0;
  return async () => {
    for (let left = turns[calls++ % turns.length] ?? 0; left > 0; left--) {
      await new Promise((done) => setImmediate(done));
    }
  };
}

function slowly(store: MemoryLabelStore, wait: () => Promise<void>): MemoryLabelStore {
  return new Proxy(store, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      if (key === 'subscribe' || key === 'close') return value.bind(target) as unknown;
      return async (...given: unknown[]) => {
        await wait();
        return value.apply(target, given) as unknown;
      };
    },
  });
}

/** One look at the ground, which every session here is given again. */
async function onceSeen(): Promise<{ result: SiteResult; patches: Map<string, Patch> }> {
  const { session, labels } = await labelledSession();
  const result = (await session.analyse())!;
  const patches = new Map(session.patches);
  labels.dispose();
  return { result: structuredClone(result), patches };
}

async function analysed(
  { result, patches }: Awaited<ReturnType<typeof onceSeen>>,
  turns: readonly number[],
): Promise<Pair> {
  const wait = slowness(turns);
  let minutes = 0;
  const ports: Partial<SessionPorts> = {
    analyse: async () => structuredClone(result),
    capturePatch: async ({ id }) => (await wait(), patches.get(id) ?? null),
    boundary: async () => ({}),
    reassess: async (answer, { corrections = [] }) => {
      await wait();
      return reassess(answer, {
        labels: new Map(corrections.map(({ tileId, roughness }) => [tileId, roughness])),
      });
    },
  };
  const pair = await labelledSession(ports, {
    openStore: async () => new KeepingStore(slowly(new MemoryLabelStore(), wait)),
    now: () => new Date(Date.UTC(2026, 0, 1, 0, minutes++)).toISOString(),
  });
  await pair.session.analyse();
  return pair;
}

function act({ session, labels }: Pair, ids: readonly string[], one: Deed): Promise<void> {
  const id = ids[one.tile]!;
  const tileId = session.state.result!.tiles[one.tile]!.id;
  if (one.does === 'label') return labels.labelTiles([tileId], one.choice);
  if (one.does === 'answer') {
    return labels.answer({ id, reason: 'uncertain' } as never, one.choice, one.note);
  }
  if (one.does === 'relabel') return labels.relabel([id], one.choice);
  if (one.does === 'note') return labels.note(id, one.note);
  if (one.does === 'remove') return labels.remove([id]);
  return one.does === 'undo' ? labels.undo() : labels.redo();
}

/** What the store keeps, history and all, and what the answer says of each tile. */
async function outcome({ session, labels }: Pair) {
  const { store } = await labels.open();
  const kept = (await store.list()).map(({ id, label, note, history }) => ({
    id,
    label,
    note,
    history,
  }));
  const shown = [...labels.state.labels.values()].map(({ id, label }) => ({ id, label }));
  const said = session.state.result!.tiles.map(({ by, roughness }) => ({ by, roughness }));
  return { kept, shown: shown.sort((a, b) => (a.id < b.id ? -1 : 1)), said };
}

test('whatever is pressed, however fast, comes to what it would one after the other', async () => {
  const seen = await onceSeen();
  // Each tile labelled once tells the labels' own names.
  const first = await analysed(seen, [0]);
  await first.labels.labelTiles(
    seen.result.tiles.map(({ id }) => id),
    'B',
  );
  const idOf = new Map([...first.labels.state.labels.values()].map((one) => [one.tileId, one.id]));
  const ids = seen.result.tiles.map(({ id }) => idOf.get(id)!);
  first.labels.dispose();

  const deeds = fc.array(deed, { minLength: 2, maxLength: 9 });
  await fc.assert(
    fc.asyncProperty(deeds, waits, async (all, turns) => {
      const calm = await analysed(seen, [0]);
      for (const one of all) await act(calm, ids, one);
      const quick = await analysed(seen, turns);
      await Promise.all(all.map((one) => act(quick, ids, one)));
      expect(await outcome(quick)).toEqual(await outcome(calm));
      calm.labels.dispose();
      quick.labels.dispose();
    }),
    { numRuns: 40 },
  );
});
