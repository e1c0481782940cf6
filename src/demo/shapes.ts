import { DEMO_HALF_SIDE_M } from './frame.ts';

export type XY = readonly [x: number, y: number];

/** Smooth curve through the points (Catmull-Rom), `steps` pieces a span. */
export function curveThrough(points: readonly XY[], steps: number): XY[] {
  const out: XY[] = [];
  const at = (i: number): XY => points[Math.min(points.length - 1, Math.max(0, i))]!;
  for (let i = 0; i + 1 < points.length; i++) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let s = 0; s < steps; s++) {
      const t = s / steps;
      const mix = (k: 0 | 1): number =>
        0.5 *
        (2 * b[k] +
          (c[k] - a[k]) * t +
          (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t * t +
          (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t * t * t);
      out.push([mix(0), mix(1)]);
    }
  }
  out.push(at(points.length - 1));
  return out;
}

export function insidePolygon(x: number, y: number, polygon: readonly XY[]): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i]!;
    const [xj, yj] = polygon[j]!;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** Distance from a point to a segment, and how far along it the nearest point lies (0 to 1). */
export function toSegment(x: number, y: number, a: XY, b: XY): { distance: number; along: number } {
  const dx = b[0] - a[0];
  const dy = b[1] - a[1];
  const t = ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy || 1);
  const along = t < 0 ? 0 : t > 1 ? 1 : t;
  return { distance: Math.hypot(x - a[0] - along * dx, y - a[1] - along * dy), along };
}

/** Signed distance to a set of polygons [m]: positive inside. */
export function polygonsDistance(
  polygons: readonly (readonly XY[])[],
): (x: number, y: number) => number {
  return (x, y) => {
    let best = Infinity;
    let inside = false;
    for (const polygon of polygons) {
      for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
        const a = polygon[j]!;
        const b = polygon[i]!;
        const dx = b[0] - a[0];
        const dy = b[1] - a[1];
        let t = ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy || 1);
        t = t < 0 ? 0 : t > 1 ? 1 : t;
        const ex = x - a[0] - t * dx;
        const ey = y - a[1] - t * dy;
        const d2 = ex * ex + ey * ey;
        if (d2 < best) best = d2;
      }
      if (insidePolygon(x, y, polygon)) inside = !inside;
    }
    const d = Math.sqrt(best);
    return inside ? d : -d;
  };
}

const GRID_STEP_M = 40;
const GRID_REACH_M = DEMO_HALF_SIDE_M + 400;
/** Nodes are tabulated in blocks of this many steps. */
const BLOCK = 8;
const BLOCKS = Math.ceil((2 * GRID_REACH_M) / GRID_STEP_M / BLOCK);
const GRID_SIDE = BLOCKS * BLOCK + 1;

/**
 * A signed distance (steepness at most 1), tabulated once and read back bilinearly. Blocks that
 * the boundary cannot reach are filled from their corners.
 */
export class FieldGrid {
  private readonly values = new Float32Array(GRID_SIDE * GRID_SIDE).fill(NaN);

  constructor(private readonly field: (x: number, y: number) => number) {
    for (let j = 0; j + BLOCK < GRID_SIDE; j += BLOCK) {
      for (let i = 0; i + BLOCK < GRID_SIDE; i += BLOCK) this.fill(i, j);
    }
  }

  private node(i: number, j: number): number {
    const k = j * GRID_SIDE + i;
    if (Number.isNaN(this.values[k]!)) {
      this.values[k] = this.field(i * GRID_STEP_M - GRID_REACH_M, j * GRID_STEP_M - GRID_REACH_M);
    }
    return this.values[k]!;
  }

  private fill(i: number, j: number): void {
    const corners = [
      this.node(i, j),
      this.node(i + BLOCK, j),
      this.node(i, j + BLOCK),
      this.node(i + BLOCK, j + BLOCK),
    ] as const;
    const far = corners.every((d) => Math.abs(d) > 1.1 * BLOCK * GRID_STEP_M);
    for (let n = 0; n <= BLOCK; n++) {
      for (let m = 0; m <= BLOCK; m++) {
        if (!far) {
          this.node(i + m, j + n);
          continue;
        }
        const f = m / BLOCK;
        const g = n / BLOCK;
        const k = (j + n) * GRID_SIDE + i + m;
        if (!Number.isNaN(this.values[k]!)) continue;
        const low = corners[0] + (corners[1] - corners[0]) * f;
        const top = corners[2] + (corners[3] - corners[2]) * f;
        this.values[k] = low + (top - low) * g;
      }
    }
  }

  at(x: number, y: number): number {
    const s = (x + GRID_REACH_M) / GRID_STEP_M;
    const t = (y + GRID_REACH_M) / GRID_STEP_M;
    let i = Math.floor(s);
    let j = Math.floor(t);
    i = i < 0 ? 0 : i > GRID_SIDE - 2 ? GRID_SIDE - 2 : i;
    j = j < 0 ? 0 : j > GRID_SIDE - 2 ? GRID_SIDE - 2 : j;
    const f = s - i;
    const g = t - j;
    const v = this.values;
    const k = j * GRID_SIDE + i;
    const low = v[k]! + (v[k + 1]! - v[k]!) * f;
    const top = v[k + GRID_SIDE]! + (v[k + GRID_SIDE + 1]! - v[k + GRID_SIDE]!) * f;
    return low + (top - low) * g;
  }
}
