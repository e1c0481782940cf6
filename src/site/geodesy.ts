import geographiclib from 'geographiclib-geodesic';
import type { LngLat } from './lng-lat.ts';

// The one file that knows the geodesic library: Karney's solution on WGS84, good to nanometres.
const { Geodesic } = geographiclib;
const wgs84 = Geodesic.WGS84;
const DIRECT = Geodesic.LATITUDE | Geodesic.LONGITUDE | Geodesic.LONG_UNROLL;
const INVERSE = Geodesic.DISTANCE | Geodesic.AZIMUTH;

/** A position relative to a site [m]: the geodesic's length, split by its bearing at the site. */
export interface LocalPoint {
  eastM: number;
  northM: number;
}

const radians = (deg: number): number => (deg * Math.PI) / 180;

/** Bearing within 0 ≤ b < 360 [°]. */
export function wrapBearing(bearingDeg: number): number {
  const wrapped = ((bearingDeg % 360) + 360) % 360;
  return wrapped === 360 ? 0 : wrapped;
}

/** Longitude within −180 ≤ lng < 180 [°]. */
export function wrapLng(lng: number): number {
  if (lng >= -180 && lng < 180) return lng;
  return wrapBearing(lng + 180) - 180;
}

/**
 * Place reached from `origin` along a geodesic of WGS84.
 * Its longitude is unwrapped: 179.99° and 500 m east gives 180.0°, not −180.0°.
 * @param bearingDeg at the origin, clockwise from true north [°]
 */
export function destination(origin: LngLat, bearingDeg: number, distanceM: number): LngLat {
  const { lat2, lon2 } = wgs84.Direct(origin.lat, origin.lng, bearingDeg, distanceM, DIRECT);
  return { lng: lon2 ?? NaN, lat: lat2 ?? NaN };
}

/** Length of the geodesic between two places [m]. */
export function distanceM(from: LngLat, to: LngLat): number {
  return wgs84.Inverse(from.lat, from.lng, to.lat, to.lng, Geodesic.DISTANCE).s12 ?? NaN;
}

/** Bearing of `to` as seen from `from` [°], 0 ≤ b < 360; 0 for the same place. */
export function initialBearingDeg(from: LngLat, to: LngLat): number {
  const { s12, azi1 } = wgs84.Inverse(from.lat, from.lng, to.lat, to.lng, INVERSE);
  return s12 === 0 ? 0 : wrapBearing(azi1 ?? NaN);
}

/**
 * Azimuthal equidistant frame around a site: bearings and distances from the site are exact, so
 * sectors and rays are straight lines from the origin.
 */
export function toLocal(site: LngLat, place: LngLat): LocalPoint {
  const inverse = wgs84.Inverse(site.lat, site.lng, place.lat, place.lng, INVERSE);
  const lengthM = inverse.s12 ?? NaN;
  if (lengthM === 0) return { eastM: 0, northM: 0 };
  const bearing = radians(inverse.azi1 ?? NaN);
  return { eastM: lengthM * Math.sin(bearing), northM: lengthM * Math.cos(bearing) };
}

/** Inverse of {@link toLocal}; the longitude is unwrapped around the site's. */
export function fromLocal(site: LngLat, { eastM, northM }: LocalPoint): LngLat {
  const lengthM = Math.hypot(eastM, northM);
  if (lengthM === 0) return { ...site };
  return destination(site, (Math.atan2(eastM, northM) * 180) / Math.PI, lengthM);
}
