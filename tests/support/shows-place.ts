import type { LngLat } from '../../src/site/lng-lat.ts';
import { squareAround, xyzBounds } from '../../src/site/mercator.ts';

/**
 * Whether a picture of a pyramid shows any of a square around a place: a server that has only these
 * leaves most of a site's ground unknown, and little to read.
 * @param sideM side of the square on the ground [m]
 */
export function showsPlace(at: LngLat, sideM: number) {
  const some = squareAround(at, sideM);
  return (z: number, x: number, y: number): boolean => {
    const { west, south, east, north } = xyzBounds({ z, x, y });
    return east >= some.west && west <= some.east && north >= some.south && south <= some.north;
  };
}
