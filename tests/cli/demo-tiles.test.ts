import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCommandLine } from '../../src/cli/main.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'upwind-demo-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a command and returns its status with what it printed. */
async function run(...args: string[]) {
  let out = '';
  let err = '';
  const stdout = vi
    .spyOn(process.stdout, 'write')
    .mockImplementation((text) => ((out += text), true));
  const stderr = vi
    .spyOn(process.stderr, 'write')
    .mockImplementation((text) => ((err += text), true));
  try {
    const status = await runCommandLine(['node', 'upwind', ...args]);
    return { status, out, err };
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
}

describe('upwind demo-tiles', () => {
  it('writes tiles, truth and metadata', async () => {
    const { status, out } = await run('demo-tiles', '--out', folder, '--zoom', '13', '--json');
    expect(status).toBe(0);
    const report = JSON.parse(out);
    expect(report.synthetic).toBe(true);

    const metadata = JSON.parse(await readFile(path.join(folder, 'metadata.json'), 'utf8'));
    const [west, south, east, north] = metadata.bounds as [number, number, number, number];
    expect(metadata).toMatchObject({ minzoom: 13, maxzoom: 13, seed: expect.any(Number) });
    expect(metadata.attribution).toMatch(/synthetic/i);
    expect(metadata.site.lng).toBeGreaterThan(west);
    expect(metadata.site.lng).toBeLessThan(east);
    expect(metadata.site.lat).toBeGreaterThan(south);
    expect(metadata.site.lat).toBeLessThan(north);

    // The tile that holds the site, by the usual slippy-map formula.
    const n = 2 ** 13;
    const x = Math.floor(((metadata.site.lng + 180) / 360) * n);
    const phi = (metadata.site.lat * Math.PI) / 180;
    const y = Math.floor(((1 - Math.log(Math.tan(phi) + 1 / Math.cos(phi)) / Math.PI) / 2) * n);
    const tile = sharp(path.join(folder, '13', String(x), `${y}.png`));
    expect(await tile.metadata()).toMatchObject({ width: 256, height: 256, channels: 4 });

    const truth = JSON.parse(await readFile(path.join(folder, 'truth.geojson'), 'utf8'));
    expect(truth.type).toBe('FeatureCollection');
    // At least 8 × 8 km of 250 m tiles, and every category among them.
    expect(truth.features.length).toBeGreaterThanOrEqual(32 * 32);
    const counts: Record<string, number> = {};
    for (const { properties, geometry } of truth.features) {
      counts[properties.roughness] = (counts[properties.roughness] ?? 0) + 1;
      expect(geometry.coordinates[0]).toHaveLength(5);
      const shares = properties.shares as Record<string, number>;
      expect(shares[properties.roughness]).toBe(Math.max(...Object.values(shares)));
    }
    for (const roughness of ['B', 'C', 'D']) expect(counts[roughness]).toBeGreaterThan(100);
  });

  it('says what is wrong with bad input in one line and exits 2', async () => {
    const zoom = await run('demo-tiles', '--out', folder, '--zoom', '17-12');
    expect(zoom).toMatchObject({ status: 2, err: expect.stringMatching(/^upwind: --zoom .*\n$/) });
    const file = path.join(folder, 'in-the-way');
    await writeFile(file, '');
    const out = await run('demo-tiles', '--out', path.join(file, 'x'), '--zoom', '13');
    expect(out).toMatchObject({ status: 2, err: expect.stringMatching(/^upwind: .*--out.*\n$/) });
    expect((await run('demo-tiles')).status).toBe(2);
  });
});
