import { describe, expect, it, vi } from 'vitest';
import { Session } from '../../../components/shared/session.ts';
import type { SessionState } from '../../../components/shared/session.ts';
import { readHash, writeHash } from '../../../components/shared/url-state.ts';
import { mockPorts, mockSource } from '../../support/mock-ports.ts';
import { mockResult } from '../../support/mock-result.ts';

const PLACE = { lng: 20.5, lat: -34 };

/** A gate that holds the first run before one tile until it is opened. */
function holdBefore(tile: number) {
  let open = () => {};
  let reach = () => {};
  const reached = new Promise<void>((resolve) => (reach = resolve));
  let held = false;
  const gate = async (done: number) => {
    if (done !== tile || held) return;
    held = true;
    reach();
    await new Promise<void>((resolve) => (open = resolve));
  };
  return { gate, reached, open: () => open() };
}

describe('Session', () => {
  it('analyses a site, tile by tile, and keeps the answer', async () => {
    const ports = mockPorts();
    const session = new Session(ports);
    await session.restore();
    const phases: SessionState['run']['phase'][] = [];
    session.subscribe((state, changed) => {
      if (changed.has('run')) phases.push(state.run.phase);
    });
    session.setSite(PLACE, 'Mill');
    const result = await session.analyse();
    expect(result?.site).toMatchObject({ ...PLACE, name: 'Mill', heightFt: 25 });
    expect([...new Set(phases)]).toEqual(['idle', 'loading-model', 'running', 'done']);
    expect(session.state.tiles).toHaveLength(145);
    expect(session.state.assessment?.directions).toHaveLength(8);
    // Three tiles of the mock have no picture.
    expect(session.patches.size).toBe(142);
    expect(ports.saved).toBe(result);
  });

  it('keeps the tiles read so far when cancelled, and ignores what comes late', async () => {
    const hold = holdBefore(40);
    const session = new Session(mockPorts({ gate: hold.gate }));
    await session.restore();
    session.setSite(PLACE);
    const run = session.analyse();
    await hold.reached;
    session.cancel();
    hold.open();
    expect(await run).toBeNull();
    expect(session.state.run).toEqual({ phase: 'cancelled', done: 40, total: 145 });
    expect(session.state.tiles.filter(({ by }) => by !== null)).toHaveLength(40);
    expect(session.state.result).toBeNull();
  });

  it('drops the first run when the site moves during it', async () => {
    const hold = holdBefore(10);
    const session = new Session(mockPorts({ gate: hold.gate }));
    await session.restore();
    session.setSite(PLACE);
    const first = session.analyse();
    await hold.reached;
    session.setSite({ lng: 21, lat: -33 });
    const second = session.analyse();
    await Promise.resolve();
    hold.open();
    expect(await first).toBeNull();
    expect((await second)?.site).toMatchObject({ lng: 21, lat: -33 });
    expect(session.state.result?.site.lng).toBe(21);
  });

  it('says that there is no model, and that a source does not resolve', async () => {
    const without = mockPorts({ model: false });
    without.prepare = vi.fn();
    const session = new Session(without);
    await session.restore();
    session.setSite(PLACE);
    expect(await session.analyse()).toBeNull();
    expect(session.state.run).toMatchObject({ phase: 'failed', noModel: true });
    expect(session.state.model.status).toBe('none');
    // Nothing is woken that will have nothing to do.
    expect(without.prepare).not.toHaveBeenCalled();

    const ports = mockPorts();
    ports.resolveImagery = () => Promise.reject(new Error('No imagery is called "moon".'));
    const other = new Session(ports);
    await other.restore();
    other.setSite(PLACE);
    await other.analyse();
    expect(other.state.run).toEqual({ phase: 'failed', message: 'No imagery is called "moon".' });
  });

  it('wakes the imagery while the model is on its way', async () => {
    const ports = mockPorts();
    const order: string[] = [];
    ports.prepare = ({ id }) => void order.push(`prepare ${id}`);
    const load = ports.loadModel;
    ports.loadModel = async (...given) => {
      const classifier = await load(...given);
      order.push('loaded');
      return classifier;
    };
    const session = new Session(ports);
    await session.restore();
    session.setSite(PLACE);
    await session.analyse();
    expect(order).toEqual(['prepare demo', 'loaded']);
  });

  it('waits for a source that is still being resolved', async () => {
    const ports = mockPorts();
    const session = new Session(ports);
    await session.restore();
    session.setSite(PLACE);
    let resolve = (_: typeof mockSource) => {};
    ports.resolveImagery = () => new Promise((done) => (resolve = done));
    const seen = vi.spyOn(ports, 'analyse');
    void session.change({ imagery: { id: 'usgs' } });
    const run = session.analyse();
    resolve({ ...mockSource, id: 'usgs' });
    await run;
    expect(seen.mock.calls[0]?.[1].source.id).toBe('usgs');
  });

  it('restores the last visit, unless a link asks for another place', async () => {
    const saved = mockResult();
    const session = new Session(mockPorts({ saved }));
    await session.restore();
    expect(session.state.result).toBe(saved);
    expect(session.state.run.phase).toBe('done');
    expect(session.state.stale).toBe(false);

    const other = new Session(mockPorts({ saved }));
    await other.restore({ site: { at: PLACE, name: null, heightFt: 40 } });
    expect(other.state.result).toBeNull();
    expect(other.state.site?.heightFt).toBe(40);
  });

  it('restores the answer of a clicked place under the link that the page itself wrote', async () => {
    const ports = mockPorts();
    const session = new Session(ports);
    await session.restore();
    await session.change({ unit: 'm' });
    session.setSite({ lng: 20.512345678912, lat: -34.036812345678 }, 'Mill');
    session.setHeightFt(33);
    const result = await session.analyse();
    const again = new Session(mockPorts({ saved: result }));
    await again.restore(readHash(writeHash(session.state.site, session.state.settings)));
    expect(again.state.site).toEqual(session.state.site);
    expect(again.state.result).toEqual(result);
    expect(again.state.stale).toBe(false);
  });

  it('shows no answer of one model as another’s, which a link asks for', async () => {
    const session = new Session(mockPorts({ saved: mockResult() }));
    await session.restore(readHash('#model=upwind-vit'));
    expect(session.state.stale).toBe(false);
    await session.restore(readHash('#model=owner/name'));
    expect(session.state.result).not.toBeNull();
    expect(session.state.stale).toBe(true);
  });

  it('finds the picture of a tile as soon as a restored answer shows', async () => {
    const session = new Session(mockPorts({ saved: mockResult() }));
    let asked: Promise<unknown> | null = null;
    session.subscribe((state, changed) => {
      if (changed.has('result') && state.result) asked = session.patch('e0n1');
    });
    await session.restore();
    expect(await asked).toMatchObject({ tileId: 'e0n1' });
  });

  it('judges again at once when the rules change, and marks the answer stale otherwise', async () => {
    const ports = mockPorts({ saved: mockResult() });
    const session = new Session(ports);
    await session.restore();
    const reassess = vi.spyOn(ports, 'reassess');
    await session.change({ tolerance: 0 });
    expect(session.state.result?.settings.tolerance).toBe(0);
    expect(session.state.stale).toBe(false);
    await session.change({ unit: 'm', theme: 'dark' });
    expect(reassess).toHaveBeenCalledTimes(1);
    expect(session.state.stale).toBe(false);
    session.setHeightFt(60);
    expect(session.state.stale).toBe(true);
  });

  it('counts both of two quick corrections', async () => {
    const session = new Session(mockPorts({ saved: mockResult() }));
    await session.restore();
    await Promise.all([session.correctTile('e0n0', 'D'), session.correctTile('e0n1', 'C')]);
    const of = (id: string) => session.state.tiles.find((tile) => tile.id === id)?.roughness;
    expect([of('e0n0'), of('e0n1')]).toEqual(['D', 'C']);
  });

  it('keeps a dropped model for the next visit, or says why not', async () => {
    const ref = { kind: 'files' as const, files: [new File(['x'], 'm.zip')], name: 'm.zip' };
    const ports = mockPorts();
    const saved = vi.spyOn(ports.store, 'saveSettings');
    const session = new Session(ports);
    await session.restore();
    await session.useModel(ref);
    const stored = { kind: 'stored', id: mockResult().model.sha256, name: 'm.zip' };
    expect(session.state.model).toMatchObject({ status: 'ready', ref: stored });
    expect(saved.mock.lastCall?.[0].model).toEqual(stored);

    ports.keepModel = () => Promise.reject(new Error('There is no room on this device.'));
    const full = new Session(ports);
    await full.restore();
    await full.useModel(ref);
    expect(full.state.model).toMatchObject({
      status: 'ready',
      ref,
      notKept: 'There is no room on this device.',
    });
    expect(full.state.settings.model).toBeNull();
  });

  it.each([true, false])(
    'is not put back to loading by progress that comes late; loads: %s',
    async (loads) => {
      const ports = mockPorts();
      const load = ports.loadModel;
      let late = () => {};
      ports.loadModel = async (ref, options) => {
        late = () => options.onProgress(0, null, 'site.loading.read');
        if (loads) return load(ref, options);
        throw new Error('It is damaged.');
      };
      const session = new Session(ports);
      await session.restore();
      await session.useModel({ kind: 'hub', id: 'a/model' });
      const settled = session.state.model;
      expect(settled.status).toBe(loads ? 'ready' : 'failed');
      // A worker's progress comes by another channel than its answer.
      late();
      expect(session.state.model).toBe(settled);
    },
  );

  it('ends a model that was replaced while it loaded', async () => {
    const ports = mockPorts();
    const disposed: string[] = [];
    const gates = new Map<string, () => void>();
    const load = ports.loadModel;
    ports.loadModel = async (ref, options) => {
      const name = ref.kind === 'hub' ? ref.id : ref.kind;
      await new Promise<void>((resolve) => gates.set(name, resolve));
      const classifier = await load(ref, options);
      return { ...classifier, dispose: async () => void disposed.push(name) };
    };
    const session = new Session(ports);
    await session.restore();
    const first = session.useModel({ kind: 'hub', id: 'a/first' });
    await vi.waitFor(() => expect(gates.has('a/first')).toBe(true));
    const second = session.useModel({ kind: 'hub', id: 'a/second' });
    gates.get('a/first')?.();
    await first;
    await vi.waitFor(() => expect(gates.has('a/second')).toBe(true));
    gates.get('a/second')?.();
    await second;
    expect(disposed).toEqual(['a/first']);
    expect(session.state.model).toMatchObject({ status: 'ready', ref: { id: 'a/second' } });
    await session.dispose();
    expect(disposed).toEqual(['a/first', 'a/second']);
  });
});
