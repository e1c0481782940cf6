import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { csvParse } from 'd3-dsv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSiteResult } from '../../src/analysis/site-result.ts';
import { runCli } from '../support/run-cli.ts';
import { startTileServer } from '../support/tile-server.ts';
import type { TileServer } from '../support/tile-server.ts';
import { SHARED } from '../support/vit-fixtures.ts';

const NANO = resolve(import.meta.dirname, '../fixtures/vit-nano');
const FILES = [
  'directions.csv',
  'report.html',
  'report.pdf',
  'result.json',
  'sectors.geojson',
  'sectors.qml',
  'tiles.geojson',
  'tiles.qml',
];

let server: TileServer;
let out: string;

beforeAll(async () => {
  server = await startTileServer();
  out = await mkdtemp(join(tmpdir(), 'upwind-analyse-'));
});
afterAll(async () => {
  await server.close();
  await rm(out, { recursive: true, force: true });
});

const analyse = (...more: string[]) =>
  runCli([
    ...['analyse', '--at=-34.0368,20.5126', '--height', '25ft', '--backend', 'wasm'],
    ...['--model', NANO, '--date', '2026-01-31', ...more],
  ]);

test('one site: 145 tiles, eight directions, every file, the same bytes again', async () => {
  const folders = [join(out, 'first'), join(out, 'second')] as const;
  const runs = await Promise.all(
    folders.map((folder) => analyse('--imagery', server.template(), '--json', '--out', folder)),
  );
  for (const run of runs) {
    expect(run.stderr).toMatch(/peak memory \d+ MB/);
    expect(run.status).toBe(0);
    const result = parseSiteResult(JSON.parse(run.stdout));
    expect(result.tiles).toHaveLength(145);
    expect(result.directions.map(({ name }) => name)).toEqual('N NE E SE S SW W NW'.split(' '));
    expect(result.tiles.every(({ roughness }) => roughness !== null)).toBe(true);
    expect(result.backend.name).toBe('wasm');
  }
  expect((await readdir(folders[0])).sort()).toEqual(FILES);
  for (const name of FILES) {
    const [first, second] = await Promise.all(folders.map((f) => readFile(join(f, name))));
    expect(first!.equals(second!), `${name} differs between two runs`).toBe(true);
  }
  const csv = await readFile(join(folders[0], 'directions.csv'), 'utf8');
  expect(csv.startsWith('direction,bearing_deg,roughness')).toBe(true);
  expect(csvParse(csv)).toHaveLength(8);
});

test('ground beyond the imagery stays unknown, decisions by hand hold beside it', async () => {
  // Nothing east of 20.52246°, an edge of the pyramid some 100 m east of the site.
  const half = await startTileServer({
    picture: async (z, x) => ((x / 2 ** z) * 360 - 180 > 20.5224 ? null : paint(z)),
  });
  const path = join(out, 'overrides.json');
  const by = { from: null, reason: 'Seen on site', by: 'A. Bauer' };
  const overrides = [
    { target: 'tile', id: 'e3n0', to: 'D', ...by },
    { target: 'direction', id: 'W', to: 'D', ...by },
  ];
  await writeFile(path, JSON.stringify({ overrides }));
  try {
    const run = await analyse(
      ...['--imagery', half.template(), '--json', '--at=-34.0368,20.5214', '--overrides', path],
    );
    expect(run.status).toBe(0);
    const result = parseSiteResult(JSON.parse(run.stdout));
    const labelled = result.tiles.find(({ id }) => id === 'e3n0')!;
    expect(labelled).toMatchObject({ roughness: 'D', modelRoughness: null, by: 'person' });
    expect(result.directions.find(({ name }) => name === 'W')!.exposure).toBe('D');
    expect(result.overrides).toEqual(overrides);
    const east = result.tiles.filter(({ eastM, id }) => eastM > 250 && id !== 'e3n0');
    const west = result.tiles.filter(({ eastM }) => eastM < -250);
    expect(east.length).toBeGreaterThan(50);
    expect(east.every(({ roughness, missing }) => roughness === null && missing !== null)).toBe(
      true,
    );
    expect(west.every(({ missing }) => missing === null)).toBe(true);
    expect(result.directions.find(({ name }) => name === 'E')!.undetermined).toBe(true);
    expect(result.warnings.map(({ code }) => code)).toContain('missing');
  } finally {
    await half.close();
  }
});

const paint = async (z: number) =>
  (await import('../support/tile-server.ts')).paintPicture(z, 1, 1);

// Each waits for a process to start, or for a server: together they take a third of the time.
describe.concurrent('bad input is one line and exit 2', () => {
  test.each<[string, string[], RegExp]>([
    ['a pole', ['analyse', '--at=89.9,0', '--height', '25ft'], /too near a pole/],
    ['no numbers', ['analyse', '--at', 'here', '--height', '25ft'], /as a place/],
    ['a height of nothing', ['analyse', '--at=1,2', '--height', '0ft'], /height/i],
    ['NaN', ['analyse', '--at=NaN,2', '--height', '25ft'], /place/],
    [
      'no such model',
      ['analyse', '--at=1,2', '--height', '25ft', '--model', './nowhere'],
      /nowhere/,
    ],
    [
      'Google',
      [
        'analyse',
        '--at=1,2',
        '--height',
        '25ft',
        '--imagery',
        'https://mt1.google.com/vt/lyrs=s&x={x}&y={y}&z={z}',
      ],
      /Google/,
    ],
    [
      'a template without places',
      ['analyse', '--at=1,2', '--height', '25ft', '--imagery', 'https://example.org/a.png'],
      /template/,
    ],
    [
      'an edition',
      ['analyse', '--at=1,2', '--height', '25ft', '--edition', '7-05'],
      /7-16 or 7-22/,
    ],
    [
      'overrides that are not there',
      ['analyse', '--at=1,2', '--height', '25ft', '--overrides', 'nowhere.json'],
      /nowhere\.json/,
    ],
    ['no place at all', ['analyse', '--height', '25ft'], /--at/],
    ['a command that is none', ['analyze'], /unknown command 'analyze' \(Did you mean analyse\?\)/],
    [
      'an option that is none',
      ['analyse', '--at=1,2', '--height', '25ft', '--hight=3'],
      /--hight.*analyse --help/,
    ],
    ['pictures without a model', ['classify', 'a.png'], /--model/],
  ])('%s', async (_what, args, message) => {
    const run = await runCli(args);
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(message);
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(run.stdout).toBe('');
  });

  test.each<[Parameters<TileServer['template']>[0], RegExp]>([
    ['html', /text\/html/],
    ['always500', /500/],
    ['forbidden', /403/],
  ])('a server that answers %s to everything', async (mood, message) => {
    const run = await analyse('--imagery', server.template(mood));
    expect(run.stderr).toMatch(message);
    expect(run.status).toBe(2);
  });

  test('a server that is not there', async () => {
    const run = await analyse('--imagery', 'http://127.0.0.1:9/{z}/{x}/{y}.png');
    expect(run.stderr.trim().split('\n').at(-1)).toMatch(/127\.0\.0\.1:9|connect/i);
    expect(run.status).toBe(2);
  });
});

test('real imagery at Swellendam: past the strip unknown', async () => {
  const folder = join(SHARED, 'imagery/swellendam');
  if (!existsSync(folder)) return console.log('skipped: ../shared/imagery is not here');
  const strip = await startTileServer({ folder });
  try {
    const run = await analyse('--imagery', strip.template(), '--imagery-max-zoom', '16', '--json');
    const result = parseSiteResult(JSON.parse(run.stdout));
    expect(result.tiles).toHaveLength(145);
    const unknown = result.tiles.filter(({ roughness }) => roughness === null);
    expect(unknown.length).toBeGreaterThan(5);
    expect(unknown.every(({ missing }) => missing !== null)).toBe(true);
    // 250 m at 32 px asks for 7.8 m/px. z14 has 156543.034 · cos 34.04° / 16384 = 7.92, so z15.
    expect(result.imagery.nativeMetresPerPixel!.min).toBeCloseTo(3.96, 1);
  } finally {
    await strip.close();
  }
});
