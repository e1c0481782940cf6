import { hash2 } from './random.ts';

const SIZE = 256;
const MASK = SIZE - 1;

/** How a texture lies on the ground. */
export interface NoiseLay {
  /** Ground size of a texel across the grain [m]. */
  texelM: number;
  /** Texels are this many times longer along the grain. */
  stretch?: number;
  /** Direction of the grain, mathematical angle from east [rad]. */
  angle?: number;
}

/**
 * A repeating random texture with a mip pyramid: one look-up gives all octaves, already filtered
 * for the scale at which it is seen, so coarse and fine zooms agree. Mean 0, standard deviation 1.
 */
export class NoiseTexture {
  private readonly levels: Float32Array[];

  /** @param octaves lattice cells across the texture, coarse to fine, with their amplitudes */
  constructor(salt: number, octaves: readonly (readonly [cells: number, amplitude: number])[]) {
    const base = new Float32Array(SIZE * SIZE);
    octaves.forEach(([cells, amplitude], k) => addOctave(base, cells, amplitude, salt + 31 * k));
    normalise(base);
    this.levels = [base];
    for (let side = SIZE; side > 1; side >>= 1) {
      this.levels.push(halve(this.levels[this.levels.length - 1]!, side));
    }
  }

  /** A view of the texture for one picture scale. */
  lay({ texelM, stretch = 1, angle = 0 }: NoiseLay, metresPerPixel: number): NoiseSampler {
    const level = Math.round(Math.log2(Math.max(1, metresPerPixel / texelM)));
    const kept = Math.min(level, this.levels.length - 1);
    return new NoiseSampler(this.levels[kept]!, SIZE >> kept, texelM * 2 ** kept, stretch, angle);
  }
}

/** Bilinear look-up with smooth weights. */
export class NoiseSampler {
  private readonly ax: number;
  private readonly ay: number;
  private readonly bx: number;
  private readonly by: number;
  private readonly mask: number;

  constructor(
    private readonly data: Float32Array,
    private readonly side: number,
    texelM: number,
    stretch: number,
    angle: number,
  ) {
    this.mask = side - 1;
    this.ax = Math.cos(angle) / (texelM * stretch);
    this.ay = Math.sin(angle) / (texelM * stretch);
    this.bx = -Math.sin(angle) / texelM;
    this.by = Math.cos(angle) / texelM;
  }

  at(x: number, y: number): number {
    // The half texel keeps the mip levels in register with one another.
    const s = x * this.ax + y * this.ay - 0.5;
    const t = x * this.bx + y * this.by - 0.5;
    const i = Math.floor(s);
    const j = Math.floor(t);
    let f = s - i;
    let g = t - j;
    f = f * f * (3 - 2 * f);
    g = g * g * (3 - 2 * g);
    const i0 = i & this.mask;
    const i1 = (i + 1) & this.mask;
    const r0 = (j & this.mask) * this.side;
    const r1 = ((j + 1) & this.mask) * this.side;
    const d = this.data;
    const top = d[r0 + i0]! + (d[r0 + i1]! - d[r0 + i0]!) * f;
    const low = d[r1 + i0]! + (d[r1 + i1]! - d[r1 + i0]!) * f;
    return top + (low - top) * g;
  }
}

function addOctave(into: Float32Array, cells: number, amplitude: number, salt: number): void {
  const lattice = new Float32Array(cells * cells);
  for (let j = 0; j < cells; j++) {
    for (let i = 0; i < cells; i++) lattice[j * cells + i] = hash2(i, j, salt) - 0.5;
  }
  const step = cells / SIZE;
  for (let y = 0; y < SIZE; y++) {
    const t = y * step;
    const j0 = Math.floor(t);
    const g = smooth(t - j0);
    const r0 = (j0 % cells) * cells;
    const r1 = ((j0 + 1) % cells) * cells;
    for (let x = 0; x < SIZE; x++) {
      const s = x * step;
      const i0 = Math.floor(s);
      const f = smooth(s - i0);
      const i1 = (i0 + 1) % cells;
      const top = lattice[r0 + i0]! * (1 - f) + lattice[r0 + i1]! * f;
      const low = lattice[r1 + i0]! * (1 - f) + lattice[r1 + i1]! * f;
      into[y * SIZE + x]! += amplitude * (top * (1 - g) + low * g);
    }
  }
}

const smooth = (f: number): number => f * f * (3 - 2 * f);

function normalise(values: Float32Array): void {
  let sum = 0;
  let squares = 0;
  for (const v of values) {
    sum += v;
    squares += v * v;
  }
  const mean = sum / values.length;
  const scale = 1 / Math.sqrt(squares / values.length - mean * mean);
  for (let i = 0; i < values.length; i++) values[i] = (values[i]! - mean) * scale;
}

function halve(source: Float32Array, side: number): Float32Array {
  const half = side >> 1;
  const out = new Float32Array(half * half);
  for (let y = 0; y < half; y++) {
    for (let x = 0; x < half; x++) {
      const k = 2 * y * side + 2 * x;
      out[y * half + x] =
        0.25 * (source[k]! + source[k + 1]! + source[k + side]! + source[k + side + 1]!);
    }
  }
  return out;
}

const octaves = (from: number, fall: number): [number, number][] => {
  const list: [number, number][] = [];
  for (let cells = from, a = 1; cells <= MASK + 1; cells *= 2, a *= fall) list.push([cells, a]);
  return list;
};

/** Clouds: detail at every scale. */
export const fractal = new NoiseTexture(11, octaves(4, 0.55));
/** Grain: mostly the finest scale. */
export const grain = new NoiseTexture(23, octaves(32, 1));
/** Smooth blobs of one size (8 texels): for patches and bends. */
export const blobs = new NoiseTexture(37, octaves(32, 0.35));
