import type { Canvas } from './canvas.ts';
import { DEMO_HALF_SIDE_M } from './frame.ts';
import type { NoiseSampler } from './noise.ts';
import { blobs, fractal, grain } from './noise.ts';

/** Painting order, from the ground up. */
export const LAYER = {
  field: 0,
  plot: 1,
  verge: 2,
  pavement: 3,
  marking: 4,
  item: 5,
  low: 6,
  crown: 7,
  tall: 8,
} as const;
export type Layer = (typeof LAYER)[keyof typeof LAYER];

/** A canvas and the textures that shapes share, filtered for its scale. */
export interface Studio {
  canvas: Canvas;
  fine: NoiseSampler;
  leaf: NoiseSampler;
  patch: NoiseSampler;
  mottle: NoiseSampler;
}

export function openStudio(canvas: Canvas): Studio {
  return {
    canvas,
    fine: fractal.lay({ texelM: 0.27, angle: 0.8 }, canvas.mpp),
    leaf: grain.lay({ texelM: 0.42, angle: 0.35 }, canvas.mpp),
    patch: blobs.lay({ texelM: 1.7, angle: 1.2 }, canvas.mpp),
    mottle: fractal.lay({ texelM: 1.9, angle: 0.5 }, canvas.mpp),
  };
}

/** Something with an outline. The box is in scene metres and includes its shadow. */
export interface Feature {
  readonly layer: Layer;
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
  paint(studio: Studio): void;
  castShadow?(studio: Studio): void;
}

/** An upright box in scene metres. */
export interface Box {
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
}

/** A box around a place. */
export function boxAround(x: number, y: number, reachM: number): Box {
  return { minX: x - reachM, minY: y - reachM, maxX: x + reachM, maxY: y + reachM };
}

const touch = (a: Box, b: Box): boolean =>
  a.maxX >= b.minX && a.minX <= b.maxX && a.maxY >= b.minY && a.minY <= b.maxY;

/** Features that are made only when somebody looks at their ground, such as a city block. */
export class FeatureGroup {
  private made: Feature[] | null = null;

  constructor(
    readonly box: Box,
    private readonly make: () => Feature[],
  ) {}

  get features(): readonly Feature[] {
    return (this.made ??= this.make());
  }
}

const CELL_M = 160;
const REACH_M = DEMO_HALF_SIDE_M + 2 * CELL_M;
const SIDE = Math.ceil((2 * REACH_M) / CELL_M);

/** Finds the features near a place: a square grid of lists. */
export class FeatureIndex {
  private readonly cells: number[][] = Array.from({ length: SIDE * SIDE }, () => []);
  private readonly seen: Uint32Array;
  private round = 0;

  constructor(private readonly entries: readonly (Feature | FeatureGroup)[]) {
    this.seen = new Uint32Array(entries.length);
    entries.forEach((entry, id) => {
      this.eachCell(entry instanceof FeatureGroup ? entry.box : entry, (cell) => cell.push(id));
    });
  }

  private eachCell(box: Box, visit: (cell: number[]) => void): void {
    const clamp = (v: number): number =>
      Math.min(SIDE - 1, Math.max(0, Math.floor((v + REACH_M) / CELL_M)));
    const [i0, i1, j0, j1] = [clamp(box.minX), clamp(box.maxX), clamp(box.minY), clamp(box.maxY)];
    for (let j = j0; j <= j1; j++) for (let i = i0; i <= i1; i++) visit(this.cells[j * SIDE + i]!);
  }

  /** Features whose box touches the given one, in an order that does not depend on the box. */
  within(box: Box): Feature[] {
    const round = ++this.round;
    const ids: number[] = [];
    this.eachCell(box, (cell) => {
      for (const id of cell) {
        if (this.seen[id] === round) continue;
        this.seen[id] = round;
        ids.push(id);
      }
    });
    const found: Feature[] = [];
    for (const id of ids.sort((a, b) => a - b)) {
      const entry = this.entries[id]!;
      if (!(entry instanceof FeatureGroup)) {
        if (touch(entry, box)) found.push(entry);
      } else if (touch(entry.box, box)) {
        for (const feature of entry.features) if (touch(feature, box)) found.push(feature);
      }
    }
    return found;
  }
}
