import type { Box } from './feature.ts';
import type { CoverReader } from './land-cover.ts';
import { BROADLEAF, CONIFERS } from './palette.ts';
import { hash2 } from './random.ts';
import type { ClearGround } from './roads.ts';
import { Tree } from './things.ts';

const SHRUB_CELL_M = 17;

/** Shrubs on the heath and single trees in rough grass, grown from their cell wherever seen. */
export class Shrubs {
  constructor(
    private readonly cover: CoverReader,
    private readonly clear: ClearGround,
  ) {}

  /** All shrubs that reach into a box. */
  within(box: Box): Tree[] {
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
