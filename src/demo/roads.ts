import type { Rgb } from './canvas.ts';
import { DEMO_HALF_SIDE_M } from './frame.ts';
import { LAYER } from './feature.ts';
import type { Feature, Layer, Studio } from './feature.ts';
import { ROADS } from './layout.ts';
import type { RoadClass } from './layout.ts';
import { CARS } from './palette.ts';
import type { Random } from './random.ts';
import { curveThrough } from './shapes.ts';
import type { XY } from './shapes.ts';
import { Car } from './things.ts';

/** Half widths [m]: paved, and with pavements or verges. */
export const ROAD_HALF_M: Record<RoadClass, { paved: number; verge: number }> = {
  arterial: { paved: 5.6, verge: 8.6 },
  street: { paved: 3.4, verge: 5.6 },
  lane: { paved: 2.7, verge: 4.6 },
  track: { paved: 1.7, verge: 2.6 },
};

const ASPHALT: Rgb = [112, 111, 111];
const OLD_ASPHALT: Rgb = [128, 125, 121];
const EARTH: Rgb = [158, 142, 112];

type Stripe = 'verge' | 'paved' | 'lines';
const layerOf: Record<Stripe, Layer> = {
  verge: LAYER.verge,
  paved: LAYER.pavement,
  lines: LAYER.marking,
};

/** One straight piece of a road, as one of its stripes. */
class RoadPiece implements Feature {
  readonly layer: Layer;
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;

  constructor(
    private readonly a: XY,
    private readonly b: XY,
    private readonly road: RoadClass,
    private readonly stripe: Stripe,
    private readonly town: boolean,
  ) {
    this.layer = layerOf[stripe];
    const w = ROAD_HALF_M[road].verge + 1;
    this.minX = Math.min(a[0], b[0]) - w;
    this.maxX = Math.max(a[0], b[0]) + w;
    this.minY = Math.min(a[1], b[1]) - w;
    this.maxY = Math.max(a[1], b[1]) + w;
  }

  paint({ canvas, fine, mottle }: Studio): void {
    const { a, b, road } = this;
    const half = ROAD_HALF_M[road];
    if (this.stripe === 'verge') {
      const colour: Rgb = this.town ? [160, 156, 148] : [124, 122, 84];
      canvas.stroke(
        a[0],
        a[1],
        b[0],
        b[1],
        { halfWidthM: half.verge, overM: half.verge * 0.6 },
        colour,
      );
      return;
    }
    if (this.stripe === 'paved') {
      const base = road === 'track' ? EARTH : road === 'arterial' ? ASPHALT : OLD_ASPHALT;
      canvas.stroke(
        a[0],
        a[1],
        b[0],
        b[1],
        { halfWidthM: half.paved, overM: half.paved * 0.6 },
        (ink, _u, v, x, y) => {
          let l = 1 + 0.035 * fine.at(x, y) + 0.05 * mottle.at(x, y);
          if (road === 'track') {
            // Grass grows between the wheel marks.
            const ridge = Math.abs(v) < 0.4 ? 1 : 0;
            ink.r = (base[0] - 34 * ridge) * l;
            ink.g = (base[1] - 18 * ridge) * l;
            ink.b = (base[2] - 30 * ridge) * l;
            return;
          }
          const lane = Math.abs(Math.abs(v) - half.paved / 2);
          if (lane < 1) l *= 0.95;
          ink.r = base[0] * l;
          ink.g = base[1] * l;
          ink.b = base[2] * l;
        },
      );
      return;
    }
    if (canvas.mpp > 1.6) return;
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    canvas.stroke(a[0], a[1], b[0], b[1], { halfWidthM: 0.09 }, (ink, u) => {
      const t = u + length / 2;
      ink.a = t % 9 < 4 ? 0.85 : 0;
      ink.r = ink.g = ink.b = 222;
    });
    if (road !== 'arterial') return;
    const nx = -(b[1] - a[1]) / length;
    const ny = (b[0] - a[0]) / length;
    for (const side of [-1, 1]) {
      const d = side * (half.paved - 0.5);
      canvas.stroke(
        a[0] + nx * d,
        a[1] + ny * d,
        b[0] + nx * d,
        b[1] + ny * d,
        { halfWidthM: 0.07, overM: 0.2 },
        [206, 206, 200],
      );
    }
  }
}

/** Adds one polyline of road to the scene and to the map of ground that must stay clear. */
export function addRoad(
  into: Feature[],
  clear: ClearGround,
  points: readonly XY[],
  style: {
    road: RoadClass;
    town: (x: number, y: number) => boolean;
    traffic: number;
    random: Random;
  },
): void {
  const { road, town, traffic, random } = style;
  for (let i = 0; i + 1 < points.length; i++) {
    const [a, b] = [points[i]!, points[i + 1]!];
    const inTown = town((a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
    if (road !== 'track') into.push(new RoadPiece(a, b, road, 'verge', inTown));
    into.push(new RoadPiece(a, b, road, 'paved', inTown));
    if (road === 'arterial' || road === 'lane')
      into.push(new RoadPiece(a, b, road, 'lines', inTown));
    // Streets lie between the plots anyway; only through roads cut across a grid.
    if (road !== 'street') clear.markLine(a, b, ROAD_HALF_M[road].verge + 1);
    if (road === 'track') continue;
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    const angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
    const cars = Math.floor(length * traffic + random.next());
    for (let n = 0; n < cars; n++) {
      const t = random.next();
      const side = random.chance(0.5) ? 1 : -1;
      // Cars drive on the right; on streets they stand at the kerb.
      const v =
        -side * (road === 'street' ? ROAD_HALF_M.street.paved - 1.1 : ROAD_HALF_M[road].paved / 2);
      into.push(
        new Car(
          a[0] + (b[0] - a[0]) * t - Math.sin(angle) * v,
          a[1] + (b[1] - a[1]) * t + Math.cos(angle) * v,
          side > 0 ? angle : angle + Math.PI,
          random.pick(CARS),
          random.chance(0.07) ? 9 : 4.4,
        ),
      );
    }
  }
}

/** The through roads of the layout. */
export function addThroughRoads(
  into: Feature[],
  clear: ClearGround,
  random: Random,
  town: (x: number, y: number) => boolean,
): void {
  for (const { road, points } of ROADS) {
    addRoad(into, clear, curveThrough(points, 16), {
      road,
      town,
      traffic: road === 'arterial' ? 0.012 : road === 'lane' ? 0.002 : 0,
      random,
    });
  }
}

const STEP_M = 4;
const SIDE = Math.ceil((2 * (DEMO_HALF_SIDE_M + 100)) / STEP_M);

/** Ground that must stay free of houses and trees, as a bitmap of 4 m cells. */
export class ClearGround {
  private readonly cells = new Uint8Array(SIDE * SIDE);

  private index(x: number, y: number): number {
    const i = Math.floor((x + DEMO_HALF_SIDE_M + 100) / STEP_M);
    const j = Math.floor((y + DEMO_HALF_SIDE_M + 100) / STEP_M);
    return i < 0 || j < 0 || i >= SIDE || j >= SIDE ? -1 : j * SIDE + i;
  }

  isClear(x: number, y: number): boolean {
    const k = this.index(x, y);
    return k >= 0 && this.cells[k] === 1;
  }

  markDisc(x: number, y: number, radiusM: number): void {
    for (let dy = -radiusM; dy <= radiusM; dy += STEP_M / 2) {
      for (let dx = -radiusM; dx <= radiusM; dx += STEP_M / 2) {
        if (dx * dx + dy * dy > radiusM * radiusM) continue;
        const k = this.index(x + dx, y + dy);
        if (k >= 0) this.cells[k] = 1;
      }
    }
  }

  markLine(a: XY, b: XY, halfWidthM: number): void {
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    for (let t = 0; t <= length; t += STEP_M) {
      this.markDisc(
        a[0] + ((b[0] - a[0]) * t) / length,
        a[1] + ((b[1] - a[1]) * t) / length,
        halfWidthM,
      );
    }
  }

  markRect(at: { x: number; y: number; angle: number; hx: number; hy: number }): void {
    const c = Math.cos(at.angle);
    const s = Math.sin(at.angle);
    for (let u = -at.hx; u <= at.hx; u += STEP_M / 2) {
      for (let v = -at.hy; v <= at.hy; v += STEP_M / 2) {
        const k = this.index(at.x + u * c - v * s, at.y + u * s + v * c);
        if (k >= 0) this.cells[k] = 1;
      }
    }
  }

  /** True if any corner, edge middle or the centre of a rectangle is marked. */
  touches(at: { x: number; y: number; angle: number; hx: number; hy: number }): boolean {
    const c = Math.cos(at.angle);
    const s = Math.sin(at.angle);
    for (let m = -2; m <= 2; m++) {
      for (let n = -2; n <= 2; n++) {
        const u = (m / 2) * at.hx;
        const v = (n / 2) * at.hy;
        if (this.isClear(at.x + u * c - v * s, at.y + u * s + v * c)) return true;
      }
    }
    return false;
  }
}
