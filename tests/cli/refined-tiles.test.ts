import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { area, booleanIntersects, intersect } from '@turf/turf';
import type { FeatureCollection, Polygon } from 'geojson';
import { expect, test } from 'vitest';
import { analyseSite } from '../../src/analysis/analyse-site.ts';
import { reassess } from '../../src/analysis/reassess.ts';
import type { DirectionResult } from '../../src/analysis/site-result.ts';
import { tilesGeojson } from '../../src/report/geojson.ts';
import { ports, SITE } from '../support/painted-ground.ts';
import { runCli } from '../support/run-cli.ts';

test('exported tiles of a closer look lie side by side, and give the same answer again', async () => {
  const shore = (_eastM: number, northM: number) => (northM < -190 ? 'D' : 'C');
  const request = { site: SITE, heightFt: 25, refine: true, extraBearingsDeg: [100] };
  const seen = await analyseSite({ ...request, tolerance: 0.1 }, ports(shore));
  // A person's word on one quarter comes back too.
  const dry = seen.tiles.find(({ id, northM }) => id.includes('/') && northM === -187.5)!;
  const result = reassess(seen, { labels: new Map([[dry.id, 'D']]) });
  const exported = JSON.parse(tilesGeojson(result)) as FeatureCollection<Polygon>;

  expect(result.refinement!.tileIds.length).toBeGreaterThan(0);
  const quarter = exported.features.find(({ id }) => id === dry.id)!;
  expect(quarter.properties).toMatchObject({
    quarter_of: dry.id.split('/')[0],
    whole_roughness: 'D', // the middle of the whole lies at 250 m
    model_roughness: 'C',
    roughness: 'D',
  });
  for (const other of exported.features) {
    if (other === quarter || !booleanIntersects(quarter, other)) continue;
    const shared = intersect({ type: 'FeatureCollection', features: [quarter, other] });
    expect(shared === null ? 0 : area(shared)).toBeLessThan(5); // 125 m of edge, rounded to 1 cm
  }

  const folder = await mkdtemp(join(tmpdir(), 'upwind-refined-'));
  try {
    const path = join(folder, 'tiles.geojson');
    await writeFile(path, JSON.stringify(exported));
    const run = await runCli([
      ...['exposure', '--tiles', path, `--at=${SITE.lat},${SITE.lng}`, '--height', '25ft'],
      ...['--tolerance', '0.1', '--bearings', '100', '--json'],
    ]);
    const again = JSON.parse(run.stdout) as { directions: DirectionResult[]; governing: string };
    expect(again.governing).toBe(result.governing);
    expect(again.directions).toHaveLength(9);
    again.directions.forEach((direction, i) => {
      const was = result.directions[i]!;
      for (const key of ['name', 'exposure', 'exposureStrict', 'flips', 'roughness', 'kz'] as const)
        expect(direction[key]).toBe(was[key]);
      expect(direction.undetermined).toBe(was.undetermined);
      // Corners are exported to the centimetre.
      expect(direction.distanceToChangeFt ?? -1).toBeCloseTo(was.distanceToChangeFt ?? -1, 0);
      const grounds = (one: DirectionResult) => one.segments.map(({ roughness }) => roughness);
      expect(grounds(direction)).toEqual(grounds(was));
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
