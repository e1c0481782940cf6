import type { Rgb } from './canvas.ts';
import { boxAround, FeatureGroup, LAYER } from './feature.ts';
import type { Feature } from './feature.ts';
import type { CoverReader } from './land-cover.ts';
import { DISTRICTS } from './layout.ts';
import type { District } from './layout.ts';
import { BROADLEAF, CARS, CONIFERS, FLAT_ROOFS, LAWNS, ROOFS } from './palette.ts';
import { Random } from './random.ts';
import { addRoad } from './roads.ts';
import type { ClearGround } from './roads.ts';
import { insidePolygon } from './shapes.ts';
import type { XY } from './shapes.ts';
import { Block, Car, House, offset, Patch2D, Tree } from './things.ts';
import type { Placed, RoofShape } from './things.ts';
import { buildDowntownBlock, buildIndustryBlock } from './big-blocks.ts';

/** What a housing district is made of [m]. */
interface HousingStyle {
  blockM: number;
  frontageM: number;
  depthM: number;
  houseM: readonly [across: number, deep: number];
  trees: number;
  pools: number;
}

const HOUSING: Record<'suburb' | 'dense' | 'sparse', HousingStyle> = {
  suburb: {
    blockM: 150,
    frontageM: 17.5,
    depthM: 31,
    houseM: [11.5, 13.5],
    trees: 3.6,
    pools: 0.06,
  },
  dense: { blockM: 120, frontageM: 11, depthM: 24, houseM: [9.4, 12], trees: 1.5, pools: 0.01 },
  sparse: { blockM: 170, frontageM: 29, depthM: 44, houseM: [16, 12.5], trees: 9, pools: 0.11 },
};
const STREET_M = 11.2;

/** What the builders of the town share. */
export interface TownSite {
  into: Feature[];
  clear: ClearGround;
  random: Random;
  cover: CoverReader;
}

/** A block in its own axes, turned into scene places. */
export interface BlockFrame {
  /** Scene place and direction of a point of the block's street grid. */
  place(u: number, v: number): { x: number; y: number; angle: number };
  u0: number;
  v0: number;
  widthM: number;
  depthM: number;
}

/** Lays out every district as blocks that are built when first seen. */
export function townBlocks(clear: ClearGround, cover: CoverReader): FeatureGroup[] {
  return DISTRICTS.flatMap((district, n) => layDistrict(district, n, { clear, cover }));
}

function gridOf(kind: District['kind']): { widthM: number; depthM: number } {
  if (kind === 'downtown') return { widthM: 104, depthM: 82 };
  if (kind === 'industry') return { widthM: 230, depthM: 170 };
  const { blockM, depthM } = HOUSING[kind];
  return { widthM: blockM, depthM: 2 * depthM + 2 };
}

function layDistrict(
  district: District,
  number: number,
  { clear, cover }: Pick<TownSite, 'clear' | 'cover'>,
): FeatureGroup[] {
  const { polygon, kind } = district;
  const grid = gridOf(kind);
  const stepU = grid.widthM + STREET_M;
  const stepV = grid.depthM + STREET_M;
  const cx = polygon.reduce((sum, p) => sum + p[0], 0) / polygon.length;
  const cy = polygon.reduce((sum, p) => sum + p[1], 0) / polygon.length;
  const place = bentGrid(cx, cy, district);
  const inside = (x: number, y: number): boolean => {
    if (!insidePolygon(x, y, polygon)) return false;
    const c = cover.at(x, y);
    return c.shore > c.beach + 4 && c.river < -14 && c.mud < -12 && c.park < 3;
  };
  const groups: FeatureGroup[] = [];
  const reach = Math.ceil(2600 / Math.min(stepU, stepV));
  for (let j = -reach; j <= reach; j++) {
    for (let i = -reach; i <= reach; i++) {
      const frame: BlockFrame = {
        place,
        u0: i * stepU + STREET_M / 2,
        v0: j * stepV + STREET_M / 2,
        ...grid,
      };
      const mid = place(frame.u0 + grid.widthM / 2, frame.v0 + grid.depthM / 2);
      if (!nearBox(mid, polygon, Math.max(stepU, stepV))) continue;
      // The tallest tower's shadow reaches 130 m beyond its block.
      const reachM = Math.hypot(stepU, stepV) / 2 + (kind === 'downtown' ? 150 : 45);
      groups.push(
        new FeatureGroup(boxAround(mid.x, mid.y, reachM), () => {
          const random = new Random(1e6 * (number + 1) + 1000 * (i + 500) + j + 500);
          const site: TownSite = { into: [], clear, cover, random };
          layStreets({ i, j, stepU, stepV, toScene: place, inside }, site);
          if (kind === 'downtown') buildDowntownBlock(frame, inside, site);
          else if (kind === 'industry') buildIndustryBlock(frame, inside, site);
          else buildHousingBlock(frame, kind, inside, site);
          return site.into;
        }),
      );
    }
  }
  return groups;
}

/** True within a margin of a polygon's bounding box. */
function nearBox(
  { x, y }: { x: number; y: number },
  polygon: readonly XY[],
  marginM: number,
): boolean {
  const xs = polygon.map((p) => p[0]);
  const ys = polygon.map((p) => p[1]);
  return (
    x > Math.min(...xs) - marginM &&
    x < Math.max(...xs) + marginM &&
    y > Math.min(...ys) - marginM &&
    y < Math.max(...ys) + marginM
  );
}

/** A street grid that bends gently, so that it does not look ruled. */
function bentGrid(cx: number, cy: number, { angle, bendM }: District): BlockFrame['place'] {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const at = (u: number, v: number): XY => {
    const bu = u + bendM * Math.sin(v / 190 + 0.6) + 0.4 * bendM * Math.sin(v / 83 + u / 300);
    const bv = v + bendM * Math.sin(u / 230 + 1.9) + 0.4 * bendM * Math.sin(u / 97 - v / 260);
    return [cx + bu * c - bv * s, cy + bu * s + bv * c];
  };
  return (u, v) => {
    const [x, y] = at(u, v);
    const [x2, y2] = at(u + 2, v);
    return { x, y, angle: Math.atan2(y2 - y, x2 - x) };
  };
}

interface Corner {
  i: number;
  j: number;
  stepU: number;
  stepV: number;
  toScene: BlockFrame['place'];
  inside: (x: number, y: number) => boolean;
}

/** The streets south and west of a block, as short pieces that follow the bend. */
function layStreets({ i, j, stepU, stepV, toScene, inside }: Corner, site: TownSite): void {
  for (const [du, dv] of [
    [1, 0],
    [0, 1],
  ] as const) {
    const pieces = 6;
    let last: XY | null = null;
    for (let n = 0; n <= pieces; n++) {
      const { x, y } = toScene((i + (du * n) / pieces) * stepU, (j + (dv * n) / pieces) * stepV);
      const next: XY | null = inside(x, y) ? [x, y] : null;
      // A street that would run inside a through road is that road.
      if (last && next && !(site.clear.isClear(x, y) && site.clear.isClear(...last))) {
        addRoad(site.into, site.clear, [last, next], {
          road: 'street',
          town: () => true,
          traffic: 0.016,
          random: site.random,
        });
      }
      last = next;
    }
  }
}

function buildHousingBlock(
  frame: BlockFrame,
  kind: 'suburb' | 'dense' | 'sparse',
  inside: (x: number, y: number) => boolean,
  site: TownSite,
): void {
  const style = HOUSING[kind];
  const { random } = site;
  const mid = frame.place(frame.u0 + frame.widthM / 2, frame.v0 + frame.depthM / 2);
  if (random.chance(0.035) && inside(mid.x, mid.y) && Math.hypot(mid.x, mid.y) > 250)
    return buildSchool(frame, mid, inside, site);
  const lots = Math.floor(frame.widthM / style.frontageM);
  const frontage = frame.widthM / lots;
  for (const front of [-1, 1]) {
    for (let n = 0; n < lots; n++) {
      const u = frame.u0 + (n + 0.5) * frontage;
      const v = frame.v0 + frame.depthM / 2 + (front * style.depthM) / 2;
      const at = frame.place(u, v);
      // Turned so that −v of the lot is the street side.
      const angle = front > 0 ? at.angle + Math.PI : at.angle;
      const lot: Placed = { ...at, angle, hx: frontage / 2 - 0.25, hy: style.depthM / 2 };
      if (cornersInside(lot, inside)) buildLot(lot, kind, style, site);
    }
  }
}

function cornersInside(lot: Placed, inside: (x: number, y: number) => boolean): boolean {
  for (const u of [-1, 1]) {
    for (const v of [-1, 1]) {
      const p = offset(lot, u * lot.hx, v * lot.hy);
      if (!inside(p.x, p.y)) return false;
    }
  }
  return true;
}

function buildLot(
  lot: Placed,
  kind: 'suburb' | 'dense' | 'sparse',
  style: HousingStyle,
  site: TownSite,
): void {
  const { into, clear, random } = site;
  const shrunk = { ...lot, hx: lot.hx - 1, hy: lot.hy - 1.5 };
  if (clear.touches(shrunk)) {
    // Too near a through road for a house: a garden with trees.
    if (!clear.isClear(lot.x, lot.y))
      addGardenTrees({ ...lot, hx: 0.6 * lot.hx, hy: 0.6 * lot.hy }, style.trees, kind, site);
    return;
  }
  const lawn = random.pick(LAWNS);
  into.push(new Patch2D(LAYER.plot, lot, lawn, 0.07));
  const paved = kind === 'dense' ? 0.55 : 0.25;
  if (random.chance(paved)) {
    const at = offset(lot, random.between(-0.3, 0.3) * lot.hx, 0.55 * lot.hy);
    into.push(
      new Patch2D(
        LAYER.plot,
        { ...at, angle: lot.angle, hx: 0.55 * lot.hx, hy: 0.35 * lot.hy },
        [156, 148, 138],
      ),
    );
  }
  const scale = random.between(0.86, 1.12);
  const hx = Math.min(lot.hx - (kind === 'dense' ? 0.2 : 1.2), (style.houseM[0] / 2) * scale);
  const hy = (style.houseM[1] / 2) * random.between(0.84, 1.12);
  const setback =
    kind === 'dense'
      ? random.between(3, 4)
      : kind === 'suburb'
        ? random.between(5.5, 7.5)
        : random.between(9, 15);
  const centre = offset(
    lot,
    random.between(-0.5, 0.5) * Math.max(0, lot.hx - hx - 0.8),
    -lot.hy + setback + hy,
  );
  const house: Placed = { ...centre, angle: lot.angle, hx, hy };
  const side = random.chance(0.5) ? 1 : -1;
  if (kind !== 'dense') {
    const drive = offset(lot, side * (lot.hx - 2.1), -lot.hy + (setback + 2) / 2);
    const driveway: Placed = { ...drive, angle: lot.angle, hx: 1.6, hy: (setback + 2) / 2 };
    into.push(
      new Patch2D(
        LAYER.plot,
        driveway,
        random.pick<Rgb>([
          [164, 160, 152],
          [146, 142, 138],
          [132, 124, 116],
        ]),
      ),
    );
    if (random.chance(0.45))
      into.push(new Car(drive.x, drive.y, lot.angle + Math.PI / 2, random.pick(CARS)));
  }
  addHouse(house, kind, site);
  if (random.chance(style.pools)) {
    const at = offset(lot, 0, 0.55 * lot.hy);
    into.push(
      new Patch2D(LAYER.plot, { ...at, angle: lot.angle, hx: 5, hy: 3.4 }, [188, 180, 168]),
    );
    into.push(
      new Patch2D(LAYER.plot, { ...at, angle: lot.angle, hx: 3.6, hy: 2 }, [86, 164, 178], 0.02),
    );
  } else if (random.chance(0.45)) {
    const at = offset(lot, -side * (lot.hx - 2.2), lot.hy - 2.4);
    into.push(
      new House(
        { ...at, angle: lot.angle, hx: random.between(1.2, 2), hy: random.between(1.1, 1.7) },
        {
          shape: 'gable',
          colour: random.pick(ROOFS.dense),
          pitchRad: 0.3,
          panels: false,
          wear: 0.03,
        },
        2.4,
      ),
    );
  }
  const fence = offset(lot, lot.hx, 0.35 * lot.hy);
  const hedge = random.chance(0.35);
  into.push(
    new Patch2D(
      LAYER.marking,
      { ...fence, angle: lot.angle, hx: hedge ? 0.5 : 0.14, hy: 0.62 * lot.hy },
      hedge ? [58, 72, 40] : [92, 82, 70],
    ),
  );
  if (random.chance(kind === 'dense' ? 0.3 : 0.4)) {
    // A street tree at the kerb.
    const kerb = offset(lot, random.between(-0.6, 0.6) * lot.hx, -lot.hy - 1.1);
    const r = random.between(1.5, 3.4);
    into.push(new Tree(kerb.x, kerb.y, r, 2.1 * r, random.pick(BROADLEAF)));
  }
  const back: Placed = {
    ...offset(lot, 0, 0.5 * lot.hy),
    angle: lot.angle,
    hx: lot.hx - 1,
    hy: 0.42 * lot.hy,
  };
  addGardenTrees(back, style.trees * 0.75, kind, site);
  const frontYard: Placed = {
    ...offset(lot, 0, -lot.hy + 1.8),
    angle: lot.angle,
    hx: lot.hx - 2,
    hy: 1.2,
  };
  addGardenTrees(frontYard, style.trees * 0.25, kind, site);
}

function addHouse(
  house: Placed,
  kind: 'suburb' | 'dense' | 'sparse',
  { into, random }: TownSite,
): void {
  const shape: RoofShape = random.chance(kind === 'dense' ? 0.18 : 0.05)
    ? 'flat'
    : random.chance(0.5)
      ? 'hip'
      : 'gable';
  const colour = shape === 'flat' ? random.pick(FLAT_ROOFS) : random.pick(ROOFS[kind]);
  const wear = random.between(0.03, 0.07);
  const jitter = random.between(0.9, 1.1);
  const roof = {
    shape,
    colour: [colour[0] * jitter, colour[1] * jitter, colour[2] * jitter] as Rgb,
    pitchRad: random.between(0.4, 0.62),
    panels: random.chance(0.09),
    wear,
  };
  const heightM = kind === 'dense' ? random.between(6.5, 9) : random.between(4.6, 7.5);
  // Ridges run along the longer side.
  const turned = house.hy > house.hx;
  const body: Placed = turned
    ? { ...house, angle: house.angle + Math.PI / 2, hx: house.hy, hy: house.hx }
    : house;
  into.push(new House(body, roof, heightM));
  if (kind !== 'dense' && random.chance(0.55) && shape !== 'flat') {
    const wing = offset(
      body,
      random.between(-0.4, 0.4) * body.hx,
      (random.chance(0.5) ? 1 : -1) * 0.55 * body.hy,
    );
    const part: Placed = {
      ...wing,
      angle: body.angle + Math.PI / 2,
      hx: body.hy * random.between(0.8, 0.95),
      hy: Math.min(body.hx * 0.42, body.hy * 0.7),
    };
    into.push(new House(part, { ...roof, panels: false }, heightM - 0.6));
  }
}

function addGardenTrees(
  area: Placed,
  mean: number,
  kind: 'suburb' | 'dense' | 'sparse',
  { into, random }: TownSite,
): void {
  const count = Math.floor(mean * random.between(0.4, 1.6) + random.next());
  for (let n = 0; n < count; n++) {
    const at = offset(area, random.between(-1, 1) * area.hx, random.between(-1, 1) * area.hy);
    const small = random.chance(0.45);
    const conifer = random.chance(kind === 'sparse' ? 0.3 : 0.15);
    const r = small ? random.between(0.8, 1.6) : random.between(2, kind === 'sparse' ? 4.8 : 3.6);
    into.push(
      new Tree(
        at.x,
        at.y,
        conifer ? 0.75 * r : r,
        small ? 1.2 * r : 2.1 * r,
        random.pick(conifer ? CONIFERS : BROADLEAF),
        conifer,
      ),
    );
  }
}

/** A school: a flat-roofed building on a playing field. */
function buildSchool(
  frame: BlockFrame,
  mid: { x: number; y: number; angle: number },
  inside: (x: number, y: number) => boolean,
  { into, clear, random }: TownSite,
): void {
  const ground: Placed = { ...mid, hx: frame.widthM / 2 - 2, hy: frame.depthM / 2 - 2 };
  if (!cornersInside(ground, inside) || clear.touches(ground)) return;
  into.push(new Patch2D(LAYER.plot, ground, [104, 120, 66], 0.06));
  const yard = offset(mid, -0.45 * ground.hx, 0);
  into.push(
    new Patch2D(
      LAYER.plot,
      { ...yard, angle: mid.angle, hx: 0.5 * ground.hx, hy: 0.9 * ground.hy },
      [140, 137, 132],
    ),
  );
  for (const [u, v, hu, hv] of [
    [-0.62, 0, 0.1, 0.8],
    [-0.4, 0.6, 0.3, 0.2],
    [-0.4, -0.55, 0.26, 0.2],
  ] as const) {
    const at = offset(mid, u * ground.hx, v * ground.hy);
    into.push(
      new Block(
        { ...at, angle: mid.angle, hx: hu * ground.hx, hy: hv * ground.hy },
        {
          colour: random.pick(FLAT_ROOFS),
          heightM: 7,
          ribM: 0,
          plant: [{ u: 0.3, v: 0.2, hu: 0.12, hv: 0.2, light: 1.2 }],
          skylights: false,
        },
      ),
    );
  }
  const pitch = offset(mid, 0.5 * ground.hx, 0);
  into.push(
    new Patch2D(
      LAYER.plot,
      { ...pitch, angle: mid.angle, hx: 0.4 * ground.hx, hy: 0.75 * ground.hy },
      [94, 122, 60],
    ),
  );
  for (let n = 0; n < 14; n++) {
    const edge = offset(
      mid,
      random.between(-1, 1) * ground.hx,
      (random.chance(0.5) ? 1 : -1) * (ground.hy - 2),
    );
    into.push(new Tree(edge.x, edge.y, random.between(2, 3.6), 7, random.pick(BROADLEAF)));
  }
}
