import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClassifiedArea } from '../../src/roughness/classified-area.ts';
import type { Roughness } from '../../src/roughness/category.ts';
import { rings, SITE, wedge } from '../support/ground.ts';
import { runCli } from '../support/run-cli.ts';

let folder: string;
const AT = `--at=${SITE.lat},${SITE.lng}`;

const toGeoJson = (areas: readonly ClassifiedArea[]) => ({
  type: 'FeatureCollection',
  features: areas.map(({ polygons, roughness }) => ({
    type: 'Feature',
    properties: { roughness },
    geometry: {
      type: 'MultiPolygon',
      coordinates: polygons.map((parts) =>
        parts.map((ring) => ring.map(({ lng, lat }) => [lng, lat])),
      ),
    },
  })),
});
async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upwind-exposure-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('upwind exposure', () => {
  it('prints the directions of the wedges of wind.md as JSON', async () => {
    const areas = [...'BBCCDBBB'].map((roughness, i) =>
      wedge(`${i}`, roughness as Roughness, { fromDeg: 45 * i, toDeg: 45 * (i + 1) }),
    );
    const path = await file('wedges.geojson', toGeoJson(areas));
    const { status, stdout, stderr } = await runCli([
      'exposure',
      '--tiles',
      path,
      AT,
      '--height',
      '25ft',
      '--json',
    ]);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const { directions, governing } = JSON.parse(stdout);
    expect(governing).toBe('D');
    expect(
      directions.map((d: { name: string; exposure: string }) => `${d.name} ${d.exposure}`),
    ).toEqual(['N B', 'NE B', 'E C', 'SE C', 'S D', 'SW D', 'W B', 'NW B']);
    expect(directions[2]).toMatchObject({
      name: 'E',
      bearingDeg: 90,
      roughness: 'C',
      exposureStrict: 'C',
      flips: false,
      clause: '26.7.3',
      distanceToChangeFt: null,
      segments: [{ roughness: 'C', fromM: 0, fromFt: 0, toFt: 5600, share: 1 }],
    });
    expect(directions[2].kz).toBeCloseTo(0.9447, 4);
  });

  it('takes tolerance, edition, bearings and metres', async () => {
    const areas = rings([
      { roughness: 'B', lengthFt: 500 },
      { roughness: 'C', lengthFt: 150 },
      { roughness: 'B', lengthFt: 9000 },
    ]);
    const path = await file('clearing.geojson', toGeoJson(areas));
    const args = [
      '--tolerance',
      '0.2',
      '--edition',
      '7-16',
      '--bearings',
      '32,122',
      '--height',
      '7.62m',
    ];
    const { stdout } = await runCli(['exposure', '--tiles', path, AT, ...args, '--json']);
    const { directions } = JSON.parse(stdout);
    expect(directions).toHaveLength(10);
    expect(directions[8]).toMatchObject({
      name: 'face 1 (32°)',
      exposure: 'B',
      exposureStrict: 'C',
      flips: true,
    });
    expect(directions[8].kz).toBeCloseTo(0.665, 4);
    const { stdout: table } = await runCli(['exposure', '--tiles', path, AT, '--height', '25ft']);
    expect(table).toMatch(/^N\s+B\s+C\s+C/m);
    expect(table).toMatch(/^Exposure C governs, from N, NE, .*NW \(ASCE\/SEI 7-22/m);
  });

  it('takes decisions by hand, from a list or a document that holds one', async () => {
    const tiles = await file('town.geojson', toGeoJson([wedge('w', 'B')]));
    const by = { reason: 'Seen on site', by: 'A. Bauer' };
    const overrides = [
      // Open ground in sector 45–90°, which only NE and E look at.
      { target: 'segment', id: '1:0', from: 'B', to: 'C', ...by },
      { target: 'direction', id: 'S', from: 'B', to: 'D', ...by },
      { target: 'direction', id: 'upwards', from: 'B', to: 'D', ...by },
    ];
    const paths = await Promise.all([
      file('list.json', overrides),
      file('document.json', { schema: 'upwind.site-result', overrides }),
    ]);
    const args = ['exposure', '--tiles', tiles, AT, '--height', '25ft', '--json'];
    const runs = await Promise.all(paths.map((path) => runCli([...args, '--overrides', path])));
    for (const { status, stdout, stderr } of runs) {
      expect(status).toBe(0);
      // What fits nothing is told, and still handed on.
      expect(stderr).toMatch(/^warning: .*upwards/);
      const answer = JSON.parse(stdout);
      expect(
        answer.directions.map((d: { name: string; exposure: string }) => `${d.name} ${d.exposure}`),
      ).toEqual(['N B', 'NE C', 'E C', 'SE B', 'S D', 'SW B', 'W B', 'NW B']);
      expect(answer.governing).toBe('D');
      expect(answer.overrides).toEqual(overrides);
    }
  });

  it('ends with one line and status 2 on input that cannot be used', async () => {
    const good = await file('good.geojson', toGeoJson([wedge('w', 'B')]));
    const bad = await file('bad.geojson', toGeoJson([wedge('w', 'E' as Roughness)]));
    const broken = await file('broken.geojson', '{"type":');
    const height = ['--height', '25ft'];
    const nobody = await file('nobody.json', [{ target: 'roof', id: 'S', to: 'D' }]);
    const cases: [string[], RegExp][] = [
      [['--tiles', bad, AT, ...height], /has roughness "E"/],
      [['--tiles', broken, AT, ...height], /is not JSON/],
      [['--tiles', join(folder, 'none.geojson'), AT, ...height], /no such file/],
      [
        ['--tiles', good, AT, ...height, '--overrides', nobody],
        /holds no overrides. Give a result/,
      ],
      [['--tiles', good, AT, ...height, '--overrides', broken], /Cannot read .*broken.geojson/],
      [['--tiles', good, '--at=12,34', ...height], /None of the 1 polygons lies within 1707 m/],
      [['--tiles', good, '--at=abc', ...height], /Cannot read "abc" as a place/],
      [['--tiles', good, AT, '--height', 'tall'], /Cannot read "tall" as a height/],
      [['--tiles', good, AT, ...height, '--tolerance', '2'], /--tolerance must be a number/],
      [['--tiles', good, AT, ...height, '--edition', '7-10'], /7-16 or 7-22/],
      [['--tiles', good, AT, ...height, '--bearings', '1,x'], /--bearings must be a number/],
    ];
    const runs = await Promise.all(cases.map(([args]) => runCli(['exposure', ...args, '--json'])));
    runs.forEach(({ status, stdout, stderr }, i) => {
      expect(stderr.trim().split('\n').at(-1)).toMatch(cases[i]![1]);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stdout).toBe('');
      expect(status).toBe(2);
    });
  });
});
