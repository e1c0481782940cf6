import type { Roughness } from '../../src/roughness/category.ts';
import type { ClassifiedArea } from '../../src/roughness/classified-area.ts';
import { fromLocal } from '../../src/site/geodesy.ts';
import type { LngLat } from '../../src/site/lng-lat.ts';

/** A place where nothing is special. */
export const SITE: LngLat = { lng: -71.2, lat: 41.5 };
export const FT = 0.3048;

export type Corner = readonly [eastM: number, northM: number];

/** Closed ring on the ground around a site, corners in metres east and north of it. */
export function ringAt(site: LngLat, corners: readonly Corner[]): LngLat[] {
  const ring = corners.map(([eastM, northM]) => fromLocal(site, { eastM, northM }));
  return [...ring, ring[0]!];
}

export function area(
  id: string,
  roughness: Roughness | null,
  rings: LngLat[][],
  more: Partial<ClassifiedArea> = {},
): ClassifiedArea {
  return {
    id,
    polygons: [rings],
    roughness,
    candidates: roughness ? [roughness] : ['B', 'C', 'D'],
    confidence: roughness ? 0.9 : 0,
    by: roughness ? 'model' : null,
    ...more,
  };
}

export interface Wedge {
  fromDeg?: number;
  toDeg?: number;
  innerM?: number;
  outerM?: number;
}

/**
 * Corners of a piece of a ring around the site. They lie on the very bearings of the rays, every
 * half degree from a quarter on, so that distances along the rays are the radii, exactly.
 */
export function wedgeCorners({
  fromDeg = 0,
  toDeg = 360,
  innerM = 0,
  outerM = 5000,
}: Wedge): Corner[] {
  const bearings = [fromDeg];
  for (let b = Math.ceil(fromDeg * 2) / 2 + 0.25; b < toDeg; b += 0.5) bearings.push(b);
  bearings.push(toDeg);
  const at = (deg: number, radiusM: number): Corner => {
    const angle = (deg * Math.PI) / 180;
    return [radiusM * Math.sin(angle), radiusM * Math.cos(angle)];
  };
  return [
    ...bearings.map((deg) => at(deg, outerM)),
    ...bearings.toReversed().map((deg) => at(deg, innerM)),
  ];
}

export const wedge = (id: string, roughness: Roughness | null, shape: Wedge = {}, site = SITE) =>
  area(id, roughness, [ringAt(site, wedgeCorners(shape))]);

/** Rings of ground around the site, from the site outward, lengths in feet. */
export function rings(
  segments: readonly { roughness: Roughness | null; lengthFt: number }[],
  site = SITE,
): ClassifiedArea[] {
  let innerM = 0;
  return segments.map(({ roughness, lengthFt }, i) => {
    const outerM = innerM + lengthFt * FT;
    const ring = wedge(`ring ${i}`, roughness, { innerM, outerM }, site);
    innerM = outerM;
    return ring;
  });
}
