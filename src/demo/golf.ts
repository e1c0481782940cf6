import type { Rgb } from './canvas.ts';
import { boxAround, LAYER } from './feature.ts';
import type { Feature, Studio } from './feature.ts';
import { BROADLEAF } from './palette.ts';
import { Random } from './random.ts';
import { curveThrough } from './shapes.ts';
import type { XY } from './shapes.ts';
import { House } from './buildings.ts';
import { Patch2D, Tree } from './things.ts';

/** A round patch with a wavering edge: green, tee, bunker, stretch of fairway. */
class Blob implements Feature {
  readonly layer: Feature['layer'];
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;

  constructor(
    private readonly x: number,
    private readonly y: number,
    private readonly radiusM: number,
    private readonly style: {
      colour: Rgb;
      waver: number;
      stripeM: number;
      angle: number;
      layer: Feature['layer'];
    },
  ) {
    this.layer = style.layer;
    const box = boxAround(x, y, 1.4 * radiusM);
    [this.minX, this.minY, this.maxX, this.maxY] = [box.minX, box.minY, box.maxX, box.maxY];
  }

  paint({ canvas, fine, patch }: Studio): void {
    const { colour, stripeM, angle, waver } = this.style;
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    const stripes = 0.045 * Math.max(0, 1 - (2.2 * canvas.mpp) / stripeM);
    canvas.disc(
      this.x,
      this.y,
      this.radiusM,
      (ink, _u, _v, x, y) => {
        const l =
          1 +
          0.025 * fine.at(x, y) +
          stripes * Math.sign(Math.sin(((y * c - x * s) * Math.PI) / stripeM));
        ink.r = colour[0] * l;
        ink.g = colour[1] * l;
        ink.b = colour[2] * l;
      },
      (x, y) => waver * Math.max(-1, Math.min(1, 0.8 * patch.at(1.6 * x, 1.6 * y))),
    );
  }
}

const HOLES: readonly (readonly XY[])[] = [
  [
    [330, -200],
    [560, -240],
    [820, -210],
  ],
  [
    [880, -260],
    [1050, -420],
    [1080, -640],
  ],
  [
    [1020, -760],
    [1080, -960],
    [1040, -1180],
  ],
  [
    [940, -1230],
    [740, -1160],
    [560, -1220],
  ],
  [
    [470, -1230],
    [330, -1060],
    [340, -860],
  ],
  [
    [350, -760],
    [310, -560],
    [330, -340],
  ],
  [
    [430, -330],
    [600, -400],
    [780, -350],
  ],
  [
    [880, -430],
    [850, -620],
    [900, -800],
  ],
  [
    [880, -900],
    [800, -1030],
    [640, -1030],
  ],
  [
    [550, -1080],
    [470, -900],
    [500, -720],
  ],
  [
    [520, -640],
    [490, -520],
    [560, -450],
  ],
  [
    [680, -520],
    [720, -680],
    [660, -880],
  ],
];

const FAIRWAY: Rgb = [106, 130, 66];
const GREEN: Rgb = [124, 148, 80];
const SAND: Rgb = [214, 200, 164];

/** The links: fairways, greens, tees, bunkers, a few trees and the club house. */
export function addGolf(into: Feature[]): void {
  const random = new Random(600);
  const blob = (
    x: number,
    y: number,
    r: number,
    colour: Rgb,
    more: Partial<{ waver: number; stripeM: number; angle: number; layer: Feature['layer'] }> = {},
  ): void => {
    into.push(
      new Blob(x, y, r, {
        colour,
        waver: 0.2,
        stripeM: 1000,
        angle: 0,
        layer: LAYER.plot,
        ...more,
      }),
    );
  };
  for (const hole of HOLES) {
    const line = curveThrough(hole, 14);
    const angle = Math.atan2(hole[2]![1] - hole[0]![1], hole[2]![0] - hole[0]![0]);
    line.forEach(([x, y], n) => {
      const t = n / (line.length - 1);
      if (t > 0.16 && t < 0.97)
        blob(x, y, 15 + 6 * Math.sin(6 * t), FAIRWAY, { stripeM: 7, angle });
    });
    const [gx, gy] = hole[2]!;
    blob(gx, gy, 19, FAIRWAY);
    blob(gx, gy, 12.5, GREEN, { stripeM: 3, angle, layer: LAYER.verge });
    for (let n = 0; n < 4; n++) {
      const turn = angle + random.between(-2.4, 2.4);
      const d = random.between(17, 25);
      blob(gx + Math.cos(turn) * d, gy + Math.sin(turn) * d, random.between(3.5, 6.5), SAND, {
        waver: 0.35,
        layer: LAYER.verge,
      });
    }
    const [mx, my] = hole[1]!;
    for (let n = 0; n < 2; n++)
      blob(
        mx + random.between(-30, 30),
        my + random.between(-30, 30),
        random.between(3.5, 6),
        SAND,
        { waver: 0.35, layer: LAYER.verge },
      );
    const [tx, ty] = hole[0]!;
    for (let n = 0; n < 3; n++) {
      into.push(
        new Patch2D(
          LAYER.plot,
          {
            x: tx + n * 14 * Math.cos(angle),
            y: ty + n * 14 * Math.sin(angle),
            angle,
            hx: 4.5,
            hy: 3.5,
          },
          [116, 140, 74],
          0.03,
        ),
      );
    }
  }
  // The club house, away from the site.
  into.push(
    new Patch2D(LAYER.plot, { x: 1000, y: -190, angle: 0, hx: 46, hy: 24 }, [128, 126, 122]),
  );
  into.push(
    new House(
      { x: 960, y: -232, angle: 0.1, hx: 20, hy: 9 },
      { shape: 'hip', colour: [118, 98, 86], pitchRad: 0.45, panels: false, wear: 0.05 },
      7,
    ),
  );
  for (let n = 0; n < 90; n++) {
    const x = random.between(560, 1160);
    const y = random.between(-1300, -330);
    if (
      HOLES.some((hole) =>
        curveThrough(hole, 6).some(([hx, hy]) => Math.hypot(hx - x, hy - y) < 30),
      )
    )
      continue;
    const r = random.between(1.6, 3.6);
    into.push(new Tree(x, y, r, 1.8 * r, random.pick(BROADLEAF)));
  }
}
