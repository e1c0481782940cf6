import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { csvParse } from 'd3-dsv';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseSiteResult } from '../../src/analysis/site-result.ts';
import { runCli, startCli } from '../support/run-cli.ts';
import { startTileServer } from '../support/tile-server.ts';
import type { TileServer } from '../support/tile-server.ts';

const NANO = resolve(import.meta.dirname, '../fixtures/vit-nano');
const CSV = `name,lat,lng,height
Mill,-34.10,20.10,25
"Barn, old",-34.20,20.20,8m
Hall,-34.30,20.30,40
Mill,-34.40,20.40,25
`;

let server: TileServer;
let out: string;
beforeAll(async () => {
  server = await startTileServer();
  out = await mkdtemp(join(tmpdir(), 'upwind-batch-'));
  await writeFile(join(out, 'list.csv'), CSV);
});
afterAll(async () => {
  await server.close();
  await rm(out, { recursive: true, force: true });
});

const batch = (folder: string, ...more: string[]) => [
  ...['batch', join(out, 'list.csv'), '--out', join(out, folder), '--model', NANO],
  ...['--backend', 'wasm', '--stride-m', '500', '--imagery', server.template(), ...more],
];

/** Sites whose result is whole, with when it was written. */
async function finished(folder: string): Promise<Map<string, number>> {
  const sites = await readdir(join(out, folder, 'sites')).catch(() => []);
  const found = await Promise.all(
    sites.map(async (site): Promise<[string, number][]> => {
      const path = join(out, folder, 'sites', site, 'result.json');
      const written = await stat(path).catch(() => null);
      if (!written) return [];
      parseSiteResult(JSON.parse(await readFile(path, 'utf8')));
      return [[site, written.mtimeMs]];
    }),
  );
  return new Map(found.flat());
}

test('killed half-way and run again: nothing lost, nothing done twice', async () => {
  const { child, done } = startCli(batch('killed'));
  const ended = done.then(() => true);
  let before = new Map<string, number>();
  while (before.size < 2 && !(await Promise.race([ended, wait(20, false)]))) {
    before = await finished('killed');
  }
  child.kill('SIGKILL');
  expect((await done).status).toBeNull();
  before = await finished('killed');
  expect(before.size).toBeGreaterThanOrEqual(2);
  expect(before.size).toBeLessThan(4);
  expect(await readdir(join(out, 'killed'))).toEqual(['sites']);

  const again = await runCli(batch('killed', '--json'));
  expect(again.stderr).toMatch(/4 of 4 sites/);
  expect(again.status).toBe(0);
  const after = await finished('killed');
  expect(after.size).toBe(4);
  for (const [site, writtenMs] of before) expect(after.get(site)).toBe(writtenMs);

  // The table tells of all four, in the order of the list, and so does the JSON.
  const table = csvParse(await readFile(join(out, 'killed/sites.csv'), 'utf8'));
  const names = ['Mill', 'Barn, old', 'Hall', 'Mill'];
  expect(table.map(({ name }) => name)).toEqual(names);
  expect(table.map(({ lat_deg }) => Number(lat_deg))).toEqual([-34.1, -34.2, -34.3, -34.4]);
  expect((JSON.parse(again.stdout) as { name: string }[]).map(({ name }) => name)).toEqual(names);

  // And it is the table of a batch that was never disturbed.
  await runCli(batch('whole'));
  expect(await readFile(join(out, 'whole/sites.csv'), 'utf8')).toBe(
    await readFile(join(out, 'killed/sites.csv'), 'utf8'),
  );
});

test('a list with errors is one line and exit 2, before anything is fetched', async () => {
  const path = join(out, 'bad.csv');
  await writeFile(path, 'name,lat,lng,height\na,95,0,25\nb,0,0,tall\n');
  const asked = server.requests.length;
  const run = await runCli(['batch', path, '--out', join(out, 'bad'), '--model', NANO]);
  expect(run.status).toBe(2);
  expect(run.stderr).toMatch(/line 2: .*line 3: /);
  expect(run.stderr.trim().split('\n')).toHaveLength(1);
  expect(server.requests).toHaveLength(asked);
});
