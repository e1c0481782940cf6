import { addFarm } from './farm.ts';
import type { Feature } from './feature.ts';
import { Field, Hedge } from './field.ts';
import type { CoverReader } from './land-cover.ts';
import { CROPS } from './palette.ts';
import { Random } from './random.ts';
import type { ClearGround } from './roads.ts';
import type { XY } from './shapes.ts';

interface Region {
  corners: readonly [XY, XY, XY, XY];
  /** Fields are cut until smaller than this [m²]. */
  largestM2: number;
  hedged: number;
}

const REGIONS: readonly Region[] = [
  {
    corners: [
      [900, -5400],
      [5400, -5400],
      [5400, -3450],
      [1250, -3050],
    ],
    largestM2: 90_000,
    hedged: 0.6,
  },
  {
    corners: [
      [1250, -3050],
      [5400, -3450],
      [5400, -1800],
      [1500, -1350],
    ],
    largestM2: 80_000,
    hedged: 0.5,
  },
  {
    corners: [
      [1200, -1500],
      [3200, -1850],
      [3600, 100],
      [1150, 60],
    ],
    largestM2: 60_000,
    hedged: 0.55,
  },
  {
    corners: [
      [3200, -1850],
      [5400, -1700],
      [5400, 300],
      [3600, 100],
    ],
    largestM2: 100_000,
    hedged: 0.3,
  },
  {
    corners: [
      [1900, 2300],
      [5400, 2500],
      [5400, 5400],
      [1950, 5400],
    ],
    largestM2: 70_000,
    hedged: 0.65,
  },
  {
    corners: [
      [-3700, 250],
      [-1900, 300],
      [-1950, 2500],
      [-2900, 2600],
    ],
    largestM2: 50_000,
    hedged: 0.5,
  },
  {
    corners: [
      [-2000, 3400],
      [-300, 4000],
      [-700, 5400],
      [-1700, 5400],
    ],
    largestM2: 50_000,
    hedged: 0.6,
  },
  {
    corners: [
      [-5400, 1100],
      [-3600, 900],
      [-3500, 2500],
      [-5400, 2200],
    ],
    largestM2: 60_000,
    hedged: 0.5,
  },
];

interface CountrySite {
  into: Feature[];
  clear: ClearGround;
  cover: CoverReader;
}

/** Cuts the open country into fields and adds hedges and farms. */
export function addCountry(site: CountrySite): void {
  REGIONS.forEach((region, n) => {
    const random = new Random(300 + n);
    const fields = cut(
      region.corners.map((c) => [...c] as XY),
      region.largestM2,
      random,
    );
    for (const corners of fields) addField(corners, region, random, site);
  });
}

/** Splits a quadrilateral across its longer side, a little askew, until the parts are fields. */
function cut(quad: XY[], largestM2: number, random: Random): XY[][] {
  const [a, b, c, d] = quad as [XY, XY, XY, XY];
  const wide = Math.hypot(b[0] - a[0], b[1] - a[1]) + Math.hypot(c[0] - d[0], c[1] - d[1]);
  const high = Math.hypot(d[0] - a[0], d[1] - a[1]) + Math.hypot(c[0] - b[0], c[1] - b[1]);
  if ((wide * high) / 4 < largestM2 * random.between(0.55, 1.15)) return [quad];
  const t = random.between(0.36, 0.64);
  const t2 = t + random.between(-0.05, 0.05);
  const mix = (p: XY, q: XY, f: number): XY => [p[0] + (q[0] - p[0]) * f, p[1] + (q[1] - p[1]) * f];
  if (wide > high) {
    const [e, f] = [mix(a, b, t), mix(d, c, t2)];
    return [...cut([a, e, f, d], largestM2, random), ...cut([e, b, c, f], largestM2, random)];
  }
  const [e, f] = [mix(a, d, t), mix(b, c, t2)];
  return [...cut([a, b, f, e], largestM2, random), ...cut([e, f, c, d], largestM2, random)];
}

function addField(corners: XY[], region: Region, random: Random, site: CountrySite): void {
  const { into, clear, cover } = site;
  const mid: XY = [
    corners.reduce((sum, c) => sum + c[0], 0) / corners.length,
    corners.reduce((sum, c) => sum + c[1], 0) / corners.length,
  ];
  const inset = corners.map(([x, y]) => {
    const d = Math.hypot(x - mid[0], y - mid[1]);
    const keep = (d - 4.5) / d;
    return [mid[0] + (x - mid[0]) * keep, mid[1] + (y - mid[1]) * keep] as XY;
  });
  const long = longestSide(corners);
  const pasture = random.chance(0.22);
  const colour = random.pick(CROPS);
  const shade = random.between(0.94, 1.06);
  if (!pasture) {
    const rowM = random.pick([0.9, 1.6, 2.4, 3.2]);
    into.push(
      new Field(inset, {
        colour: [colour[0] * shade, colour[1] * shade, colour[2] * shade],
        rowM,
        rowDepth: random.between(0.03, 0.11),
        tramM: random.chance(0.7) ? random.pick([15, 20, 24]) : 0.001,
        angle: long,
        patchy: random.between(0.02, 0.06),
      }),
    );
  }
  const keep = (x: number, y: number): boolean => {
    if (clear.isClear(x, y)) return false;
    const c = cover.at(x, y);
    return (
      isOpen(c.shore - c.beach - 30, c.river, c.mud, c.town) &&
      c.golf < -4 &&
      c.airport < -4 &&
      c.forest < 0 &&
      c.heath < 0
    );
  };
  for (const n of [0, 3] as const) {
    if (!random.chance(region.hedged)) continue;
    const a = corners[n]!;
    const b = corners[(n + 1) % 4]!;
    into.push(new Hedge(a, b, Math.floor(random.next() * 1e9), keep, random.between(0.03, 0.2)));
  }
  if (random.chance(0.13) && keep(...corners[0]!)) addFarm(corners[0]!, long, random, site, keep);
}

const isOpen = (land: number, river: number, mud: number, town: number): boolean =>
  land > 0 && river < -8 && mud < -4 && town < -14;

function longestSide(corners: readonly XY[]): number {
  let best = 0;
  let angle = 0;
  for (let n = 0; n < corners.length; n++) {
    const [a, b] = [corners[n]!, corners[(n + 1) % corners.length]!];
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    if (length > best) [best, angle] = [length, Math.atan2(b[1] - a[1], b[0] - a[0])];
  }
  return angle;
}
