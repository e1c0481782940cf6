import { buildSchool, buildShops } from './amenities.ts';
import type { Rgb } from './canvas.ts';
import { House } from './buildings.ts';
import { LAYER } from './feature.ts';
import { BROADLEAF, CARS, CONIFERS, FLAT_ROOFS, LAWNS, ROOFS } from './palette.ts';
import { Car, offset, Patch2D, Tree } from './things.ts';
import type { Placed } from './things.ts';
import type { RoofShape } from './buildings.ts';
import { cornersInside } from './town-site.ts';
import type { BlockFrame, Inside, TownSite } from './town-site.ts';

/** What a housing district is made of [m]. */
interface HousingStyle {
  blockM: number;
  frontageM: number;
  depthM: number;
  houseM: readonly [across: number, deep: number];
  trees: number;
  pools: number;
}

export const HOUSING: Record<'suburb' | 'dense' | 'sparse', HousingStyle> = {
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

/** Houses along both long sides of a block; a few blocks are a school or shops. */
export function buildHousingBlock(
  frame: BlockFrame,
  kind: 'suburb' | 'dense' | 'sparse',
  inside: Inside,
  site: TownSite,
): void {
  const style = HOUSING[kind];
  const { random } = site;
  const mid = frame.place(frame.u0 + frame.widthM / 2, frame.v0 + frame.depthM / 2);
  if (random.chance(0.035) && inside(mid.x, mid.y) && Math.hypot(mid.x, mid.y) > 250)
    return buildSchool(frame, mid, inside, site);
  if (random.chance(0.035) && inside(mid.x, mid.y) && Math.hypot(mid.x, mid.y) > 250)
    return buildShops(frame, mid, inside, site);
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

function buildLot(
  lot: Placed,
  kind: 'suburb' | 'dense' | 'sparse',
  style: HousingStyle,
  site: TownSite,
): void {
  const { into, clear, random } = site;
  // Some quarters are leafier than others.
  const trees =
    style.trees * (0.9 + 0.65 * Math.sin(lot.x / 310 + 1) * Math.sin(lot.y / 270 + 0.4));
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
  addGardenTrees(back, trees * 0.75, kind, site);
  const frontYard: Placed = {
    ...offset(lot, 0, -lot.hy + 1.8),
    angle: lot.angle,
    hx: lot.hx - 2,
    hy: 1.2,
  };
  addGardenTrees(frontYard, trees * 0.25, kind, site);
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
