import type { Canvas } from './canvas.ts';
import type { Studio } from './feature.ts';
import { ClearingReader } from './land-cover.ts';
import type { CoverReader } from './land-cover.ts';
import { BROADLEAF, CONIFERS } from './palette.ts';
import { hash2 } from './random.ts';
import type { ClearGround } from './roads.ts';
import { castCrownShadow, paintCrown } from './things.ts';

/** Spacing of trees: broadleaf, conifer [m]. */
const CELL_M = { broadleaf: 6.4, conifer: 4.3 } as const;
/** Plantation rows run this way [rad]. */
const ROW_ANGLE = 0.42;
/** Firebreaks in the plantation [m]. */
const RIDE_EVERY_M = 320;

/** Calls back for one forest tree. */
type Grow = (
  x: number,
  y: number,
  radiusM: number,
  heightM: number,
  colour: readonly [number, number, number],
  conifer: boolean,
) => void;

/** Forest trees, grown from their lattice cell wherever they are seen: none is stored. */
export class Forest {
  private readonly clearings = new ClearingReader(1);

  constructor(
    private readonly cover: CoverReader,
    private readonly clear: ClearGround,
  ) {}

  private each(canvas: Canvas, grow: Grow): void {
    const west = canvas.west - 22;
    const north = canvas.north + 22;
    const east = canvas.west + canvas.width * canvas.mpp + 22;
    const south = canvas.north - canvas.height * canvas.mpp - 22;
    if (!this.nearForest(west, south, east, north)) return;
    this.broadleaf({ west, south, east, north }, grow);
    this.plantation({ west, south, east, north }, grow);
  }

  private nearForest(west: number, south: number, east: number, north: number): boolean {
    const reach = Math.hypot(east - west, north - south) / 2;
    return (
      this.cover.at((west + east) / 2, (south + north) / 2).forest > -reach - 60 || reach > 400
    );
  }

  private broadleaf(
    box: { west: number; south: number; east: number; north: number },
    grow: Grow,
  ): void {
    const d = CELL_M.broadleaf;
    for (let j = Math.floor(box.south / d); j <= Math.floor(box.north / d); j++) {
      for (let i = Math.floor(box.west / d); i <= Math.floor(box.east / d); i++) {
        const x = (i + hash2(i, j, 81)) * d;
        const y = (j + hash2(i, j, 82)) * d;
        const c = this.cover.at(x, y);
        if (c.forest < 0 || c.conifer || this.clear.isClear(x, y)) continue;
        if (this.clearings.at(x, y) > -2 && hash2(i, j, 83) > 0.04) continue;
        const size = hash2(i, j, 84);
        const r = 2.6 + 2.7 * size;
        const dark = hash2(i, j, 85) < 0.1;
        const base = (dark ? CONIFERS : BROADLEAF)[
          Math.floor(hash2(i, j, 86) * 4 + (dark ? 0 : 3 * hash2(i >> 3, j >> 3, 87)))
        ]!;
        const light = 0.88 + 0.2 * hash2(i, j, 88);
        grow(
          x,
          y,
          dark ? 0.7 * r : r,
          9 + 8 * size,
          [base[0] * light, base[1] * light, base[2] * light],
          dark,
        );
      }
    }
  }

  private plantation(
    box: { west: number; south: number; east: number; north: number },
    grow: Grow,
  ): void {
    const d = CELL_M.conifer;
    const c0 = Math.cos(ROW_ANGLE);
    const s0 = Math.sin(ROW_ANGLE);
    const us = [box.west, box.east].flatMap((x) =>
      [box.south, box.north].map((y) => x * c0 + y * s0),
    );
    const vs = [box.west, box.east].flatMap((x) =>
      [box.south, box.north].map((y) => y * c0 - x * s0),
    );
    const [i0, i1] = [Math.floor(Math.min(...us) / d), Math.floor(Math.max(...us) / d)];
    const [j0, j1] = [Math.floor(Math.min(...vs) / d), Math.floor(Math.max(...vs) / d)];
    for (let j = j0; j <= j1; j++) {
      for (let i = i0; i <= i1; i++) {
        const u = (i + 0.5 + 0.34 * (hash2(i, j, 91) - 0.5)) * d;
        const v = (j + 0.5 + 0.34 * (hash2(i, j, 92) - 0.5)) * d;
        const x = u * c0 - v * s0;
        const y = u * s0 + v * c0;
        if (x < box.west || x > box.east || y < box.south || y > box.north) continue;
        const c = this.cover.at(x, y);
        if (c.forest < 0 || !c.conifer || this.clear.isClear(x, y)) continue;
        const ru = u / RIDE_EVERY_M - Math.floor(u / RIDE_EVERY_M);
        const rv = v / (1.4 * RIDE_EVERY_M) - Math.floor(v / (1.4 * RIDE_EVERY_M));
        if (ru * RIDE_EVERY_M < 8 || rv * 1.4 * RIDE_EVERY_M < 8) continue;
        // Each stand between the rides has its own age; one in nine is felled or replanted.
        const si = Math.floor(u / RIDE_EVERY_M);
        const sj = Math.floor(v / (1.4 * RIDE_EVERY_M));
        const stand = hash2(si, sj, 93);
        if (stand < 0.1 && hash2(i, j, 94) > 0.03) continue;
        if (hash2(i, j, 95) < 0.04 || (this.clearings.at(x, y) > 6 && stand < 0.5)) continue;
        const age = stand < 0.1 ? 0.9 : 0.55 + 0.45 * hash2(si, sj, 96);
        const r = (1.5 + 1.1 * hash2(i, j, 97)) * age + 0.5;
        const base = CONIFERS[Math.floor(4 * hash2(si, sj, 98))]!;
        const light = (0.86 + 0.24 * hash2(i, j, 99)) * (1.16 - 0.2 * age);
        grow(x, y, r, 6 * r, [base[0] * light, base[1] * light, base[2] * light], true);
      }
    }
  }

  castShadows({ canvas }: Studio): void {
    this.each(canvas, (x, y, r, height) => castCrownShadow(canvas, x, y, r, height));
  }

  paint(studio: Studio): void {
    this.each(studio.canvas, (x, y, r, _height, colour, conifer) =>
      paintCrown(studio, x, y, r, colour, conifer),
    );
  }
}
