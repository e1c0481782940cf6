import type { Ink, Material, Rgb } from './canvas.ts';
import { boxAround, LAYER } from './feature.ts';
import type { Feature, Layer, Studio } from './feature.ts';
import { SHADOW_PER_HEIGHT, slopeLight, SUN_X, SUN_Y } from './sun.ts';

const tint = ([r, g, b]: Rgb, light: number): Rgb => [r * light, g * light, b * light];

function put(ink: Ink, [r, g, b]: Rgb, light: number): void {
  ink.r = r * light;
  ink.g = g * light;
  ink.b = b * light;
}

/** A place with a direction and half sides along and across it [m, rad]. */
export interface Placed {
  x: number;
  y: number;
  angle: number;
  hx: number;
  hy: number;
}

/** Shifts a place in its own axes. */
export function offset(
  at: { x: number; y: number; angle: number },
  u: number,
  v: number,
): { x: number; y: number } {
  const c = Math.cos(at.angle);
  const s = Math.sin(at.angle);
  return { x: at.x + u * c - v * s, y: at.y + u * s + v * c };
}

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

/** A flat rectangle of one colour, slightly mottled: a lawn, a yard, a drive, a pool. */
export class Patch2D implements Feature {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;

  constructor(
    readonly layer: Layer,
    private readonly place: Placed,
    private readonly colour: Rgb,
    private readonly roughness = 0.05,
  ) {
    const box = boxAround(place.x, place.y, Math.hypot(place.hx, place.hy));
    [this.minX, this.minY, this.maxX, this.maxY] = [box.minX, box.minY, box.maxX, box.maxY];
  }

  paint({ canvas, fine, mottle }: Studio): void {
    if (canvas.mpp > 3) return canvas.rect(this.place, this.colour);
    canvas.rect(this.place, (ink, _u, _v, x, y) => {
      put(ink, this.colour, 1 + this.roughness * (fine.at(x, y) + 0.7 * mottle.at(x, y)));
    });
  }
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

/** A parked or driving car, or a lorry. */
export class Car implements Feature {
  readonly layer = LAYER.item;
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;

  constructor(
    private readonly x: number,
    private readonly y: number,
    private readonly angle: number,
    private readonly colour: Rgb,
    private readonly lengthM = 4.4,
  ) {
    const box = boxAround(x, y, lengthM);
    [this.minX, this.minY, this.maxX, this.maxY] = [box.minX, box.minY, box.maxX, box.maxY];
  }

  paint({ canvas }: Studio): void {
    if (canvas.mpp > 4) return;
    const { x, y, angle } = this;
    const hx = this.lengthM / 2;
    const hy = this.lengthM > 6 ? 1.25 : 0.9;
    const drop = this.lengthM > 6 ? 1.6 : 0.7;
    canvas.rect(
      { x: x - SUN_X * drop, y: y - SUN_Y * drop, angle, hx: hx + 0.2, hy: hy + 0.15 },
      [44, 45, 48],
    );
    if (canvas.mpp > 0.8) return canvas.rect({ x, y, angle, hx, hy }, this.colour);
    canvas.rect({ x, y, angle, hx, hy }, (ink, u, v) => {
      const glass =
        this.lengthM < 6
          ? (u > 0.3 && u < 1.0 && Math.abs(v) < 0.75) ||
            (u < -1.35 && u > -1.8 && Math.abs(v) < 0.7)
          : u > hx - 0.9 && u < hx - 0.3;
      if (glass) put(ink, [38, 44, 52], 1);
      else put(ink, this.colour, Math.abs(v) > hy - 0.2 ? 0.8 : u > 1 ? 0.94 : 1.05);
    });
  }
}

/** Leafy or needle crown seen from above, lit from the sun's side. */
export class Tree implements Feature {
  readonly layer = LAYER.crown;
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;

  constructor(
    private readonly x: number,
    private readonly y: number,
    private readonly radiusM: number,
    private readonly heightM: number,
    private readonly colour: Rgb,
    private readonly conifer = false,
  ) {
    const box = boxAround(x, y, 1.3 * radiusM + heightM * SHADOW_PER_HEIGHT);
    [this.minX, this.minY, this.maxX, this.maxY] = [box.minX, box.minY, box.maxX, box.maxY];
  }

  castShadow({ canvas }: Studio): void {
    castCrownShadow(canvas, this.x, this.y, this.radiusM, this.heightM);
  }

  paint(studio: Studio): void {
    paintCrown(studio, this.x, this.y, this.radiusM, this.colour, this.conifer);
  }
}

export function castCrownShadow(
  canvas: Studio['canvas'],
  x: number,
  y: number,
  radiusM: number,
  heightM: number,
): void {
  const reach = Math.max(0, heightM - radiusM) * SHADOW_PER_HEIGHT;
  canvas.shadeDisc(x - 0.5 * reach * SUN_X, y - 0.5 * reach * SUN_Y, 0.8 * radiusM, 0.6);
  canvas.shadeDisc(x - reach * SUN_X, y - reach * SUN_Y, radiusM, 0.85);
}

export function paintCrown(
  { canvas, leaf, fine }: Studio,
  x: number,
  y: number,
  radiusM: number,
  colour: Rgb,
  conifer: boolean,
): void {
  if (radiusM < 0.9 * canvas.mpp) return canvas.disc(x, y, radiusM, colour);
  const k = 1 / radiusM;
  const bulge = conifer ? 0.75 : 0.5;
  const material: Material = (ink, u, v, px, py) => {
    const d = Math.sqrt(u * u + v * v) * k;
    const towards = (u * SUN_X + v * SUN_Y) * k;
    const speck = conifer ? 0.12 * leaf.at(px, py) : 0.13 * leaf.at(px, py) + 0.1 * fine.at(px, py);
    const top = conifer ? 0.25 * (1 - d) - 0.06 : 0.12 * (1 - d * d) - 0.06;
    put(ink, colour, Math.max(0.35, 1 + bulge * towards + top + speck));
  };
  if (canvas.mpp > 1.4) canvas.disc(x, y, radiusM, material);
  else canvas.disc(x, y, radiusM, material, (px, py) => 0.13 * leaf.at(px, py) - 0.02);
}
