import type { Feature } from './feature.ts';
import type { CoverReader } from './land-cover.ts';
import type { Random } from './random.ts';
import type { ClearGround } from './roads.ts';
import { offset } from './things.ts';
import type { Placed } from './things.ts';

/** What the builders of the town share. */
export interface TownSite {
  into: Feature[];
  clear: ClearGround;
  random: Random;
  cover: CoverReader;
}

/** A block in its own axes, turned into scene places. */
export interface BlockFrame {
  /** Scene place and direction of a point of the block's street grid. */
  place(u: number, v: number): { x: number; y: number; angle: number };
  u0: number;
  v0: number;
  widthM: number;
  depthM: number;
}

/** True where building is allowed. */
export type Inside = (x: number, y: number) => boolean;

/** True if all corners of a plot may be built on. */
export function cornersInside(lot: Placed, inside: Inside): boolean {
  for (const u of [-1, 1]) {
    for (const v of [-1, 1]) {
      const p = offset(lot, u * lot.hx, v * lot.hy);
      if (!inside(p.x, p.y)) return false;
    }
  }
  return true;
}
