import type { Rgb } from './canvas.ts';
import { LAYER } from './feature.ts';
import type { Feature, Studio } from './feature.ts';
import { BROADLEAF } from './palette.ts';
import { hash2 } from './random.ts';
import type { XY } from './shapes.ts';
import { castCrownShadow, paintCrown } from './things.ts';

/** A field: crop rows, tramlines, headland, and patches where it grows better. */
export class Field implements Feature {
  readonly layer = LAYER.field;
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;

  constructor(
    private readonly corners: readonly XY[],
    private readonly crop: {
      colour: Rgb;
      rowM: number;
      rowDepth: number;
      tramM: number;
      angle: number;
      patchy: number;
    },
  ) {
    this.minX = Math.min(...corners.map((c) => c[0]));
    this.maxX = Math.max(...corners.map((c) => c[0]));
    this.minY = Math.min(...corners.map((c) => c[1]));
    this.maxY = Math.max(...corners.map((c) => c[1]));
  }

  paint({ canvas, mottle, patch, fine }: Studio): void {
    const { colour, rowM, rowDepth, tramM, angle, patchy } = this.crop;
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    const rows = rowDepth * Math.max(0, 1 - (2.6 * canvas.mpp) / rowM);
    const swath = 0.045 * Math.max(0, 1 - (2.5 * canvas.mpp) / tramM);
    const tram = tramM > 0 ? Math.max(0, 1 - canvas.mpp / 3.2) : 0;
    const wheelWidth = Math.max(0.35, canvas.mpp * 0.5);
    canvas.convex(
      this.corners,
      (ink, _u, _v, x, y) => {
        const across = y * c - x * s;
        let l =
          1 +
          patchy * mottle.at(x * 0.25, y * 0.25) +
          0.02 * fine.at(x, y) +
          0.025 * patch.at(x, y);
        if (rows > 0)
          l *= 1 + rows * Math.sin((across * 2 * Math.PI) / rowM + 0.5 * patch.at(x, y));
        if (swath > 0) l *= 1 + swath * Math.sign(Math.sin((across * Math.PI) / tramM));
        if (tram > 0) {
          const t = across / tramM - Math.floor(across / tramM);
          const d = Math.min(Math.abs(t * tramM - 1), Math.abs(t * tramM - 2.8));
          if (d < wheelWidth) l *= 1 - 0.16 * tram * Math.min(1, 0.35 / wheelWidth + 0.3);
        }
        ink.r = colour[0] * l;
        ink.g = colour[1] * l;
        ink.b = colour[2] * l;
      },
      true,
    );
  }
}

/** A row of bushes and trees along a field edge, grown anew from its seed wherever it is seen. */
export class Hedge implements Feature {
  readonly layer = LAYER.crown;
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;

  constructor(
    private readonly a: XY,
    private readonly b: XY,
    private readonly salt: number,
    private readonly keep: (x: number, y: number) => boolean,
    private readonly treeShare: number,
  ) {
    this.minX = Math.min(a[0], b[0]) - 16;
    this.maxX = Math.max(a[0], b[0]) + 16;
    this.minY = Math.min(a[1], b[1]) - 16;
    this.maxY = Math.max(a[1], b[1]) + 16;
  }

  private eachBush(
    canvas: Studio['canvas'],
    grow: (x: number, y: number, r: number, tall: boolean, n: number) => void,
  ): void {
    const { a, b, salt } = this;
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    const count = Math.floor(length / 2.6);
    const reach = 22;
    const east = canvas.west + canvas.width * canvas.mpp + reach;
    const south = canvas.north - canvas.height * canvas.mpp - reach;
    for (let n = 0; n < count; n++) {
      const t = (n + hash2(n, 1, salt)) / count;
      const x = a[0] + (b[0] - a[0]) * t + 1.6 * (hash2(n, 2, salt) - 0.5);
      const y = a[1] + (b[1] - a[1]) * t + 1.6 * (hash2(n, 3, salt) - 0.5);
      if (x < canvas.west - reach || x > east || y > canvas.north + reach || y < south) continue;
      if (hash2(n >> 4, 4, salt) < 0.16 || !this.keep(x, y)) continue;
      const tall = hash2(n, 5, salt) < this.treeShare;
      const r = tall ? 2.4 + 2.2 * hash2(n, 6, salt) : 1 + 0.9 * hash2(n, 6, salt);
      grow(x, y, r, tall, n);
    }
  }

  castShadow({ canvas }: Studio): void {
    this.eachBush(canvas, (x, y, r, tall) =>
      castCrownShadow(canvas, x, y, r, tall ? 2.2 * r : 1.6 * r),
    );
  }

  paint(studio: Studio): void {
    this.eachBush(studio.canvas, (x, y, r, tall, n) => {
      const colour = BROADLEAF[Math.floor(hash2(n, 7, this.salt) * BROADLEAF.length)]!;
      paintCrown(
        studio,
        x,
        y,
        r,
        tall ? colour : [colour[0] * 0.95, colour[1] * 0.95, colour[2]],
        false,
      );
    });
  }
}
