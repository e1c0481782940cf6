import { describe, expect, it } from 'vitest';
import { DEMO_SITE, demoSource } from '../../../src/demo/demo-source.ts';
import { DEMO_HALF_SIDE_M, lngLatOfScene, sceneOfLngLat } from '../../../src/demo/frame.ts';
import { parseDemoTileUrl } from '../../../src/demo/demo-protocol.ts';
import { truthAt, truthAtScene, truthOfTile } from '../../../src/demo/truth.ts';
import type { Tile } from '../../../src/site/tile.ts';

const FT = 0.3048;

const tileAt = (x: number, y: number, sizeM = 250): Tile => ({
  id: 'e0n0',
  centre: lngLatOfScene({ x, y }),
  sizeM,
  eastM: x,
  northM: y,
  ring: 0,
  footprint: [],
});

/** Share of a category along the rays of a sector, from `fromM` to `toM`. */
function share(sector: number, category: string, fromM: number, toM: number): number {
  let seen = 0;
  let hits = 0;
  for (let deg = sector + 0.5; deg < sector + 45; deg++) {
    const bearing = (deg * Math.PI) / 180;
    for (let r = fromM; r < toM; r += 10) {
      seen++;
      if (truthAtScene(Math.sin(bearing) * r, Math.cos(bearing) * r) === category) hits++;
    }
  }
  return hits / seen;
}

describe('the truth of the demo scene', () => {
  it('knows the ground by its kind', () => {
    expect(truthAtScene(-2000, -2500)).toBe('D'); // open sea
    expect(truthAtScene(-1000, 100)).toBe('D'); // beach
    expect(truthAtScene(-3350, 1700)).toBe('D'); // estuary
    expect(truthAtScene(400, 700)).toBe('B'); // suburb
    expect(truthAtScene(150, 3000)).toBe('B'); // downtown
    expect(truthAtScene(2000, 3000)).toBe('B'); // industry
    expect(truthAtScene(-3600, 4200)).toBe('B'); // plantation
    expect(truthAtScene(3350, -1550)).toBe('C'); // runway
    expect(truthAtScene(700, -600)).toBe('C'); // links
    expect(truthAtScene(-1120, 770)).toBe('C'); // park
    expect(truthAtScene(3800, -2800)).toBe('C'); // fields
    expect(truthAtScene(DEMO_HALF_SIDE_M + 1, 0)).toBeNull();
    expect(truthAt({ lng: 0, lat: 0 })).toBeNull();
  });

  it('gives a tile its largest share', () => {
    const coast = truthOfTile(tileAt(-250, -125))!;
    expect(coast.shares.B + coast.shares.C + coast.shares.D).toBeCloseTo(1, 12);
    expect(coast.shares[coast.roughness]).toBe(Math.max(...Object.values(coast.shares)));
    expect(truthOfTile(tileAt(-2000, -2500))).toEqual({
      roughness: 'D',
      shares: { B: 0, C: 0, D: 1 },
    });
    expect(truthOfTile(tileAt(20000, 0))).toBeNull();
  });

  it('gives the default site B, C and D within its look-out distance (26.7.3, h ≤ 30 ft)', () => {
    expect(sceneOfLngLat(DEMO_SITE)).toEqual({ x: 0, y: 0 });
    const reqB = 1500 * FT;
    const [reqD, trans] = [5000 * FT, 600 * FT];
    for (const sector of [270, 315, 0, 45])
      expect(share(sector, 'B', 0, reqB)).toBeGreaterThan(0.99);
    for (const sector of [90, 135]) {
      expect(share(sector, 'B', 0, reqB)).toBeLessThan(0.8);
      for (let s = 0; s <= trans; s += 20)
        expect(share(sector, 'D', s, s + reqD)).toBeLessThan(0.8);
    }
    // South-south-west is water for certain; west-south-west with a tolerance only.
    expect(share(180, 'D', trans, trans + reqD)).toBe(1);
    const west = share(225, 'D', trans, trans + reqD);
    expect(west).toBeGreaterThan(0.8);
    expect(west).toBeLessThan(1);
  });
});

describe('the demo scene as a source', () => {
  it('plans one picture a tile at the tile’s own pixels, and paints it', async () => {
    const source = demoSource();
    expect(source).toMatchObject({ id: 'demo', synthetic: true, terms: { exportAllowed: true } });
    expect(source.name).toContain('synthetic');
    const plan = source.planTile(tileAt(0, 0), 250 / 224);
    expect(plan.requests).toHaveLength(1);
    const [request] = plan.requests;
    expect(request!.bounds).toEqual(plan.bounds);
    const image = await source.paint!(request!);
    expect([image.width, image.height, image.rgba.length]).toEqual([224, 224, 224 * 224 * 4]);
    expect(image.rgba.every((v, k) => k % 4 !== 3 || v === 255)).toBe(true);
  });

  it('stops when asked to', async () => {
    const source = demoSource();
    const [request] = source.planTile(tileAt(0, 0), 2).requests;
    await expect(source.paint!(request!, AbortSignal.abort())).rejects.toThrow(/abort/i);
  });

  it('reads its own tile addresses only', () => {
    expect(parseDemoTileUrl('upwind-demo://14/2500/6100')).toEqual({ z: 14, x: 2500, y: 6100 });
    expect(parseDemoTileUrl('https://example.org/1/2/3')).toBeNull();
  });
});
