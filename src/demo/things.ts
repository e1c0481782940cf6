import type { Ink, Material, Rgb } from './canvas.ts';
import { boxAround, LAYER } from './feature.ts';
import type { Feature, Layer, Studio } from './feature.ts';
import { SHADOW_PER_HEIGHT, SUN_X, SUN_Y } from './sun.ts';

/** Sets the ink to a colour at a brightness. */
export function put(ink: Ink, [r, g, b]: Rgb, light: number): void {
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
