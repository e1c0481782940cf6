import { describe, expect, it } from 'vitest';
import { castRays, NO_AREA } from '../../../src/roughness/ray-profile.ts';
import type { ClassifiedArea } from '../../../src/roughness/classified-area.ts';
import { destination } from '../../../src/site/geodesy.ts';
import { planTiles } from '../../../src/site/tile-grid.ts';
import { area, ringAt, SITE } from '../../support/ground.ts';
import type { Corner } from '../../support/ground.ts';

/** Stretches as `area from–to`, in decimetres. */
const read = (areas: ClassifiedArea[], bearingDeg: number, { lengthM = 1000, site = SITE } = {}) =>
  castRays(site, areas, { bearingsDeg: [bearingDeg], lengthM })[0]!.map(
    ({ area: index, fromM, toM }) =>
      `${index === NO_AREA ? '?' : areas[index]!.id} ${fromM.toFixed(1)}–${toM.toFixed(1)}`,
  );

const shape = (id: string, ...rings: Corner[][]): ClassifiedArea =>
  area(
    id,
    'B',
    rings.map((corners) => ringAt(SITE, corners)),
  );
const box = (west: number, south: number, east: number, north: number): Corner[] => [
  [west, south],
  [east, south],
  [east, north],
  [west, north],
];

describe('castRays', () => {
  it('cuts at the edges, along the axes and askew', () => {
    const square = shape('a', box(-100, -100, 300, 200));
    expect(read([square], 0)).toEqual(['a 0.0–200.0', '? 200.0–1000.0']);
    expect(read([square], 90)).toEqual(['a 0.0–300.0', '? 300.0–1000.0']);
    expect(read([square], 225)).toEqual(['a 0.0–141.4', '? 141.4–1000.0']);
    // tan 30° · 200 m = 115 m east at the north edge: 200 / cos 30°.
    expect(read([square], 30)).toEqual(['a 0.0–230.9', '? 230.9–1000.0']);
  });

  it('passes through concave ground more than once', () => {
    // A C open to the east: arms at 100–200 m and 300–400 m north, back at the west.
    const c: Corner[] = [
      [-300, 100],
      [300, 100],
      [300, 200],
      [-100, 200],
      [-100, 300],
      [300, 300],
      [300, 400],
      [-300, 400],
    ];
    expect(read([shape('c', c)], 0)).toEqual([
      '? 0.0–100.0',
      'c 100.0–200.0',
      '? 200.0–300.0',
      'c 300.0–400.0',
      '? 400.0–1000.0',
    ]);
  });

  it('leaves holes out, at the site too', () => {
    const ring = shape('r', box(-500, -500, 500, 500), box(-50, -50, 50, 100));
    expect(read([ring], 0)).toEqual(['? 0.0–100.0', 'r 100.0–500.0', '? 500.0–1000.0']);
    const plug = shape('p', box(-50, -50, 50, 100));
    expect(read([ring, plug], 0)).toEqual(['p 0.0–100.0', 'r 100.0–500.0', '? 500.0–1000.0']);
  });

  it('takes several polygons as one area', () => {
    const parts: ClassifiedArea = {
      ...shape('m'),
      polygons: [[ringAt(SITE, box(-50, 100, 50, 200))], [ringAt(SITE, box(-50, 400, 50, 450))]],
    };
    expect(read([parts], 0)).toEqual([
      '? 0.0–100.0',
      'm 100.0–200.0',
      '? 200.0–400.0',
      'm 400.0–450.0',
      '? 450.0–1000.0',
    ]);
  });

  it('counts a corner once', () => {
    const diamond: Corner[] = [
      [0, 100],
      [100, 200],
      [0, 300],
      [-100, 200],
    ];
    expect(read([shape('d', diamond)], 0)).toEqual([
      '? 0.0–100.0',
      'd 100.0–300.0',
      '? 300.0–1000.0',
    ]);
    // A corner that the ray only touches adds nothing.
    const touching: Corner[] = [
      [0, 200],
      [100, 300],
      [100, 100],
    ];
    const [first] = read([shape('t', touching)], 0);
    expect(first).toMatch(/^\? 0\.0–(200|1000)\.0$/);
  });

  it('looks past an edge that stretches almost from side to side', () => {
    const wide = shape('w', [
      [-200, -5],
      [200, -5],
      [0, 200],
    ]);
    expect(read([wide], 180)).toEqual(['w 0.0–5.0', '? 5.0–1000.0']);
    expect(read([wide], 0)).toEqual(['w 0.0–200.0', '? 200.0–1000.0']);
    const away = shape('a', [
      [-200, 5],
      [200, 5],
      [0, 200],
    ]);
    expect(read([away], 180)).toEqual(['? 0.0–1000.0']);
    expect(read([away], 0)).toEqual(['? 0.0–5.0', 'a 5.0–200.0', '? 200.0–1000.0']);
  });

  it('stands on an edge or a corner of the ground', () => {
    const east = shape('e', box(0, -200, 300, 200));
    const west = shape('w', box(-300, -200, 0, 200));
    expect(read([east, west], 90)).toEqual(['e 0.0–300.0', '? 300.0–1000.0']);
    expect(read([east, west], 270)).toEqual(['w 0.0–300.0', '? 300.0–1000.0']);
    const quarter = shape('q', box(0, 0, 300, 300));
    expect(read([quarter], 45)).toEqual(['q 0.0–424.3', '? 424.3–1000.0']);
    expect(read([quarter], 135)).toEqual(['? 0.0–1000.0']);
  });

  it('lets the smaller of two areas hold, then the nearer, then the later', () => {
    const big = shape('big', box(-500, -500, 500, 500));
    const small = shape('small', box(-50, 100, 50, 200));
    for (const areas of [
      [big, small],
      [small, big],
    ]) {
      expect(read(areas, 0)).toEqual([
        'big 0.0–100.0',
        'small 100.0–200.0',
        'big 200.0–500.0',
        '? 500.0–1000.0',
      ]);
    }
    // Two 250 m tiles whose middles are 125 m apart meet half-way between their middles.
    const near = shape('near', box(-125, -125, 125, 125));
    const far = shape('far', box(-125, 0, 125, 250));
    expect(read([near, far], 0)).toEqual(['near 0.0–62.5', 'far 62.5–250.0', '? 250.0–1000.0']);
    expect(read([near, { ...near, id: 'again' }], 0)).toEqual([
      'again 0.0–125.0',
      '? 125.0–1000.0',
    ]);
  });

  it('shares out overlapping ground alike, whichever way north lies', () => {
    // Kites of one size, the second 100 m further out, lying towards the ray.
    const kite = (atM: number, turnDeg: number): Corner[] =>
      (
        [
          [0, -100],
          [80, 0],
          [0, 200],
          [-80, 0],
        ] as const
      ).map(([x, y]): Corner => {
        const [sin, cos] = [Math.sin, Math.cos].map((f) => f((turnDeg * Math.PI) / 180));
        return [x * cos! + (y + atM) * sin!, (y + atM) * cos! - x * sin!];
      });
    // A kite's centroid lies (200 − 100) / 3 beyond its crossbar.
    const meet = (250 + 350) / 2 + 100 / 3;
    for (const turnDeg of [0, 30, 45, 133, 270]) {
      const areas = [shape('inner', kite(250, turnDeg)), shape('outer', kite(350, turnDeg))];
      expect(read(areas, turnDeg)).toEqual([
        '? 0.0–150.0',
        `inner 150.0–${meet.toFixed(1)}`,
        `outer ${meet.toFixed(1)}–550.0`,
        '? 550.0–1000.0',
      ]);
    }
  });

  it('closes slits of rounded coordinates, not gaps in the ground', () => {
    const areas = [shape('a', box(-9, -9, 9, 100)), shape('b', box(-9, 100.8, 9, 200))];
    expect(read(areas, 0)).toEqual(['a 0.0–100.4', 'b 100.4–200.0', '? 200.0–1000.0']);
    const apart = [shape('a', box(-9, -9, 9, 100)), shape('b', box(-9, 102, 9, 200))];
    expect(read(apart, 0)).toEqual([
      'a 0.0–100.0',
      '? 100.0–102.0',
      'b 102.0–200.0',
      '? 200.0–1000.0',
    ]);
  });

  it('covers the whole fetch of a tile grid, with each tile at its place', () => {
    const tiles = planTiles(SITE, { radiusM: 1706.88 });
    const areas = tiles.map((tile) => area(tile.id, 'B', [tile.footprint]));
    expect(read(areas, 0, { lengthM: 1600 })).toEqual([
      'e0n0 0.0–125.0',
      'e0n1 125.0–375.0',
      'e0n2 375.0–625.0',
      'e0n3 625.0–875.0',
      'e0n4 875.0–1125.0',
      'e0n5 1125.0–1375.0',
      'e0n6 1375.0–1600.0',
    ]);
    const all = castRays(SITE, areas, {
      bearingsDeg: Array.from({ length: 720 }, (_, i) => i / 2),
      lengthM: 1500,
    });
    expect(all.flat().filter(({ area: index }) => index === NO_AREA)).toEqual([]);
  });

  it('sees the same across the antimeridian, cut there or not', () => {
    const site = { lng: 179.999, lat: -16.8 };
    const corners = box(-600, -600, 600, 600);
    const whole = area('w', 'D', [ringAt(site, corners)]);
    const wrapped = area('w', 'D', [
      whole.polygons[0]![0]!.map(({ lng, lat }) => ({ lng: lng > 180 ? lng - 360 : lng, lat })),
    ]);
    const [, , north] = [0, 0, whole.polygons[0]![0]![2]!.lat];
    const south = whole.polygons[0]![0]![0]!.lat;
    const west = whole.polygons[0]![0]![0]!.lng;
    const east = whole.polygons[0]![0]![1]!.lng - 360;
    const half = (a: number, b: number) =>
      [
        [a, south],
        [b, south],
        [b, north],
        [a, north],
        [a, south],
      ].map(([lng, lat]) => ({ lng: lng!, lat: lat! }));
    const cut = { ...whole, polygons: [[half(west, 180)], [half(-180, east)]] };
    for (const bearing of [0.25, 77, 90, 181, 270]) {
      const expected = read([whole], bearing, { site });
      expect(read([wrapped], bearing, { site })).toEqual(expected);
      expect(read([cut], bearing, { site })).toEqual(expected);
    }
    // A cut does not move the middle, by which overlapping ground is shared out.
    const beside = area('b', 'C', [ringAt(site, box(-300, -600, 900, 600))]);
    expect(read([cut, beside], 90, { site })).toEqual(read([whole, beside], 90, { site }));
  });

  it('takes a polygon as large as a continent', () => {
    const corner = (lng: number, lat: number) => ({ lng, lat });
    const north = SITE.lat + 500 / 111_320;
    const land = [corner(-100, 10), corner(-50, 10), corner(-50, north), corner(-100, north)];
    const world = [corner(-180, -90), corner(180, -90), corner(180, 90), corner(-180, 90)];
    const close = (ring: ReturnType<typeof corner>[]) => [...ring, ring[0]!];
    const areas = [area('world', 'D', [close(world)]), area('land', 'C', [close(land)])];
    // A degree of latitude is 111.07 km here, so the shore is about 499 m north.
    expect(read(areas, 0)[0]).toMatch(/^land 0\.0–49[89]\.\d$/);
    expect(read(areas, 0)[1]).toMatch(/^world 49[89]\.\d–1000\.0$/);
    // The shore is a parallel, not a geodesic: 19 km along it, it has bent away by 25 m.
    const [shore] = castRays(SITE, areas, { bearingsDeg: [88.5], lengthM: 30_000 })[0]!;
    expect(destination(SITE, 88.5, shore!.toM).lat * 111_320).toBeCloseTo(north * 111_320, 0);
    expect(shore!.toM).toBeGreaterThan(18_000);
  });
});
