import type { Material, Rgb } from './canvas.ts';
import { boxAround, LAYER } from './feature.ts';
import type { Feature, Layer, Studio } from './feature.ts';
import { SHADOW_PER_HEIGHT, slopeLight, SUN_X, SUN_Y } from './sun.ts';
import { offset, put } from './things.ts';
import type { Placed } from './things.ts';

const tint = ([r, g, b]: Rgb, light: number): Rgb => [r * light, g * light, b * light];

/** Outline of a box and of its shadow: the convex hull of both ends of the sweep. */
function sweptBox({ x, y, angle, hx, hy }: Placed, heightM: number): [number, number][] {
  const dx = -SUN_X * SHADOW_PER_HEIGHT * heightM;
  const dy = -SUN_Y * SHADOW_PER_HEIGHT * heightM;
  const points: [number, number][] = [];
  for (const [u, v] of [
    [-hx, -hy],
    [hx, -hy],
    [hx, hy],
    [-hx, hy],
  ] as const) {
    const p = offset({ x, y, angle }, u, v);
    points.push([p.x, p.y], [p.x + dx, p.y + dy]);
  }
  return convexHull(points);
}

function convexHull(points: [number, number][]): [number, number][] {
  const sorted = points.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (list: [number, number][]): [number, number][] => {
    const out: [number, number][] = [];
    for (const p of list) {
      while (out.length >= 2) {
        const [a, b] = [out[out.length - 2]!, out[out.length - 1]!];
        if ((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) > 0) break;
        out.pop();
      }
      out.push(p);
    }
    out.pop();
    return out;
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

export type RoofShape = 'gable' | 'hip' | 'flat';

/** A small building with a pitched or flat roof. */
export class House implements Feature {
  readonly layer: Layer;
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;

  constructor(
    private readonly place: Placed,
    private readonly roof: {
      shape: RoofShape;
      colour: Rgb;
      pitchRad: number;
      panels: boolean;
      wear: number;
    },
    private readonly heightM: number,
  ) {
    this.layer = heightM > 11 ? LAYER.tall : LAYER.low;
    const box = boxAround(
      place.x,
      place.y,
      Math.hypot(place.hx, place.hy) + heightM * SHADOW_PER_HEIGHT,
    );
    [this.minX, this.minY, this.maxX, this.maxY] = [box.minX, box.minY, box.maxX, box.maxY];
  }

  castShadow({ canvas }: Studio): void {
    canvas.shadeConvex(sweptBox(this.place, this.heightM), 0.92);
  }

  paint({ canvas, fine, leaf }: Studio): void {
    const { place, roof } = this;
    const { hx, hy } = place;
    const c = Math.cos(place.angle);
    const s = Math.sin(place.angle);
    // Light on the faces that fall to +v, −v, +u, −u.
    const flat = roof.shape === 'flat';
    const pitch = flat ? 0 : roof.pitchRad;
    const light = [
      slopeLight(-s, c, pitch),
      slopeLight(s, -c, pitch),
      slopeLight(c, s, pitch),
      slopeLight(-c, -s, pitch),
    ] as const;
    const near = canvas.mpp < 0.7;
    const material: Material = (ink, u, v, x, y) => {
      const toV = hy - Math.abs(v);
      const toU = hx - Math.abs(u);
      const end = roof.shape === 'hip' && toU < toV;
      let l = end ? (u > 0 ? light[2] : light[3]) : v > 0 ? light[0] : light[1];
      l *= 1 + roof.wear * fine.at(x, y) + 0.5 * roof.wear * leaf.at(x, y);
      if (near) {
        const rim = Math.min(toU, toV);
        if (rim < 0.28) l *= 0.78;
        if (flat && rim < 0.7 && rim > 0.28) l *= 1.14;
        if (!flat) {
          if (!end && Math.abs(v) < 0.22 && toU > (roof.shape === 'hip' ? hy : 0)) l *= 1.16;
          if (roof.shape === 'hip' && Math.abs(toU - toV) < 0.25) l *= 1.1;
          if (canvas.mpp < 0.3) l *= 1 + 0.05 * Math.sin((end ? u : v) * 2 * Math.PI * 2.4);
        }
        if (roof.panels && !end && v > 0.2 * hy && v < 0.85 * hy && Math.abs(u) < 0.55 * hx) {
          const grid = Math.abs(u * 0.95 - Math.round(u * 0.95)) < 0.06 ? 1.7 : 1;
          ink.r = 34 * grid;
          ink.g = 42 * grid;
          ink.b = 62 * grid;
          return;
        }
      }
      put(ink, roof.colour, l);
    };
    canvas.rect(place, material);
    if (near && !flat && roof.wear > 0.04) {
      const at = offset(place, 0.45 * hx, -0.25 * hy);
      canvas.rect({ ...at, angle: place.angle, hx: 0.45, hy: 0.4 }, [120, 92, 80]);
    }
  }
}

/** Something with a flat roof and plant on it: an office tower, a shed, a school. */
export class Block implements Feature {
  readonly layer: Layer;
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;

  constructor(
    private readonly place: Placed,
    private readonly style: {
      colour: Rgb;
      heightM: number;
      /** Period of roof ribs [m]; 0 for a smooth roof. */
      ribM: number;
      /** Roof boxes, in shares of the half sides. */
      plant: readonly { u: number; v: number; hu: number; hv: number; light: number }[];
      skylights: boolean;
    },
  ) {
    this.layer = style.heightM > 11 ? LAYER.tall : LAYER.low;
    const box = boxAround(
      place.x,
      place.y,
      Math.hypot(place.hx, place.hy) + style.heightM * SHADOW_PER_HEIGHT,
    );
    [this.minX, this.minY, this.maxX, this.maxY] = [box.minX, box.minY, box.maxX, box.maxY];
  }

  castShadow({ canvas }: Studio): void {
    canvas.shadeConvex(sweptBox(this.place, this.style.heightM), 0.95);
  }

  paint({ canvas, fine, mottle }: Studio): void {
    const { place, style } = this;
    const ribbed = style.ribM > 2.2 * canvas.mpp ? 0.07 : 0;
    const ridged = style.ribM > 0;
    canvas.rect(place, (ink, u, v, x, y) => {
      let l = 1 + 0.045 * fine.at(x, y) + 0.05 * mottle.at(x, y);
      const rim = Math.min(place.hx - Math.abs(u), place.hy - Math.abs(v));
      if (rim < 0.45) l *= 0.72;
      else if (rim < 1.1 && !ridged) l *= 1.12;
      if (ridged) {
        l *= v > 0 ? 0.95 : 1.05;
        if (ribbed) l *= 1 + ribbed * Math.sin((u * 2 * Math.PI) / style.ribM);
        if (style.skylights && Math.abs(Math.abs(v) - 0.5 * place.hy) < 0.7) {
          const bay = Math.abs(u / 6 - Math.round(u / 6));
          if (bay < 0.3) l *= 1.3;
        }
      }
      put(ink, style.colour, l);
    });
    if (canvas.mpp > 2.5) return;
    for (const box of style.plant) {
      const at = offset(place, box.u * place.hx, box.v * place.hy);
      const part: Placed = {
        ...at,
        angle: place.angle,
        hx: box.hu * place.hx,
        hy: box.hv * place.hy,
      };
      const drop = offset({ ...at, angle: 0 }, -SUN_X * 1.6, -SUN_Y * 1.6);
      canvas.rect({ ...part, ...drop }, tint(style.colour, 0.5));
      canvas.rect(part, tint(style.colour, box.light));
    }
  }
}

/** A round tank or silo. */
export class Tank implements Feature {
  readonly layer = LAYER.low;
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;

  constructor(
    private readonly x: number,
    private readonly y: number,
    private readonly radiusM: number,
    private readonly heightM: number,
  ) {
    const box = boxAround(x, y, radiusM + heightM * SHADOW_PER_HEIGHT);
    [this.minX, this.minY, this.maxX, this.maxY] = [box.minX, box.minY, box.maxX, box.maxY];
  }

  castShadow({ canvas }: Studio): void {
    const reach = this.heightM * SHADOW_PER_HEIGHT;
    for (let t = 0; t <= 1; t += 0.25) {
      canvas.shadeDisc(this.x - SUN_X * reach * t, this.y - SUN_Y * reach * t, this.radiusM, 0.8);
    }
  }

  paint({ canvas }: Studio): void {
    canvas.disc(this.x, this.y, this.radiusM, (ink, u, v) => {
      const rim = this.radiusM - Math.hypot(u, v);
      put(
        ink,
        [206, 205, 198],
        (rim < 0.6 ? 0.8 : 1) * (1 + (0.12 * (u * SUN_X + v * SUN_Y)) / this.radiusM),
      );
    });
  }
}
