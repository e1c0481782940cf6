import type { Rgb } from './canvas.ts';
import { LAYER } from './feature.ts';
import type { Feature } from './feature.ts';
import { AIRPORT } from './layout.ts';
import { SHED_ROOFS } from './palette.ts';
import { Random } from './random.ts';
import type { ClearGround } from './roads.ts';
import { Block } from './buildings.ts';
import { offset, Patch2D } from './things.ts';
import { addCarPark } from './big-blocks.ts';
import type { CoverReader } from './land-cover.ts';

const TARMAC: Rgb = [104, 104, 106];
const CONCRETE: Rgb = [162, 159, 152];
const PAINT: Rgb = [218, 218, 214];

/** Runway with its markings, taxiways, apron with aircraft, hangars, terminal. */
export function addAirport(into: Feature[], clear: ClearGround, cover: CoverReader): void {
  const random = new Random(500);
  const frame = { x: AIRPORT.x, y: AIRPORT.y, angle: AIRPORT.angle };
  const put = (
    u: number,
    v: number,
    hx: number,
    hy: number,
    colour: Rgb,
    layer: Feature['layer'] = LAYER.pavement,
    turn = 0,
  ): void => {
    into.push(
      new Patch2D(
        layer,
        { ...offset(frame, u, v), angle: frame.angle + turn, hx, hy },
        colour,
        0.03,
      ),
    );
  };
  const half = AIRPORT.runwayM / 2;
  const w = AIRPORT.widthM / 2;
  clear.markRect({ ...frame, hx: AIRPORT.groundHalfLengthM, hy: AIRPORT.groundHalfWidthM });
  // Mown stripes beside the runway.
  for (let v = -200; v <= 200; v += 25) put(0, v, half + 120, 6.2, [134, 137, 86], LAYER.plot);
  put(0, 0, half + 60, w + 7, [120, 119, 116], LAYER.verge);
  put(0, 0, half, w, TARMAC);
  put(0, 0, half, w * 0.42, [96, 96, 98]);
  for (const end of [-1, 1]) {
    for (let n = -5; n <= 5; n++)
      if (n !== 0) put(end * (half - 22), n * 3.6, 15, 0.9, PAINT, LAYER.marking);
    for (const side of [-1, 1]) {
      put(end * (half - 330), side * 9, 25, 3, PAINT, LAYER.marking);
      for (let n = 0; n < 3; n++)
        put(end * (half - 170), side * (6 + 3 * n), 11, 0.9, PAINT, LAYER.marking);
      put(0, side * (w - 0.8), half, 0.45, PAINT, LAYER.marking);
    }
    put(end * (half - 62), 3, 7, 0.8, PAINT, LAYER.marking);
    put(end * (half - 62), -3, 7, 0.8, PAINT, LAYER.marking);
  }
  for (let u = -half + 90; u < half - 90; u += 50) put(u, 0, 15, 0.45, PAINT, LAYER.marking);
  // Parallel taxiway and its links.
  const taxi = 150;
  put(0, taxi, half, 11, [126, 124, 122]);
  put(0, taxi, half, 0.2, [196, 168, 70], LAYER.marking);
  for (const u of [-half + 12, -420, 260, half - 12])
    put(u, taxi / 2, 10, taxi / 2, [126, 124, 122]);
  // Apron, aircraft, buildings.
  put(-160, 232, 300, 62, CONCRETE);
  for (let u = -440; u < 130; u += 25) put(u, 232, 0.12, 62, [140, 137, 132], LAYER.marking);
  for (let n = 0; n < 9; n++) {
    addPlane(
      into,
      {
        ...offset(frame, -420 + n * 62 + random.between(-6, 6), 225),
        angle: frame.angle + Math.PI / 2,
      },
      n % 3 === 0 ? 30 : 13,
    );
  }
  const building = (u: number, v: number, hx: number, hy: number, heightM: number): void => {
    into.push(
      new Block(
        { ...offset(frame, u, v), angle: frame.angle, hx, hy },
        { colour: random.pick(SHED_ROOFS), heightM, ribM: 2, plant: [], skylights: false },
      ),
    );
  };
  building(-300, 310, 34, 16, 10);
  building(-215, 312, 34, 18, 10.5);
  building(-60, 312, 62, 15, 10);
  building(90, 306, 24, 16, 9);
  addCarPark(
    { ...offset(frame, -60, 372), angle: frame.angle, hx: 90, hy: 36 },
    { into, clear, random, cover },
  );
}

function addPlane(
  into: Feature[],
  at: { x: number; y: number; angle: number },
  lengthM: number,
): void {
  const part = (u: number, v: number, hx: number, hy: number, turn: number, colour: Rgb): void => {
    into.push(
      new Patch2D(
        LAYER.item,
        {
          ...offset(at, u * lengthM, v * lengthM),
          angle: at.angle + turn,
          hx: hx * lengthM,
          hy: hy * lengthM,
        },
        colour,
        0.01,
      ),
    );
  };
  for (const [dx, colour] of [
    [-0.07, [92, 91, 90]],
    [0, [232, 233, 234]],
  ] as const) {
    const c = colour as unknown as Rgb;
    part(dx, dx, 0.5, 0.055, 0, c);
    part(dx, 0.22 + dx, 0.25, 0.055, Math.PI / 2 + 0.35, c);
    part(dx, -0.22 + dx, 0.25, 0.055, Math.PI / 2 - 0.35, c);
    part(dx - 0.44, dx, 0.035, 0.17, 0, c);
  }
}
