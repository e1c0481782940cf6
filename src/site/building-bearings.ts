import { wrapBearing } from './geodesy.ts';
import { buildingNormals } from './sectors.ts';

/** Wind directions that a building adds to the eight. */
export interface BuildingBearings {
  /** Bearing that one face looks to, 0 to below 90 [°]; its other three follow. Null for none. */
  facingDeg: number | null;
  /** Any others, such as the faces of a wing [°]. */
  bearingsDeg: readonly number[];
}

/** A tenth of a degree is finer than anyone measures a facade. */
const tenth = (deg: number): number => (Math.round(wrapBearing(deg) * 10) % 3600) / 10;

/** The four faces of a rectangular building look the same way after a quarter turn. */
export const quarterTurn = (deg: number): number => (Math.round(wrapBearing(deg) * 10) % 900) / 10;

/** All bearings to judge beside the eight, faces first, each once. */
export function bearingsOf({ facingDeg, bearingsDeg }: BuildingBearings): number[] {
  const faces = facingDeg === null ? [] : buildingNormals(quarterTurn(facingDeg));
  return [...new Set([...faces.map(({ bearingDeg }) => bearingDeg), ...bearingsDeg.map(tenth)])];
}

/** The building that a list of bearings belongs to: the way back from {@link bearingsOf}. */
export function buildingOf(bearings: readonly number[]): BuildingBearings {
  const [first] = bearings;
  if (first !== undefined && first < 90) {
    const faces = bearingsOf({ facingDeg: first, bearingsDeg: [] });
    if (faces.every((deg, i) => bearings[i] === deg)) {
      return { facingDeg: first, bearingsDeg: bearings.slice(4) };
    }
  }
  return { facingDeg: null, bearingsDeg: bearings };
}
