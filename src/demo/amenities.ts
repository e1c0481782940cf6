import { addCarPark } from './big-blocks.ts';
import { Block } from './buildings.ts';
import { LAYER } from './feature.ts';
import { BROADLEAF, FLAT_ROOFS } from './palette.ts';
import { offset, Patch2D, Tree } from './things.ts';
import type { Placed } from './things.ts';
import { cornersInside } from './town-site.ts';
import type { BlockFrame, Inside, TownSite } from './town-site.ts';

/** A school: a flat-roofed building on a playing field. */
export function buildSchool(
  frame: BlockFrame,
  mid: { x: number; y: number; angle: number },
  inside: Inside,
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

/** Shops: a long flat roof behind a car park. */
export function buildShops(
  frame: BlockFrame,
  mid: { x: number; y: number; angle: number },
  inside: Inside,
  site: TownSite,
): void {
  const { into, clear, random } = site;
  const ground: Placed = { ...mid, hx: frame.widthM / 2 - 2, hy: frame.depthM / 2 - 2 };
  if (!cornersInside(ground, inside) || clear.touches(ground)) return;
  const back = offset(mid, 0, 0.55 * ground.hy);
  addCarPark(ground, site);
  into.push(
    new Patch2D(
      LAYER.verge,
      { ...back, angle: mid.angle, hx: ground.hx, hy: 0.45 * ground.hy },
      [140, 137, 131],
    ),
  );
  const split = random.between(-0.3, 0.4);
  for (const [from, to] of [
    [-0.94, split],
    [split, 0.94],
  ] as const) {
    const at = offset(mid, ((from + to) / 2) * ground.hx, 0.55 * ground.hy);
    into.push(
      new Block(
        { ...at, angle: mid.angle, hx: ((to - from) / 2) * ground.hx, hy: 0.36 * ground.hy },
        {
          colour: random.pick(FLAT_ROOFS),
          heightM: random.between(5.5, 9),
          ribM: 0,
          plant: [0.2, -0.3, 0.6].map((u) => ({ u, v: 0.3 * u, hu: 0.05, hv: 0.12, light: 1.15 })),
          skylights: false,
        },
      ),
    );
  }
}
