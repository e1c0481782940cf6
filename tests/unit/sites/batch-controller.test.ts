import 'fake-indexeddb/auto';
import { csvParse } from 'd3-dsv';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { BatchController } from '../../../components/site-list/batch-controller.ts';
import { failuresOf } from '../../../components/site-list/batch-state.ts';
import { Session } from '../../../components/shared/session.ts';
import type { SessionPorts } from '../../../components/shared/session.ts';
import { SiteDb } from '../../../src/platform/browser/site-db.ts';
import { UserError } from '../../../src/site/user-error.ts';
import { mockPorts } from '../../support/mock-ports.ts';

const CSV = `name,lat,lng,height
Mill,-34.1,20.1,25
Barn,-34.2,20.2,8m
Hall,-34.3,20.3,40
`;

let names = 0;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A visit: a session and a controller over the database `name`. */
async function visit(name: string, change: Partial<SessionPorts> = {}) {
  const db = await SiteDb.open(name);
  const ports = { ...mockPorts(), ...change };
  const analysed: string[] = [];
  const session = new Session({
    ...ports,
    analyse: async (request, ...rest) => {
      const result = await ports.analyse(request, ...rest);
      analysed.push(request.site.name!);
      return result;
    },
  });
  await session.restore();
  let clockMs = 0;
  const locks = { free: true };
  const batch = new BatchController(session, {
    openDb: async () => db,
    lock: async () => (locks.free ? () => undefined : null),
    now: () => '2026-03-01T08:00:00.000Z',
    clock: () => (clockMs += 1000),
  });
  ends.push(() => {
    batch.cancel();
    db.close();
    return session.dispose();
  });
  await batch.load();
  return { db, session, batch, analysed, locks };
}
const fresh = () => `batch-test-${++names}`;
type Visit = Awaited<ReturnType<typeof visit>>;
const until = ({ batch }: Visit, phase: string) =>
  vi.waitFor(() => expect(batch.state.phase).toBe(phase), { timeout: 20_000, interval: 2 });

test('a list is read, run and saved site by site; what is shown on the page stays', async () => {
  const here = await visit(fresh());
  expect(here.batch.state.phase).toBe('none');
  here.batch.choose('sites.csv', `${CSV}Nowhere,95,0,25\n`);
  expect(here.batch.state.inHand!.sites.map(({ line }) => line)).toEqual([2, 3, 4]);
  expect(here.batch.state.inHand!.problems.map(({ line }) => line)).toEqual([5]);
  await here.batch.start();
  expect(here.batch.state.phase).toBe('done');
  expect(here.analysed).toEqual(['Mill', 'Barn', 'Hall']);
  expect((await here.db.list()).map(({ row }) => row.name).sort()).toEqual([
    'Barn',
    'Hall',
    'Mill',
  ]);
  expect(here.session.state.result).toBeNull();
  expect(here.session.patches.size).toBe(0);
  const table = csvParse(here.batch.csv());
  expect(table.map(({ name }) => name)).toEqual(['Mill', 'Barn', 'Hall']);
  // 8 m are 26.2 ft.
  expect(Number(table[1]!.height_ft)).toBeCloseTo(26.25, 1);
});

test('closing the tab in the middle loses the site at hand only', async () => {
  const name = fresh();
  let hold = (): void => {};
  const held = new Promise<void>((reached) => {
    hold = reached;
  });
  const first = await visit(name, {
    analyse: async (request, means, options) => {
      if (request.site.name === 'Barn') {
        hold();
        await new Promise(() => undefined);
      }
      return mockPorts().analyse(request, means, options);
    },
  });
  first.batch.choose('sites.csv', CSV);
  void first.batch.start();
  await held;
  // The tab is gone; another visit finds what was settled.
  const second = await visit(name);
  expect(second.batch.state).toMatchObject({ phase: 'stopped', fromBefore: true });
  expect([...second.batch.state.rows.keys()]).toEqual([2]);
  await second.batch.resume();
  expect(second.batch.state.phase).toBe('done');
  expect([...first.analysed, ...second.analysed]).toEqual(['Mill', 'Barn', 'Hall']);
  const third = await visit(name);
  expect(third.batch.state.phase).toBe('done');
  expect(csvParse(third.batch.csv())).toHaveLength(3);
  await third.batch.discard();
  expect(third.batch.state.phase).toBe('none');
  expect(await third.db.list()).toHaveLength(3);
});

test('a pause waits for the site at hand, resume goes on, cancel stops at once', async () => {
  let open = (): void => {};
  const here = await visit(fresh(), {
    analyse: async (request, means, options) => {
      await new Promise<void>((go, stop) => {
        open = go;
        options.signal.addEventListener('abort', () => stop(options.signal.reason as Error));
      });
      return mockPorts().analyse(request, means, options);
    },
  });
  here.batch.choose('sites.csv', CSV);
  const started = here.batch.start();
  await vi.waitFor(() => expect(here.batch.state.current?.name).toBe('Mill'));
  here.batch.pause();
  expect(here.batch.state.phase).toBe('pausing');
  open();
  await until(here, 'paused');
  expect(here.analysed).toEqual(['Mill']);
  await here.batch.resume();
  await vi.waitFor(() => expect(here.batch.state.current?.name).toBe('Barn'));
  here.batch.cancel();
  await started;
  expect(here.batch.state).toMatchObject({ phase: 'stopped', message: '', current: null });
  expect(here.analysed).toEqual(['Mill']);
});

test('a site that fails is listed with its line and tried again', async () => {
  let fail = true;
  const here = await visit(fresh(), {
    analyse: async (request, means, options) => {
      if (fail && request.site.name === 'Barn') throw new UserError('no imagery there');
      return mockPorts().analyse(request, means, options);
    },
  });
  here.batch.choose('sites.csv', CSV);
  await here.batch.start();
  expect(here.batch.state.phase).toBe('done');
  expect(failuresOf(here.batch.state)).toMatchObject([
    { listed: { line: 3, name: 'Barn' }, message: 'no imagery there' },
  ]);
  expect(csvParse(here.batch.csv())[1]!.error).toBe('no imagery there');
  fail = false;
  await here.batch.resume();
  expect(failuresOf(here.batch.state)).toEqual([]);
  expect(here.analysed).toEqual(['Mill', 'Hall', 'Barn']);
});

describe('a batch stops, and says why,', () => {
  test('where the model is another one than it began with', async () => {
    const name = fresh();
    const first = await visit(name, {
      analyse: async (request, means, options) => {
        if (request.site.name === 'Barn') throw new TypeError('defect');
        return mockPorts().analyse(request, means, options);
      },
    });
    first.batch.choose('sites.csv', CSV);
    await first.batch.start();
    expect(first.batch.state).toMatchObject({ phase: 'stopped', message: 'defect' });
    const second = await visit(name, {
      loadModel: async (...args) => {
        const loaded = await mockPorts().loadModel(...args);
        return { ...loaded, model: { ...loaded.model, sha256: 'cd'.repeat(32) } };
      },
    });
    await second.batch.resume();
    expect(second.batch.state.phase).toBe('stopped');
    expect(second.batch.state.message).toMatch(/not the one this batch was begun with/);
    expect(second.analysed).toEqual([]);
  });

  test('without a model, with a full disk, and while another tab runs it', async () => {
    const bare = await visit(fresh(), { bundledModel: async () => null });
    bare.batch.choose('sites.csv', CSV);
    await bare.batch.start();
    expect(bare.batch.state).toMatchObject({ phase: 'none' });
    expect(bare.batch.state.message).toMatch(/no model/);

    const full = await visit(fresh());
    full.batch.choose('sites.csv', CSV);
    vi.spyOn(full.db, 'settleLine').mockRejectedValue(new UserError('no room left'));
    await full.batch.start();
    expect(full.batch.state).toMatchObject({ phase: 'stopped', message: 'no room left' });
    expect(full.analysed).toEqual(['Mill']);

    const other = await visit(fresh());
    other.locks.free = false;
    other.batch.choose('sites.csv', CSV);
    await other.batch.start();
    expect(other.batch.state.message).toMatch(/another tab/);
    expect(other.analysed).toEqual([]);
  });

  test('at a file that is no list', async () => {
    const here = await visit(fresh());
    here.batch.choose('tiles.csv', 'tile,roughness\n1,B\n');
    expect(here.batch.state.inHand).toBeNull();
    expect(here.batch.state.message).toMatch(/tiles\.csv: .*no column name, lat, lng, height/);
  });
});

test('a list begun right after other imagery was chosen is read from that, and can be gone on with', async () => {
  const ports = mockPorts();
  let later = (): void => undefined;
  const waits = new Promise<void>((go) => (later = () => go()));
  const here = await visit(fresh(), {
    resolveImagery: async (spec) => {
      if (spec.id === 'naip') await waits;
      return ports.resolveImagery(spec);
    },
  });
  here.batch.choose('sites.csv', CSV);
  void here.session.change({ imagery: { id: 'naip' } });
  const run = here.batch.start();
  later();
  await run;
  expect(here.batch.state).toMatchObject({ phase: 'done', message: '' });
  expect(await here.db.batch()).toMatchObject({
    imageryId: 'naip',
    setup: { imagery: { id: 'naip' } },
  });
  expect(here.analysed).toHaveLength(3);
});
