import type { Rgb } from './canvas.ts';
import { LAYER } from './feature.ts';
import type { Feature, Studio } from './feature.ts';
import type { CoverReader } from './land-cover.ts';
import { BROADLEAF, CONIFERS, CROPS, SHED_ROOFS } from './palette.ts';
import { hash2, Random } from './random.ts';
import type { ClearGround } from './roads.ts';
import type { XY } from './shapes.ts';
import {
  Block,
  castCrownShadow,
  House,
  offset,
  paintCrown,
  Patch2D,
  Tank,
  Tree,
} from './things.ts';

/** A field: crop rows, tramlines, headland, and patches where it grows better. */
class Field implements Feature {
  readonly layer = LAYER.field;
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;

  constructor(
    private readonly corners: readonly XY[],
    private readonly crop: {
      colour: Rgb;
      rowM: number;
      rowDepth: number;
      tramM: number;
      angle: number;
      patchy: number;
    },
  ) {
    this.minX = Math.min(...corners.map((c) => c[0]));
    this.maxX = Math.max(...corners.map((c) => c[0]));
    this.minY = Math.min(...corners.map((c) => c[1]));
    this.maxY = Math.max(...corners.map((c) => c[1]));
  }

  paint({ canvas, mottle, patch, fine }: Studio): void {
    const { colour, rowM, rowDepth, tramM, angle, patchy } = this.crop;
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    const rows = rowDepth * Math.max(0, 1 - (2.6 * canvas.mpp) / rowM);
    const swath = 0.045 * Math.max(0, 1 - (2.5 * canvas.mpp) / tramM);
    const tram = tramM > 0 ? Math.max(0, 1 - canvas.mpp / 3.2) : 0;
    const wheelWidth = Math.max(0.35, canvas.mpp * 0.5);
    canvas.convex(
      this.corners,
      (ink, _u, _v, x, y) => {
        const across = y * c - x * s;
        let l =
          1 +
          patchy * mottle.at(x * 0.25, y * 0.25) +
          0.02 * fine.at(x, y) +
          0.025 * patch.at(x, y);
        if (rows > 0)
          l *= 1 + rows * Math.sin((across * 2 * Math.PI) / rowM + 0.5 * patch.at(x, y));
        if (swath > 0) l *= 1 + swath * Math.sign(Math.sin((across * Math.PI) / tramM));
        if (tram > 0) {
          const t = across / tramM - Math.floor(across / tramM);
          const d = Math.min(Math.abs(t * tramM - 1), Math.abs(t * tramM - 2.8));
          if (d < wheelWidth) l *= 1 - 0.16 * tram * Math.min(1, 0.35 / wheelWidth + 0.3);
        }
        ink.r = colour[0] * l;
        ink.g = colour[1] * l;
        ink.b = colour[2] * l;
      },
      true,
    );
  }
}

/** A row of bushes and trees along a field edge, grown anew from its seed wherever it is seen. */
class Hedge implements Feature {
  readonly layer = LAYER.crown;
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;

  constructor(
    private readonly a: XY,
    private readonly b: XY,
    private readonly salt: number,
    private readonly keep: (x: number, y: number) => boolean,
    private readonly treeShare: number,
  ) {
    this.minX = Math.min(a[0], b[0]) - 16;
    this.maxX = Math.max(a[0], b[0]) + 16;
    this.minY = Math.min(a[1], b[1]) - 16;
    this.maxY = Math.max(a[1], b[1]) + 16;
  }

  private eachBush(
    canvas: Studio['canvas'],
    grow: (x: number, y: number, r: number, tall: boolean, n: number) => void,
  ): void {
    const { a, b, salt } = this;
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    const count = Math.floor(length / 2.6);
    const reach = 22;
    const east = canvas.west + canvas.width * canvas.mpp + reach;
    const south = canvas.north - canvas.height * canvas.mpp - reach;
    for (let n = 0; n < count; n++) {
      const t = (n + hash2(n, 1, salt)) / count;
      const x = a[0] + (b[0] - a[0]) * t + 1.6 * (hash2(n, 2, salt) - 0.5);
      const y = a[1] + (b[1] - a[1]) * t + 1.6 * (hash2(n, 3, salt) - 0.5);
      if (x < canvas.west - reach || x > east || y > canvas.north + reach || y < south) continue;
      if (hash2(n >> 4, 4, salt) < 0.16 || !this.keep(x, y)) continue;
      const tall = hash2(n, 5, salt) < this.treeShare;
      const r = tall ? 2.4 + 2.2 * hash2(n, 6, salt) : 1 + 0.9 * hash2(n, 6, salt);
      grow(x, y, r, tall, n);
    }
  }

  castShadow({ canvas }: Studio): void {
    this.eachBush(canvas, (x, y, r, tall) =>
      castCrownShadow(canvas, x, y, r, tall ? 2.2 * r : 1.6 * r),
    );
  }

  paint(studio: Studio): void {
    this.eachBush(studio.canvas, (x, y, r, tall, n) => {
      const colour = BROADLEAF[Math.floor(hash2(n, 7, this.salt) * BROADLEAF.length)]!;
      paintCrown(
        studio,
        x,
        y,
        r,
        tall ? colour : [colour[0] * 0.95, colour[1] * 0.95, colour[2]],
        false,
      );
    });
  }
}

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

/** A farmyard: house, barns, silos, trees round it. */
function addFarm(
  [cx, cy]: XY,
  angle: number,
  random: Random,
  { into, clear }: CountrySite,
  keep: (x: number, y: number) => boolean,
): void {
  const yard = { x: cx, y: cy, angle };
  for (const [u, v] of [
    [-45, -35],
    [45, -35],
    [45, 35],
    [-45, 35],
  ] as const) {
    const p = offset(yard, u, v);
    if (!keep(p.x, p.y)) return;
  }
  into.push(new Patch2D(LAYER.plot, { ...yard, hx: 46, hy: 36 }, [118, 118, 80], 0.09));
  into.push(
    new Patch2D(
      LAYER.plot,
      { ...yard, ...offset(yard, 6, -4), hx: 30, hy: 17 },
      [158, 148, 126],
      0.08,
    ),
  );
  const house = offset(yard, -32, 12);
  into.push(
    new House(
      { ...house, angle: angle + Math.PI / 2, hx: 8, hy: 5 },
      { shape: 'gable', colour: [132, 96, 80], pitchRad: 0.6, panels: false, wear: 0.06 },
      7,
    ),
  );
  for (const [u, v, hx, hy] of [
    [4, 16, 18, 8],
    [26, -4, 7, 14],
    [-6, -24, 20, 9],
  ] as const) {
    if (random.chance(0.2)) continue;
    const at = offset(yard, u, v);
    into.push(
      new Block(
        { ...at, angle, hx, hy },
        {
          colour: random.pick(SHED_ROOFS),
          heightM: 6.5,
          ribM: 1.1,
          plant: [],
          skylights: random.chance(0.4),
        },
      ),
    );
  }
  const silo = offset(yard, 34, 20);
  into.push(new Tank(silo.x, silo.y, 2.8, 9));
  for (let n = 0; n < 24; n++) {
    const at = offset(
      yard,
      random.between(-50, -20) + (n % 3 === 0 ? 62 : 0),
      random.between(-36, 36),
    );
    const r = random.between(2, 4.6);
    if (!clear.isClear(at.x, at.y))
      into.push(new Tree(at.x, at.y, r, 2.2 * r, random.pick(BROADLEAF)));
  }
  clear.markRect({ ...yard, hx: 46, hy: 36 });
}

const SHRUB_CELL_M = 17;

/** Shrubs on the heath and single trees in rough grass, grown from their cell wherever seen. */
export class Shrubs {
  constructor(
    private readonly cover: CoverReader,
    private readonly clear: ClearGround,
  ) {}

  /** All shrubs that reach into a box. */
  within(box: { minX: number; minY: number; maxX: number; maxY: number }): Tree[] {
    const out: Tree[] = [];
    const [i0, i1, j0, j1] = [box.minX - 12, box.maxX + 12, box.minY - 12, box.maxY + 12].map((v) =>
      Math.floor(v / SHRUB_CELL_M),
    ) as [number, number, number, number];
    for (let j = j0; j <= j1; j++) {
      for (let i = i0; i <= i1; i++) {
        const chance = hash2(i, j, 71);
        if (chance > 0.5) continue;
        const x = (i + hash2(i, j, 72)) * SHRUB_CELL_M;
        const y = (j + hash2(i, j, 73)) * SHRUB_CELL_M;
        const c = this.cover.at(x, y);
        const wanted = c.park > 6 ? 0.4 : c.heath > 0 ? 0.28 : c.golf > 6 ? 0.06 : 0;
        if (chance > wanted || c.shore < c.beach + 22 || c.river > -8 || c.mud > -4) continue;
        if (
          (c.town > -10 && c.park < 6) ||
          c.forest > 0 ||
          c.airport > -20 ||
          this.clear.isClear(x, y)
        )
          continue;
        const size = hash2(i, j, 74);
        const r = c.park > 6 ? 2.2 + 2.6 * size : 0.7 + 1.9 * size * size;
        const colour =
          hash2(i, j, 75) < 0.15
            ? CONIFERS[0]!
            : BROADLEAF[Math.floor(hash2(i, j, 76) * BROADLEAF.length)]!;
        const pale = c.park > 6 ? 1 : 1.12;
        out.push(
          new Tree(x, y, r, 1.7 * r, [colour[0] * pale, colour[1] * pale, colour[2] * pale]),
        );
      }
    }
    return out;
  }
}
