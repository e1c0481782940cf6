/** Colour, 0 to 255 a channel. */
export type Rgb = readonly [r: number, g: number, b: number];

/** What a material writes: colour and opacity (0 to 1) of one pixel. */
export interface Ink {
  r: number;
  g: number;
  b: number;
  a: number;
}

/**
 * Colours a pixel of a shape. `u` and `v` are metres in the shape's own axes, `x` and `y` in the
 * scene. The ink comes in holding the previous pixel's colour, with a = 1.
 */
export type Material = (ink: Ink, u: number, v: number, x: number, y: number) => void;

/** Where a picture lies in the scene. */
export interface CanvasWindow {
  /** West and north edge in scene metres. */
  west: number;
  north: number;
  metresPerPixel: number;
  width: number;
  height: number;
}

/**
 * A picture being painted. Shapes are placed in scene metres and blended by the share of each
 * pixel that they cover, so that they stay right at any scale, also when smaller than a pixel.
 */
export class Canvas {
  readonly west: number;
  readonly north: number;
  readonly mpp: number;
  readonly width: number;
  readonly height: number;
  /** RGB, row-major. */
  readonly rgb: Float32Array;
  /** Share of each pixel that is open country, where fields may lie. */
  readonly open: Float32Array;
  /** Share of light taken away by the shadows collected so far. */
  private readonly shadow: Float32Array;
  private shadowed = false;
  private readonly ink: Ink = { r: 0, g: 0, b: 0, a: 1 };
  private i0 = 0;
  private i1 = 0;
  private j0 = 0;
  private j1 = 0;

  constructor(window: CanvasWindow) {
    this.west = window.west;
    this.north = window.north;
    this.mpp = window.metresPerPixel;
    this.width = window.width;
    this.height = window.height;
    this.rgb = new Float32Array(this.width * this.height * 3);
    this.open = new Float32Array(this.width * this.height);
    this.shadow = new Float32Array(this.width * this.height);
  }

  /** Sets the pixel range that a box touches; false if none. */
  private span(minX: number, minY: number, maxX: number, maxY: number): boolean {
    const p = this.mpp;
    this.i0 = Math.max(0, Math.floor((minX - this.west) / p - 0.5));
    this.i1 = Math.min(this.width - 1, Math.ceil((maxX - this.west) / p - 0.5));
    this.j0 = Math.max(0, Math.floor((this.north - maxY) / p - 0.5));
    this.j1 = Math.min(this.height - 1, Math.ceil((this.north - minY) / p - 0.5));
    return this.i0 <= this.i1 && this.j0 <= this.j1;
  }

  private blend(k: number, coverage: number): void {
    const { ink, rgb } = this;
    const a = coverage * ink.a;
    const q = 3 * k;
    rgb[q]! += (ink.r - rgb[q]!) * a;
    rgb[q + 1]! += (ink.g - rgb[q + 1]!) * a;
    rgb[q + 2]! += (ink.b - rgb[q + 2]!) * a;
  }

  private darken(k: number, coverage: number): void {
    this.shadow[k]! += coverage * (1 - this.shadow[k]!);
    this.shadowed = true;
  }

  private setInk(colour: Rgb | Material, u: number, v: number, x: number, y: number): void {
    const { ink } = this;
    ink.a = 1;
    if (typeof colour === 'function') colour(ink, u, v, x, y);
    else {
      ink.r = colour[0];
      ink.g = colour[1];
      ink.b = colour[2];
    }
  }

  /** Spreads something smaller than a pixel over the four nearest pixels, by area. */
  private dot(x: number, y: number, areaM2: number, mark: (k: number, c: number) => void): void {
    const p = this.mpp;
    const s = (x - this.west) / p - 0.5;
    const t = (this.north - y) / p - 0.5;
    const i = Math.floor(s);
    const j = Math.floor(t);
    const cover = Math.min(1, areaM2 / (p * p));
    for (let n = 0; n < 4; n++) {
      const ii = i + (n & 1);
      const jj = j + (n >> 1);
      if (ii < 0 || jj < 0 || ii >= this.width || jj >= this.height) continue;
      const c = (n & 1 ? s - i : 1 - s + i) * (n >> 1 ? t - j : 1 - t + j) * cover;
      if (c > 0) mark(jj * this.width + ii, c);
    }
  }

  private readonly markInk = (k: number, c: number): void => this.blend(k, c);
  private readonly markShadow = (k: number, c: number): void => this.darken(k, c);
  /** Blends only where the country is open. */
  private readonly markOpen = (k: number, c: number): void => this.blend(k, c * this.open[k]!);

  /** A rectangle with half sides `hx` along `angle` and `hy` across it. */
  rect(
    at: { x: number; y: number; angle: number; hx: number; hy: number; openOnly?: boolean },
    colour: Rgb | Material,
  ): void {
    const { x: cx, y: cy, angle, hx, hy } = at;
    const p = this.mpp;
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    const ex = Math.abs(cos) * hx + Math.abs(sin) * hy;
    const ey = Math.abs(sin) * hx + Math.abs(cos) * hy;
    if (!this.span(cx - ex - p, cy - ey - p, cx + ex + p, cy + ey + p)) return;
    const { i0, i1, j0, j1 } = this;
    const mark = at.openOnly ? this.markOpen : this.markInk;
    if (hx < 0.6 * p && hy < 0.6 * p) {
      this.setInk(colour, 0, 0.3 * hy, cx, cy);
      this.dot(cx, cy, 4 * hx * hy, mark);
      return;
    }
    const constant = typeof colour !== 'function';
    if (constant) this.setInk(colour, 0, 0, cx, cy);
    for (let j = j0; j <= j1; j++) {
      const y = this.north - (j + 0.5) * p;
      for (let i = i0; i <= i1; i++) {
        const x = this.west + (i + 0.5) * p;
        const dx = x - cx;
        const dy = y - cy;
        const u = dx * cos + dy * sin;
        const v = dy * cos - dx * sin;
        const a = Math.min(hx, u + 0.5 * p) - Math.max(-hx, u - 0.5 * p);
        if (a <= 0) continue;
        const b = Math.min(hy, v + 0.5 * p) - Math.max(-hy, v - 0.5 * p);
        if (b <= 0) continue;
        if (!constant) this.setInk(colour, u, v, x, y);
        mark(j * this.width + i, (a * b) / (p * p));
      }
    }
  }

  /** A straight stroke with flat ends drawn `overM` beyond its points. */
  stroke(
    ax: number,
    ay: number,
    bx: number,
    by: number,
    pen: { halfWidthM: number; overM?: number; openOnly?: boolean },
    colour: Rgb | Material,
  ): void {
    const length = Math.hypot(bx - ax, by - ay);
    this.rect(
      {
        x: (ax + bx) / 2,
        y: (ay + by) / 2,
        angle: Math.atan2(by - ay, bx - ax),
        hx: length / 2 + (pen.overM ?? 0),
        hy: pen.halfWidthM,
        openOnly: pen.openOnly,
      },
      colour,
    );
  }

  /** A disc; `ragged` gives the edge's offset as a share of the radius at a place. */
  disc(
    cx: number,
    cy: number,
    radius: number,
    colour: Rgb | Material,
    ragged?: (x: number, y: number) => number,
  ): void {
    const p = this.mpp;
    const reach = radius * (ragged ? 1.3 : 1) + p;
    if (!this.span(cx - reach, cy - reach, cx + reach, cy + reach)) return;
    if (radius < 0.9 * p) {
      this.setInk(colour, 0, 0, cx, cy);
      this.dot(cx, cy, Math.PI * radius * radius, this.markInk);
      return;
    }
    const { i0, i1, j0, j1 } = this;
    const constant = typeof colour !== 'function';
    if (constant) this.setInk(colour, 0, 0, cx, cy);
    for (let j = j0; j <= j1; j++) {
      const y = this.north - (j + 0.5) * p;
      const dy = y - cy;
      for (let i = i0; i <= i1; i++) {
        const x = this.west + (i + 0.5) * p;
        const dx = x - cx;
        const d = Math.sqrt(dx * dx + dy * dy);
        if (d > reach) continue;
        const edge = ragged ? radius * (1 + ragged(x, y)) : radius;
        const c = (edge - d) / p + 0.5;
        if (c <= 0) continue;
        if (!constant) this.setInk(colour, dx, dy, x, y);
        this.blend(j * this.width + i, c > 1 ? 1 : c);
      }
    }
  }

  /** A convex polygon, counter-clockwise. `u`, `v` of the material are 0. */
  convex(
    points: readonly (readonly [number, number])[],
    colour: Rgb | Material,
    openOnly = false,
  ): void {
    this.fillConvex(points, openOnly ? this.markOpen : this.markInk, colour);
  }

  /** The shadow of a convex outline that is already spread along the sun's direction. */
  shadeConvex(points: readonly (readonly [number, number])[], depth: number): void {
    this.fillConvex(points, (k, c) => this.darken(k, c * depth), null);
  }

  shadeDisc(cx: number, cy: number, radius: number, depth: number): void {
    const p = this.mpp;
    const reach = radius + p;
    if (!this.span(cx - reach, cy - reach, cx + reach, cy + reach)) return;
    if (radius < 0.9 * p) {
      this.dot(cx, cy, Math.PI * radius * radius * depth, this.markShadow);
      return;
    }
    const { i0, i1, j0, j1 } = this;
    for (let j = j0; j <= j1; j++) {
      const dy = this.north - (j + 0.5) * p - cy;
      for (let i = i0; i <= i1; i++) {
        const dx = this.west + (i + 0.5) * p - cx;
        const c = (radius - Math.sqrt(dx * dx + dy * dy)) / p + 0.5;
        if (c > 0) this.darken(j * this.width + i, (c > 1 ? 1 : c) * depth);
      }
    }
  }

  private fillConvex(
    points: readonly (readonly [number, number])[],
    mark: (k: number, c: number) => void,
    colour: Rgb | Material | null,
  ): void {
    const p = this.mpp;
    let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
    let twiceArea = 0;
    points.forEach(([x, y], n) => {
      minX = Math.min(minX, x);
      maxX = Math.max(maxX, x);
      minY = Math.min(minY, y);
      maxY = Math.max(maxY, y);
      const [nx, ny] = points[(n + 1) % points.length]!;
      twiceArea += x * ny - nx * y;
    });
    if (!this.span(minX - p, minY - p, maxX + p, maxY + p)) return;
    if (Math.max(maxX - minX, maxY - minY) < 1.2 * p) {
      const cx = (minX + maxX) / 2;
      const cy = (minY + maxY) / 2;
      if (colour) this.setInk(colour, 0, 0, cx, cy);
      this.dot(cx, cy, Math.abs(twiceArea) / 2, mark);
      return;
    }
    const { i0, i1, j0, j1 } = this;
    const sides = points.map(([x, y], n) => {
      const [nx, ny] = points[(n + 1) % points.length]!;
      const length = Math.hypot(nx - x, ny - y) || 1;
      return [(ny - y) / length, -(nx - x) / length, x, y] as const;
    });
    const constant = typeof colour !== 'function';
    if (constant && colour) this.setInk(colour, 0, 0, 0, 0);
    for (let j = j0; j <= j1; j++) {
      const y = this.north - (j + 0.5) * p;
      for (let i = i0; i <= i1; i++) {
        const x = this.west + (i + 0.5) * p;
        let c = 1;
        for (let n = 0; n < sides.length; n++) {
          const side = sides[n]!;
          const inside = 0.5 - ((x - side[2]) * side[0] + (y - side[3]) * side[1]) / p;
          if (inside < c) c = inside;
          if (c <= 0) break;
        }
        if (c <= 0) continue;
        if (!constant) this.setInk(colour as Material, 0, 0, x, y);
        mark(j * this.width + i, c);
      }
    }
  }

  /** Lays the collected shadows over the picture: darker and a little bluer, as skylight is. */
  applyShadows(): void {
    if (!this.shadowed) return;
    const { rgb, shadow } = this;
    for (let k = 0; k < shadow.length; k++) {
      const s = shadow[k]!;
      if (s === 0) continue;
      const q = 3 * k;
      rgb[q]! *= 1 - 0.63 * s;
      rgb[q + 1]! *= 1 - 0.59 * s;
      rgb[q + 2]! *= 1 - 0.48 * s;
      shadow[k] = 0;
    }
    this.shadowed = false;
  }
}
