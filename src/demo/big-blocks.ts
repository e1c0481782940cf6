import type { Rgb } from './canvas.ts';
import { LAYER } from './feature.ts';
import { BROADLEAF, CARS, FLAT_ROOFS, SHED_ROOFS } from './palette.ts';
import type { Random } from './random.ts';
import { Block, Tank } from './buildings.ts';
import { Car, offset, Patch2D, Tree } from './things.ts';
import type { Placed } from './things.ts';
import type { BlockFrame, Inside, TownSite } from './town-site.ts';

function blockGround(frame: BlockFrame, inside: Inside): Placed | null {
  const mid = frame.place(frame.u0 + frame.widthM / 2, frame.v0 + frame.depthM / 2);
  const ground: Placed = { ...mid, hx: frame.widthM / 2 - 1.5, hy: frame.depthM / 2 - 1.5 };
  for (const [u, v] of [
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
    [0, 0],
  ] as const) {
    const p = offset(ground, u * ground.hx, v * ground.hy);
    if (!inside(p.x, p.y)) return null;
  }
  return ground;
}

/** Office towers, flats and shops that fill a city block; some blocks are a car park or a square. */
export function buildDowntownBlock(frame: BlockFrame, inside: Inside, site: TownSite): void {
  const ground = blockGround(frame, inside);
  if (!ground || site.clear.touches({ ...ground, hx: 0.8 * ground.hx, hy: 0.8 * ground.hy }))
    return;
  const { into, random } = site;
  into.push(new Patch2D(LAYER.plot, ground, [150, 147, 141], 0.04));
  const use = random.next();
  if (use < 0.1) return addCarPark(ground, site);
  if (use < 0.16) return addSquare(ground, site);
  // Taller towards the middle of downtown.
  const core = Math.exp(-(((ground.x - 150) / 520) ** 2 + ((ground.y - 3050) / 400) ** 2));
  for (const part of partition(ground, random, 3 + Math.floor(random.next() * 3))) {
    if (random.chance(0.08)) {
      addCarPark({ ...part, hx: part.hx - 1, hy: part.hy - 1 }, site);
      continue;
    }
    const gap = random.between(0.6, 3.2);
    const body: Placed = { ...part, hx: part.hx - gap, hy: part.hy - gap };
    if (body.hx < 5 || body.hy < 5) continue;
    const heightM = random.between(9, 20) + core * random.between(8, 85);
    into.push(
      new Block(body, {
        colour: random.pick(FLAT_ROOFS),
        heightM,
        ribM: 0,
        plant: roofPlant(random),
        skylights: false,
      }),
    );
    if (heightM > 30 && random.chance(0.6)) {
      const tower: Placed = {
        ...offset(body, random.between(-0.2, 0.2) * body.hx, 0),
        angle: body.angle,
        hx: 0.6 * body.hx,
        hy: 0.65 * body.hy,
      };
      into.push(
        new Block(tower, {
          colour: random.pick(FLAT_ROOFS),
          heightM: heightM + 14,
          ribM: 0,
          plant: roofPlant(random),
          skylights: false,
        }),
      );
    }
  }
}

function roofPlant(
  random: Random,
): { u: number; v: number; hu: number; hv: number; light: number }[] {
  return Array.from({ length: 2 + Math.floor(random.next() * 5) }, () => ({
    u: random.between(-0.7, 0.7),
    v: random.between(-0.7, 0.7),
    hu: random.between(0.06, 0.2),
    hv: random.between(0.06, 0.2),
    light: random.between(0.75, 1.25),
  }));
}

/** Cuts a rectangle into parts, always across the longer side. */
function partition(whole: Placed, random: Random, count: number): Placed[] {
  const parts = [whole];
  while (parts.length < count) {
    parts.sort((a, b) => b.hx * b.hy - a.hx * a.hy);
    const part = parts.shift()!;
    const t = random.between(0.36, 0.64);
    if (part.hx >= part.hy) {
      parts.push({ ...part, ...offset(part, -(1 - t) * part.hx, 0), hx: t * part.hx });
      parts.push({ ...part, ...offset(part, t * part.hx, 0), hx: (1 - t) * part.hx });
    } else {
      parts.push({ ...part, ...offset(part, 0, -(1 - t) * part.hy), hy: t * part.hy });
      parts.push({ ...part, ...offset(part, 0, t * part.hy), hy: (1 - t) * part.hy });
    }
  }
  return parts;
}

/** Rows of stalls with cars in most of them. */
export function addCarPark(ground: Placed, { into, random }: TownSite): void {
  into.push(new Patch2D(LAYER.plot, ground, [118, 117, 116], 0.05));
  const rowM = 17;
  const rows = Math.floor((2 * ground.hy - 4) / rowM);
  const full = random.between(0.35, 0.85);
  for (let r = 0; r < rows; r++) {
    for (const side of [-1, 1]) {
      const v = -ground.hy + 3 + (r + 0.5) * rowM + side * 5.4;
      for (let u = -ground.hx + 3; u < ground.hx - 3; u += 2.7) {
        const line = offset(ground, u - 1.35, v);
        into.push(
          new Patch2D(
            LAYER.marking,
            { ...line, angle: ground.angle, hx: 0.06, hy: 2.5 },
            [196, 196, 192],
            0,
          ),
        );
        if (!random.chance(full)) continue;
        const at = offset(ground, u, v);
        into.push(new Car(at.x, at.y, ground.angle + (side * Math.PI) / 2, random.pick(CARS)));
      }
    }
  }
}

function addSquare(ground: Placed, { into, random }: TownSite): void {
  into.push(
    new Patch2D(
      LAYER.plot,
      { ...ground, hx: 0.9 * ground.hx, hy: 0.86 * ground.hy },
      [102, 120, 66],
      0.07,
    ),
  );
  for (const [hx, hy] of [
    [ground.hx, 2],
    [2, ground.hy],
  ] as const) {
    into.push(new Patch2D(LAYER.plot, { ...ground, hx, hy }, [182, 174, 158], 0.03));
  }
  for (let n = 0; n < 46; n++) {
    const at = offset(
      ground,
      random.between(-0.9, 0.9) * ground.hx,
      random.between(-0.88, 0.88) * ground.hy,
    );
    const r = random.between(2.4, 4.6);
    into.push(new Tree(at.x, at.y, r, 2.2 * r, random.pick(BROADLEAF)));
  }
}

/** Large sheds, yards with lorries and containers, tanks, staff car parks. */
export function buildIndustryBlock(frame: BlockFrame, inside: Inside, site: TownSite): void {
  const ground = blockGround(frame, inside);
  if (!ground || site.clear.touches({ ...ground, hx: 0.85 * ground.hx, hy: 0.85 * ground.hy }))
    return;
  const { into, random } = site;
  into.push(
    new Patch2D(
      LAYER.plot,
      ground,
      random.pick<Rgb>([
        [142, 139, 133],
        [130, 128, 125],
        [150, 144, 132],
      ]),
      0.06,
    ),
  );
  for (const part of partition(ground, random, 3 + Math.floor(random.next() * 2))) {
    const use = random.next();
    if (use < 0.14) addTanks(part, site);
    else if (use < 0.3) addContainers(part, site);
    else addShed(part, site);
  }
}

function addShed(part: Placed, site: TownSite): void {
  const { into, random } = site;
  const margin = random.between(5, 9);
  const deep = part.hy > 30 && random.chance(0.6);
  const hy = deep ? part.hy * 0.68 - margin / 2 : part.hy - margin;
  const body: Placed = {
    ...part,
    ...offset(part, 0, deep ? part.hy - hy - margin / 2 : 0),
    hx: part.hx - margin,
    hy,
  };
  if (body.hx < 6 || body.hy < 6) return;
  const colour = random.pick(SHED_ROOFS);
  const long: Placed =
    body.hx >= body.hy
      ? body
      : { ...body, angle: body.angle + Math.PI / 2, hx: body.hy, hy: body.hx };
  const vents = Array.from({ length: Math.floor(random.between(0, 7)) }, () => ({
    u: random.between(-0.8, 0.8),
    v: random.between(-0.7, 0.7),
    hu: 0.02,
    hv: 0.035,
    light: 1.25,
  }));
  into.push(
    new Block(long, {
      colour,
      heightM: random.between(7, 10.8),
      ribM: 1.6,
      plant: vents,
      skylights: random.chance(0.6),
    }),
  );
  if (!deep) return;
  const yard = offset(part, 0, -part.hy + 7);
  if (random.chance(0.5))
    return addCarPark({ ...part, ...yard, hx: 0.85 * part.hx, hy: 9.5 }, site);
  for (let u = -0.8 * part.hx; u < 0.8 * part.hx; u += random.between(4, 11)) {
    const at = offset(part, u, -part.hy + 9);
    into.push(
      new Car(
        at.x,
        at.y,
        part.angle + Math.PI / 2,
        random.pick<Rgb>([
          [222, 222, 220],
          [196, 198, 200],
          [70, 84, 118],
        ]),
        13,
      ),
    );
  }
}

function addContainers(part: Placed, { into, random }: TownSite): void {
  const colours: readonly Rgb[] = [
    [146, 74, 58],
    [64, 88, 118],
    [158, 156, 150],
    [92, 112, 84],
    [168, 122, 66],
    [110, 58, 54],
  ];
  for (let v = -part.hy + 6; v < part.hy - 6; v += random.chance(0.3) ? 9 : 3) {
    for (let u = -part.hx + 9; u < part.hx - 9; u += 12.8) {
      if (random.chance(0.35)) continue;
      const at = offset(part, u, v);
      into.push(
        new Block(
          { ...at, angle: part.angle, hx: 6.1, hy: 1.22 },
          {
            colour: random.pick(colours),
            heightM: 2.7 * (random.chance(0.3) ? 2 : 1),
            ribM: 0,
            plant: [],
            skylights: false,
          },
        ),
      );
    }
  }
}

function addTanks(part: Placed, { into, random }: TownSite): void {
  const r = Math.min(part.hx, part.hy) / 2.6;
  for (const u of [-0.5, 0.5]) {
    for (const v of [-0.5, 0.5]) {
      const at = offset(part, u * part.hx, v * part.hy);
      into.push(new Tank(at.x, at.y, r * random.between(0.7, 1), random.between(8, 12)));
    }
  }
}
