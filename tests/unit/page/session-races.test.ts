import { describe, expect, it, vi } from 'vitest';
import { Session } from '../../../components/shared/session.ts';
import type { ModelRef, SessionPorts } from '../../../components/shared/session.ts';
import type { Override } from '../../../src/analysis/site-result.ts';
import { reassess } from '../../../src/analysis/reassess.ts';
import { judgingPorts } from '../../support/judging-ports.ts';
import { mockPorts } from '../../support/mock-ports.ts';
import { mockResult } from '../../support/mock-result.ts';

const PLACE = { lng: 20.5, lat: -34 };
const WORD: Override = {
  target: 'direction',
  id: 'N',
  from: null,
  to: 'D',
  reason: 'Cleared last winter',
  by: 'Ada',
};

/** A door that whoever comes to it waits at. */
function door() {
  let open = () => {};
  let reach = () => {};
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  const wait = () => (reach(), opened);
  return { wait, reached, open: () => open() };
}

async function siteIn(ports: SessionPorts): Promise<Session> {
  const session = new Session(ports);
  await session.restore();
  if (!session.state.site) session.setSite(PLACE);
  return session;
}

const hub = (id: string): ModelRef => ({ kind: 'hub', id });

/** Ports whose models note their life, and take long to end. */
function notedModels(ending = Promise.resolve()) {
  const ports = mockPorts();
  const alive: string[] = [];
  const loadModel: SessionPorts['loadModel'] = async (ref, options) => {
    const loaded = await ports.loadModel(ref, options);
    const id = ref.kind === 'hub' ? ref.id : ref.name;
    alive.push(id);
    const dispose = async () => {
      await ending;
      alive.splice(alive.indexOf(id), 1);
    };
    return { ...loaded, model: { ...loaded.model, id, sha256: id }, dispose };
  };
  return { alive, ports: { ...ports, loadModel } };
}
const modelOf = ({ state: { model } }: Session) => (model.status === 'ready' ? model.info.id : '');

describe('what is done while an analysis goes on', () => {
  it('a height typed meanwhile leaves no answer of another height that passes for it', async () => {
    const gate = door();
    const session = await siteIn(mockPorts({ gate: gate.wait }));
    const run = session.analyse();
    await gate.reached;
    session.setHeightFt(60);
    gate.open();
    expect((await run)?.site.heightFt).toBe(25);
    expect(session.state.stale).toBe(true);
    await session.analyse();
    expect(session.state.result?.site.heightFt).toBe(60);
    expect(session.state.stale).toBe(false);
  });

  it('a height typed while the model still loads is the one that is analysed', async () => {
    const gate = door();
    const ports = mockPorts();
    const session = await siteIn({
      ...ports,
      loadModel: async (...asked) => (await gate.wait(), ports.loadModel(...asked)),
    });
    const run = session.analyse();
    await gate.reached;
    session.setHeightFt(60);
    gate.open();
    expect((await run)?.site.heightFt).toBe(60);
    expect(session.state.stale).toBe(false);
  });

  it('imagery chosen meanwhile makes the answer an old one', async () => {
    const gate = door();
    const session = await siteIn(mockPorts({ gate: gate.wait }));
    const run = session.analyse();
    await gate.reached;
    await session.change({ imagery: { id: 'usgs' } });
    gate.open();
    await run;
    expect(session.state.stale).toBe(true);
  });

  it('rules and faces set meanwhile count in the answer', async () => {
    const gate = door();
    const ports = mockPorts({ gate: gate.wait });
    const session = await siteIn({
      ...ports,
      reassess: async (result, { settings, extraBearingsDeg }) =>
        reassess(result, {
          settings: {
            ...(settings && { edition: settings.edition, tolerance: settings.tolerance }),
            ...(extraBearingsDeg && { extraBearingsDeg }),
          },
        }),
    });
    const run = session.analyse();
    await gate.reached;
    await session.change({ edition: '7-16', tolerance: 0.35 });
    await session.setBearings({ facingDeg: 32 });
    gate.open();
    const answer = await run;
    expect(answer?.settings).toMatchObject({ edition: '7-16', tolerance: 0.35 });
    expect(answer?.settings.extraBearingsDeg).toContain(32);
    expect(answer?.directions).toHaveLength(12);
    expect(session.state.result).toBe(answer);
  });

  it('news that comes after the answer does not set it going again', async () => {
    const gate = door();
    const ports = mockPorts();
    let late = () => {};
    const session = await siteIn({
      ...ports,
      async analyse(request, means, options) {
        const result = await ports.analyse(request, means, options);
        const [tile] = result.tiles;
        late = () =>
          options.onEvent({ type: 'tile', tile: tile!, patch: null, done: 1, total: 145 });
        return result;
      },
      store: { ...ports.store, saveResult: gate.wait },
    });
    const run = session.analyse();
    await gate.reached;
    late();
    gate.open();
    await run;
    expect(session.state.run).toEqual({ phase: 'done' });
  });

  it('an override made just before "Analyse again" is taken over', async () => {
    const gate = door();
    const ports = mockPorts();
    const given: (readonly Override[])[] = [];
    const session = await siteIn({
      ...ports,
      analyse: (request, ...rest) => {
        given.push(request.overrides ?? []);
        return ports.analyse(request, ...rest);
      },
      reassess: async (...asked) => (await gate.wait(), ports.reassess(...asked)),
    });
    await session.analyse();
    const said = session.addOverrides([WORD]);
    const again = session.analyse();
    await gate.reached;
    gate.open();
    await Promise.all([said, again]);
    expect(given[1]).toEqual([WORD]);
  });

  it('a correction made during a closer look is in its answer', async () => {
    const gate = door();
    const ports = judgingPorts();
    const session = await siteIn({
      ...ports,
      refine: async (...asked) => (await gate.wait(), ports.refine(...asked)),
      reassess: async (result, { corrections = [], overrides }) =>
        reassess(result, {
          labels: new Map(corrections.map(({ tileId, roughness }) => [tileId, roughness])),
          ...(overrides && { overrides: [...overrides] }),
        }),
    });
    const tile = session.state.result!.tiles.find(({ roughness }) => roughness === 'C')!;
    const look = session.refine();
    await gate.reached;
    await session.addOverrides([WORD]);
    await session.correctTile(tile.id, 'D');
    gate.open();
    const answer = await look;
    expect(answer?.refinement).toBeTruthy();
    expect(answer?.overrides).toContainEqual(WORD);
    expect(answer?.directions[0]?.exposure).toBe('D');
    expect(answer?.tiles.find(({ id }) => id === tile.id)).toMatchObject({
      by: 'person',
      roughness: 'D',
    });
    expect(session.state.result).toBe(answer);
    // The step can still be taken back.
    await session.undoOverride();
    expect(session.state.result?.overrides).not.toContainEqual(WORD);
    expect(session.state.result?.refinement).toBeTruthy();
  });
});

describe('a correction', () => {
  it('does not land on the tile of the same name of a site opened meanwhile', async () => {
    const gate = door();
    const ports = mockPorts();
    const session = await siteIn({
      ...ports,
      reassess: async (...asked) => (await gate.wait(), ports.reassess(...asked)),
    });
    await session.analyse();
    const first = session.correctTile('e0n0', 'D');
    const second = session.correctTile('e0n1', 'D');
    await gate.reached;
    const other = mockResult({ lat: 52, lng: 5 });
    session.openResult(other);
    gate.open();
    await Promise.all([first, second]);
    expect(session.state.result).toBe(other);
  });

  it('that the rules cannot take leaves no step to undo', async () => {
    const ports = mockPorts();
    const reassess = vi.fn(ports.reassess).mockRejectedValueOnce(new Error('No such stretch.'));
    const session = await siteIn({ ...ports, reassess });
    await session.analyse();
    await expect(session.addOverrides([WORD])).rejects.toThrow('No such stretch.');
    await session.addOverrides([{ ...WORD, to: 'C' }]);
    await session.undoOverride();
    expect(session.state.trail).toEqual({ canUndo: false, canRedo: true });
  });
});

describe('models chosen one after the other', () => {
  it('of two, the last stays, and nothing else is left running', async () => {
    const gate = door();
    const { alive, ports } = notedModels(gate.wait());
    const session = await siteIn(ports);
    await session.useModel(hub('old/one'));
    const both = [session.useModel(hub('a/first')), session.useModel(hub('b/second'))];
    gate.open();
    await Promise.all(both);
    expect(modelOf(session)).toBe('b/second');
    expect(session.state.settings.model).toEqual(hub('b/second'));
    expect(alive).toEqual(['b/second']);
  });

  it('an analysis begun right after a choice is read by it', async () => {
    const gate = door();
    const { alive, ports } = notedModels(gate.wait());
    const read: string[] = [];
    const session = await siteIn({
      ...ports,
      analyse: (request, means, options) => {
        read.push(means.classifier.model.id);
        return ports.analyse(request, means, options);
      },
    });
    await session.useModel(hub('old/one'));
    void session.useModel(hub('a/new'));
    const run = session.analyse();
    gate.open();
    await run;
    expect(read).toEqual(['a/new']);
    expect(alive).toEqual(['a/new']);
    expect(session.state.stale).toBe(false);
  });

  it('the page’s own, asked for first and found later, does not take the place of a second', async () => {
    const gate = door();
    const { ports } = notedModels();
    const bundledModel = async () => (await gate.wait(), ports.bundledModel());
    const session = await siteIn({ ...ports, bundledModel });
    await session.useModel(hub('old/one'));
    const own = session.chooseModel(null);
    await (
      await session.chooseModel(hub('a/new'))
    ).loading;
    gate.open();
    await (
      await own
    ).loading;
    expect(modelOf(session)).toBe('a/new');
  });

  it('one chosen while a first analysis looks for the page’s own is the one it uses', async () => {
    const gate = door();
    const { ports } = notedModels();
    const bundledModel = async () => (await gate.wait(), ports.bundledModel());
    const session = await siteIn({ ...ports, bundledModel });
    const run = session.analyse();
    await gate.reached;
    await session.chooseModel(hub('a/new'));
    gate.open();
    await run;
    expect(modelOf(session)).toBe('a/new');
  });
});

it('a place and a choice made before the last visit is found again stay', async () => {
  const gate = door();
  const ports = mockPorts({ saved: mockResult() });
  const load = async () => (await gate.wait(), ports.store.load());
  const session = new Session({ ...ports, store: { ...ports.store, load } });
  const restored = session.restore();
  await gate.reached;
  void session.change({ unit: 'm' });
  session.setSite(PLACE, 'Mill');
  const run = session.analyse();
  gate.open();
  await restored;
  await run;
  expect(session.state.site).toMatchObject({ at: PLACE, name: 'Mill' });
  expect(session.state.settings.unit).toBe('m');
  expect(session.state.result?.site).toMatchObject(PLACE);
  expect(session.state.run).toEqual({ phase: 'done' });
});

it('an answer opened before the imagery is known is called old only where it is of other imagery', async () => {
  for (const [id, stale] of [
    ['demo', false],
    ['usgs', true],
  ] as const) {
    const session = new Session(mockPorts());
    const choosing = session.change({ imagery: { id } });
    session.openResult(mockResult());
    expect(session.state.stale).toBe(false);
    await choosing;
    await vi.waitFor(() => expect(session.state.imagery.source?.id).toBe(id));
    await vi.waitFor(() => expect(session.state.stale).toBe(stale));
  }
});

it('what was corrected so far is in the answer once it is settled', async () => {
  const gate = door();
  const ports = mockPorts();
  const session = await siteIn({
    ...ports,
    reassess: async (...asked) => (await gate.wait(), ports.reassess(...asked)),
  });
  await session.analyse();
  void session.correctTile('e0n0', 'D');
  void session.correctTile('e0n1', 'D');
  const settled = session.settled();
  gate.open();
  await settled;
  const by = session.state.tiles.filter((tile) => ['e0n0', 'e0n1'].includes(tile.id));
  expect(by.map(({ roughness }) => roughness)).toEqual(['D', 'D']);
});
