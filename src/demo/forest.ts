import type { Canvas } from './canvas.ts';
import type { Studio } from './feature.ts';
import { ClearingReader, FOREST_BEND_M } from './land-cover.ts';
import type { CoverReader } from './land-cover.ts';
import { BROADLEAF, CONIFERS } from './palette.ts';
import { hash2 } from './random.ts';
import type { ClearGround } from './roads.ts';
import { castCrownShadow, paintCrown } from './things.ts';

/** Spacing of trees [m]. */
const BROADLEAF_CELL_M = 6.4;
const CONIFER_CELL_M = 4.3;
/** Plantation rows run this way [rad]. */
const ROW_COS = Math.cos(0.42);
const ROW_SIN = Math.sin(0.42);
/** Firebreaks in the plantation [m]. */
const RIDE_U_M = 320;
const RIDE_V_M = 448;
const RIDE_WIDTH_M = 8;
/** Trees are looked for in squares of this many cells, so that empty country costs nothing. */
const BLOCK = 16;
/** How far a tree and its shadow reach [m]. */
const REACH_M = 22;

interface ForestTree {
  x: number;
  y: number;
  radiusM: number;
  heightM: number;
  colour: readonly [number, number, number];
  conifer: boolean;
}

/** Forest trees, grown from their lattice cell wherever they are seen: none is stored. */
export class Forest {
  private readonly clearings = new ClearingReader(1);

  constructor(
    private readonly cover: CoverReader,
    private readonly clear: ClearGround,
  ) {}

  /** Trees that show in a picture. */
  within(canvas: Canvas): Stand {
    const trees: ForestTree[] = [];
    // Far out, one tree in n² stands for its neighbours, so large that the canopy stays as dense.
    const thin = canvas.mpp > 12 ? 4 : canvas.mpp > 6 ? 2 : 1;
    const add = (tree: ForestTree | null): void => {
      if (!tree) return;
      tree.radiusM *= thin;
      trees.push(tree);
    };
    this.eachCell(canvas, BROADLEAF_CELL_M, 1, 0, (i, j) => {
      if (thin === 1 || (i % thin === 0 && j % thin === 0)) add(this.broadleaf(i, j));
    });
    this.eachCell(canvas, CONIFER_CELL_M, ROW_COS, ROW_SIN, (i, j) => {
      if (thin === 1 || (i % thin === 0 && j % thin === 0)) add(this.conifer(i, j));
    });
    return new Stand(trees);
  }

  /** Visits the cells of a turned lattice that lie in a picture and may hold forest. */
  private eachCell(
    canvas: Canvas,
    cellM: number,
    cos: number,
    sin: number,
    visit: (i: number, j: number) => void,
  ): void {
    const west = canvas.west - REACH_M;
    const north = canvas.north + REACH_M;
    const east = canvas.west + canvas.width * canvas.mpp + REACH_M;
    const south = canvas.north - canvas.height * canvas.mpp - REACH_M;
    const side = BLOCK * cellM;
    const corners = [west, east].flatMap((x) => [south, north].map((y) => [x, y] as const));
    const us = corners.map(([x, y]) => (x * cos + y * sin) / side);
    const vs = corners.map(([x, y]) => (y * cos - x * sin) / side);
    const half = 0.72 * side;
    for (let q = Math.floor(Math.min(...vs)); q <= Math.max(...vs); q++) {
      for (let p = Math.floor(Math.min(...us)); p <= Math.max(...us); p++) {
        const u = (p + 0.5) * side;
        const v = (q + 0.5) * side;
        const x = u * cos - v * sin;
        const y = u * sin + v * cos;
        if (x < west - half || x > east + half || y < south - half || y > north + half) continue;
        if (this.cover.forestAt(x, y) < -half - 4 * FOREST_BEND_M) continue;
        for (let j = q * BLOCK; j < (q + 1) * BLOCK; j++) {
          for (let i = p * BLOCK; i < (p + 1) * BLOCK; i++) {
            const cu = (i + 0.5) * cellM;
            const cv = (j + 0.5) * cellM;
            const cx = cu * cos - cv * sin;
            const cy = cu * sin + cv * cos;
            if (cx > west && cx < east && cy > south && cy < north) visit(i, j);
          }
        }
      }
    }
  }

  private broadleaf(i: number, j: number): ForestTree | null {
    const x = (i + hash2(i, j, 81)) * BROADLEAF_CELL_M;
    const y = (j + hash2(i, j, 82)) * BROADLEAF_CELL_M;
    if (this.cover.forestAt(x, y) < 0 || this.cover.coniferAt(x, y)) return null;
    if (this.clear.isClear(x, y)) return null;
    if (this.clearings.at(x, y) > -2 && hash2(i, j, 83) > 0.04) return null;
    const size = hash2(i, j, 84);
    const r = 2.6 + 2.7 * size;
    const dark = hash2(i, j, 85) < 0.1;
    const kinds = dark ? CONIFERS : BROADLEAF;
    const kind = Math.floor(hash2(i, j, 86) * 4 + (dark ? 0 : 3 * hash2(i >> 3, j >> 3, 87)));
    const light = 0.88 + 0.2 * hash2(i, j, 88);
    return {
      x,
      y,
      radiusM: dark ? 0.7 * r : r,
      heightM: 9 + 8 * size,
      colour: scaled(kinds[kind]!, light),
      conifer: dark,
    };
  }

  private conifer(i: number, j: number): ForestTree | null {
    const u = (i + 0.5 + 0.34 * (hash2(i, j, 91) - 0.5)) * CONIFER_CELL_M;
    const v = (j + 0.5 + 0.34 * (hash2(i, j, 92) - 0.5)) * CONIFER_CELL_M;
    const si = Math.floor(u / RIDE_U_M);
    const sj = Math.floor(v / RIDE_V_M);
    if (u - si * RIDE_U_M < RIDE_WIDTH_M || v - sj * RIDE_V_M < RIDE_WIDTH_M) return null;
    const x = u * ROW_COS - v * ROW_SIN;
    const y = u * ROW_SIN + v * ROW_COS;
    if (this.cover.forestAt(x, y) < 0 || !this.cover.coniferAt(x, y)) return null;
    if (this.clear.isClear(x, y)) return null;
    // Each stand between the rides has its own age.
    if (hash2(i, j, 95) < 0.04 || this.clearings.at(x, y) > 6) return null;
    const age = 0.5 + 0.5 * hash2(si, sj, 96);
    const radiusM = (1.5 + 1.1 * hash2(i, j, 97)) * age + 0.5;
    const light = (0.86 + 0.24 * hash2(i, j, 99)) * (1.16 - 0.2 * age);
    const kind = Math.floor(4 * hash2(si, sj, 98));
    return {
      x,
      y,
      radiusM,
      heightM: 6 * radiusM,
      colour: scaled(CONIFERS[kind]!, light),
      conifer: true,
    };
  }
}

const scaled = (
  [r, g, b]: readonly [number, number, number],
  k: number,
): [number, number, number] => [r * k, g * k, b * k];

/** The forest trees of one picture. */
export class Stand {
  constructor(private readonly trees: readonly ForestTree[]) {}

  castShadows({ canvas }: Studio): void {
    for (const { x, y, radiusM, heightM } of this.trees)
      castCrownShadow(canvas, x, y, radiusM, heightM);
  }

  paint(studio: Studio): void {
    for (const { x, y, radiusM, colour, conifer } of this.trees) {
      // Dots blend as if scattered at random; rows leave fewer gaps, so they get larger dots.
      const packed = conifer && radiusM < 0.9 * studio.canvas.mpp ? 1.35 : 1;
      paintCrown(studio, x, y, packed * radiusM, colour, conifer);
    }
  }
}
