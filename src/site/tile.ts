import type { LngLat } from './lng-lat.ts';

/** One square of ground around the site, `sizeM` metres a side, axes east and north. */
export interface Tile {
  /** Stable name: grid offsets from the site tile, such as `e0n0`, `e-2n3`. */
  id: string;
  centre: LngLat;
  sizeM: number;
  /** Offset of the centre from the site [m]. */
  eastM: number;
  northM: number;
  /** 0 for the site's own tile, then the Chebyshev ring. */
  ring: number;
  /** Closed ring of five corners, counter-clockwise from the south-west, unwrapped at ±180°. */
  footprint: LngLat[];
}
