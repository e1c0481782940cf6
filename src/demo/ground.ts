import type { Canvas } from './canvas.ts';
import { ClearingReader, CoverReader } from './land-cover.ts';
import type { Cover } from './land-cover.ts';
import { blobs, fractal, grain } from './noise.ts';
import type { NoiseSampler } from './noise.ts';

/** 0 below `from`, 1 above `to`, smooth between. */
export function ramp(from: number, to: number, value: number): number {
  const t = (value - from) / (to - from);
  return t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t);
}

const SWELL_ANGLE = 0.72;
const SWELL_M = 74;

/** The textures of bare ground and water, filtered for one scale. */
class GroundTextures {
  readonly wide: NoiseSampler;
  readonly wide2: NoiseSampler;
  readonly middle: NoiseSampler;
  readonly middle2: NoiseSampler;
  readonly patch: NoiseSampler;
  readonly fine: NoiseSampler;
  readonly speck: NoiseSampler;
  readonly streak: NoiseSampler;
  readonly chop: NoiseSampler;
  readonly ripple: NoiseSampler;
  readonly crest: NoiseSampler;
  readonly creek: NoiseSampler;
  readonly bare: NoiseSampler;
  readonly tussock: NoiseSampler;

  constructor(mpp: number) {
    this.wide = fractal.lay({ texelM: 23, angle: 0.3 }, mpp);
    this.wide2 = fractal.lay({ texelM: 17, angle: 1.14 }, mpp);
    this.middle2 = fractal.lay({ texelM: 3.7, angle: 0.25 }, mpp);
    this.middle = fractal.lay({ texelM: 2.3, angle: 0.9 }, mpp);
    this.patch = blobs.lay({ texelM: 3.1, angle: 0.2 }, mpp);
    this.fine = fractal.lay({ texelM: 0.31, angle: 1.3 }, mpp);
    this.speck = grain.lay({ texelM: 0.4, angle: 0.6 }, mpp);
    this.streak = fractal.lay({ texelM: 5, stretch: 7, angle: 0.55 }, mpp);
    this.chop = grain.lay(
      { texelM: 0.9, stretch: 2.6, angle: SWELL_ANGLE + Math.PI / 2 + 0.25 },
      mpp,
    );
    this.ripple = grain.lay(
      { texelM: 3.4, stretch: 3, angle: SWELL_ANGLE + Math.PI / 2 - 0.1 },
      mpp,
    );
    this.crest = fractal.lay({ texelM: 1.1, angle: 0.1 }, mpp);
    this.creek = blobs.lay({ texelM: 9, angle: 0.5 }, mpp);
    this.tussock = grain.lay({ texelM: 1.15, angle: 1.0 }, mpp);
    this.bare = blobs.lay({ texelM: 4.3, angle: 1.9 }, mpp);
  }
}

/**
 * Paints everything that has no outline of its own: water, shore, flats, grass, forest floor and
 * the bare ground of the town; and notes where the country is open.
 */
export function paintGround(canvas: Canvas): void {
  const mpp = canvas.mpp;
  const reader = new CoverReader(mpp, canvas);
  const clearings = new ClearingReader(mpp);
  const tex = new GroundTextures(mpp);
  const edge = Math.max(0.5, 0.6 * mpp);
  const out = { r: 0, g: 0, b: 0 };
  const mix = (r: number, g: number, b: number, t: number): void => {
    out.r += (r - out.r) * t;
    out.g += (g - out.g) * t;
    out.b += (b - out.b) * t;
  };
  for (let j = 0; j < canvas.height; j++) {
    const y = canvas.north - (j + 0.5) * mpp;
    for (let i = 0; i < canvas.width; i++) {
      const x = canvas.west + (i + 0.5) * mpp;
      const c = reader.at(x, y);
      const k = j * canvas.width + i;
      const wetland = ramp(-edge, edge, Math.max(-c.shore, c.river));
      let open = 0;
      if (wetland < 1) {
        open = land(c, x, y);
      }
      if (wetland > 0) {
        const { r, g, b } = out;
        sea(c, x, y);
        mix(r, g, b, 1 - wetland);
        open *= 1 - wetland;
      }
      canvas.open[k] = open;
      const q = 3 * k;
      canvas.rgb[q] = out.r;
      canvas.rgb[q + 1] = out.g;
      canvas.rgb[q + 2] = out.b;
    }
  }

  function land(c: Cover, x: number, y: number): number {
    // Two turned layers each: one alone shows the lattice it is made on.
    const wide = 0.7 * (tex.wide.at(x, y) + tex.wide2.at(x, y));
    const middle = 0.7 * (tex.middle.at(x, y) + tex.middle2.at(x, y));
    const fine = tex.fine.at(x, y);
    // Rough grass, greener in hollows, straw-coloured on dry ground.
    const dry = ramp(-1.6, 1.8, wide + 0.5 * middle);
    out.r = 100 + 42 * dry;
    out.g = 108 + 20 * dry;
    out.b = 66 + 24 * dry;
    const speck = tex.speck.at(x, y);
    const tussock = tex.tussock.at(x, y);
    const light = 1 + 0.04 * middle + 0.05 * fine + 0.055 * speck + 0.05 * tussock;
    out.r *= light;
    out.g *= light;
    out.b *= light;
    let open = 1;
    const heath = ramp(-6, 6, c.heath);
    if (heath > 0) {
      const tuft = ramp(-0.7, 1.6, 0.7 * middle + 0.5 * fine + 0.6 * tussock);
      const scrub = ramp(0.5, 1.5, tex.creek.at(x, y) + 0.35 * middle);
      const bare = ramp(1.1, 1.7, tex.bare.at(x, y) + 0.3 * middle) * (1 - scrub);
      mix(
        (136 - 38 * tuft) * light,
        (126 - 24 * tuft) * light,
        (86 - 22 * tuft) * light,
        0.8 * heath,
      );
      mix(
        (84 + 12 * fine) * light,
        (90 + 12 * fine) * light,
        (58 + 8 * fine) * light,
        0.8 * scrub * heath,
      );
      mix(168 * light, 154 * light, 120 * light, 0.7 * bare * heath);
      open = 1 - heath;
    }
    const airport = ramp(-edge, edge, c.airport);
    if (airport > 0) {
      mix(126 * light, 128 * light, 82 * light, airport);
      open *= 1 - airport;
    }
    const golf = ramp(-edge, edge, c.golf);
    if (golf > 0) {
      const l = 0.45 + 0.55 * light + 0.03 * fine;
      mix((112 + 9 * dry) * l, (118 + 3 * dry) * l, 71 * l, golf);
      open *= 1 - golf;
    }
    const town = ramp(-edge, edge, c.town + 3);
    if (town > 0) {
      const green = ramp(-0.9, 0.9, tex.patch.at(x, y) + 0.4 * fine);
      mix(128 - 30 * green, 122 - 12 * green, 104 - 36 * green, town);
      open *= 1 - town;
      const park = ramp(-edge, edge, c.park);
      if (park > 0) {
        mix(100 * light, 114 * light, 66 * light, park);
      }
    }
    const forest = ramp(-3, 5, c.forest) * (1 - ramp(-4, 6, clearings.at(x, y)));
    if (c.forest > -5) {
      const l = 1 + 0.16 * fine + 0.1 * middle;
      mix(46 * l, 52 * l, 32 * l, 0.92 * forest);
      open *= 1 - ramp(-3, 3, c.forest);
    }
    // Dunes, dry sand, wet sand, by distance from the water.
    const shore = c.shore;
    if (shore < c.beach + 40) {
      const dune = 1 - ramp(c.beach + 2, c.beach + 34 + 6 * middle, shore);
      if (c.town < 8) {
        const tufts = ramp(-0.5, 1.1, fine + 0.7 * tex.patch.at(x, y));
        mix(182 - 66 * tufts, 169 - 52 * tufts, 128 - 52 * tufts, dune);
      }
      open *= 1 - dune;
      const sand = 1 - ramp(c.beach - edge - 1.5, c.beach + edge, shore + 1.2 * fine);
      if (sand > 0) {
        const l = 1 + 0.025 * fine + 0.02 * middle + 0.02 * speck;
        const wet = 1 - ramp(6, 20 + 3 * middle, shore);
        mix((206 - 62 * wet) * l, (189 - 60 * wet) * l, (152 - 46 * wet) * l, sand);
        const wrack =
          Math.exp(-(((shore - 25 - 2 * middle) / 1.1) ** 2)) * ramp(0, 1.5, fine + middle);
        mix(96, 84, 62, 0.5 * wrack * sand);
      }
    }
    const bank = ramp(-9, -1, c.river);
    if (bank > 0) mix(104, 98, 74, 0.8 * bank);
    const mud = ramp(-edge - 1, edge + 1, c.mud);
    if (mud > 0) {
      const marsh = 1 - ramp(14, 34, c.mud + 8 * fine);
      const l = 1 + 0.05 * middle + 0.03 * fine;
      const gleam = ramp(0.3, 2, wide + middle);
      mix((116 + 20 * gleam) * l, (106 + 20 * gleam) * l, (88 + 22 * gleam) * l, mud);
      mix((92 + 10 * fine) * l, (100 + 8 * fine) * l, (64 + 6 * fine) * l, mud * marsh * 0.8);
      const creek =
        1 -
        ramp(
          0.0,
          0.035 + 0.004 * mpp + 0.1 * ramp(60, 260, c.mud),
          Math.min(
            Math.abs(tex.creek.at(x, y) + 0.12 * middle),
            0.015 + 1.4 * Math.abs(tex.bare.at(x, y) + 0.2 * middle),
          ),
        );
      mix(70, 84, 84, 0.85 * creek * mud * (1 - marsh * 0.4));
      open *= 1 - mud;
    }
    return open;
  }

  function sea(c: Cover, x: number, y: number): void {
    const outM = Math.max(0, -c.shore);
    const inRiver = c.shore > 0 ? 1 : ramp(-40, 40, c.river) * (1 - ramp(100, 700, outM));
    const wide = tex.wide.at(x, y);
    const streak = tex.streak.at(x, y);
    const chop = tex.chop.at(x, y);
    const ripple = tex.ripple.at(x, y);
    const bar = Math.exp(-(((outM - 150 - 22 * wide) / 38) ** 2));
    const depth = 1 - Math.exp(-(outM * (1 + 0.12 * wide) + 6) / 340);
    const shallow = Math.exp(-outM / 60) * 0.75 + 0.22 * bar;
    out.r = 74 - 42 * depth + 46 * shallow;
    out.g = 112 - 46 * depth + 28 * shallow;
    out.b = 116 - 28 * depth + 6 * shallow;
    if (inRiver > 0) mix(82 + 3 * streak, 92 + 3 * streak, 80 + 3 * streak, 0.85 * inRiver);
    // Swell: crests turn towards the shore as the water shoals.
    const turn = ramp(420, 40, outM);
    const along = x * Math.cos(SWELL_ANGLE) + y * Math.sin(SWELL_ANGLE);
    const stretchM = SWELL_M * (1 - 0.35 * turn);
    const phase =
      ((1 - turn) * along + turn * (c.shore * 1.2 + 240) + 13 * wide + 5 * ripple) / stretchM;
    const seen = Math.max(0, 1 - (3 * mpp) / SWELL_M) * (1 - inRiver);
    const swell = Math.sin(2 * Math.PI * phase) * seen;
    const light =
      1 +
      0.055 * swell * (0.7 + 0.3 * streak) +
      (0.05 * chop + 0.045 * ripple) * (1 - 0.5 * inRiver) +
      0.03 * streak;
    out.r *= light;
    out.g *= light;
    out.b *= light;
    out.r += 3 * streak * depth;
    out.g += 3 * streak * depth;
    out.b += 2.5 * streak * depth;
    if (inRiver > 0.9) return;
    const calm = 1 - inRiver;
    const crest = tex.crest.at(x, y);
    // White caps on open water.
    const cap = ramp(1.9, 2.7, chop * 0.9 + 0.35 * streak + 0.5 * crest) * depth * 0.55 * calm;
    mix(205, 214, 216, cap);
    // Breakers: broken lines of foam that follow the shore.
    if (outM < 210) {
      const surf = (1 - ramp(110 + 30 * wide, 205, outM)) * calm;
      const wave = phase * 1.55 - Math.floor(phase * 1.55);
      const front = ramp(0.0, 0.05, wave) * (1 - ramp(0.06, 0.34, wave));
      const torn = ramp(
        -0.5,
        1.2,
        0.8 * crest + 0.9 * tex.patch.at(x, y) + 0.5 * wide + 0.8 * (1 - outM / 150),
      );
      mix(232, 236, 234, 0.9 * front * torn * surf);
      const lace = ramp(0.2, 1.6, crest + 0.6 * chop) * (1 - ramp(20, 120, outM)) * surf;
      mix(214, 222, 218, 0.5 * lace);
      const swash = 1 - ramp(1, Math.max(2, 6 + 3 * crest), outM);
      mix(226, 228, 222, 0.75 * swash * calm);
    }
  }
}
