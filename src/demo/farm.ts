import { Block, House, Tank } from './buildings.ts';
import { LAYER } from './feature.ts';
import type { Feature } from './feature.ts';
import { BROADLEAF, SHED_ROOFS } from './palette.ts';
import type { Random } from './random.ts';
import type { ClearGround } from './roads.ts';
import type { XY } from './shapes.ts';
import { offset, Patch2D, Tree } from './things.ts';

/** A farmyard: house, barns, silos, trees round it. */
export function addFarm(
  [cx, cy]: XY,
  angle: number,
  random: Random,
  { into, clear }: { into: Feature[]; clear: ClearGround },
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
