import type { LngLat } from './lng-lat.ts';

/** WGS84 semi-major axis [m]; the sphere of EPSG:3857 has it as radius. */
export const EARTH_RADIUS_M = 6378137;
/** Width of the EPSG:3857 world [m]. */
export const WORLD_M = 2 * Math.PI * EARTH_RADIUS_M;
/** Latitude at which the square EPSG:3857 world ends [°]. */
export const MAX_MERCATOR_LAT = 85.0511287798066;

/** A position on the EPSG:3857 plane [m]; `x` beyond ±20037508 is a further copy of the world. */
export interface MercatorPoint {
  x: number;
  y: number;
}

/** A rectangle on the EPSG:3857 plane [m]. */
export interface MercatorRect {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** Address of one picture of an XYZ pyramid; `x` may lie outside 0…2^z−1 before wrapping. */
export interface XyzAddress {
  z: number;
  x: number;
  y: number;
}

const radians = (deg: number): number => (deg * Math.PI) / 180;
const degrees = (rad: number): number => (rad * 180) / Math.PI;

/**
 * Mercator metres for one ground metre at a latitude: 1/cos(lat).
 * Spherical. On WGS84 the true factor is √(1−e²sin²φ)/cos φ eastward and
 * (1−e²sin²φ)^1.5/((1−e²)cos φ) northward, so the ground side of a Mercator square differs from
 * ours by at most 0.7 % (1.7 m on 250 m at the equator, northward): far inside the 15 % by which
 * a model's scale may be off, and the two axes cannot both be right on a square. We keep the
 * sphere, as every tile service does.
 * @param latDeg geodetic latitude [°]
 */
export function mercatorScale(latDeg: number): number {
  return 1 / Math.cos(radians(latDeg));
}

/**
 * Ground size of one pixel of a Web Mercator pyramid.
 * Mercator stretches ground by 1/cos(lat), so one zoom is not one scale.
 * @param latDeg geodetic latitude [°], |latDeg| ≤ 85.05
 * @param zoom 256 px pyramid zoom (MapLibre's own is one lower)
 * @param tileSizePx side of the pyramid's pictures [px]
 * @returns [m/px], spherical; within 0.7 % of WGS84
 * @see EPSG:3857; 2π·6378137 m / 256 px = 156543.034 m/px at lat 0, zoom 0
 */
export function metresPerPixel(latDeg: number, zoom: number, tileSizePx = 256): number {
  return WORLD_M / tileSizePx / 2 ** zoom / mercatorScale(latDeg);
}

/** EPSG:3857 position of a place; longitudes beyond ±180° stay unwrapped. */
export function lngLatToMercator({ lng, lat }: LngLat): MercatorPoint {
  return {
    x: EARTH_RADIUS_M * radians(lng),
    y: EARTH_RADIUS_M * Math.asinh(Math.tan(radians(lat))),
  };
}

/** Inverse of {@link lngLatToMercator}. */
export function mercatorToLngLat({ x, y }: MercatorPoint): LngLat {
  return {
    lng: degrees(x / EARTH_RADIUS_M),
    lat: degrees(Math.atan(Math.sinh(y / EARTH_RADIUS_M))),
  };
}

/**
 * The Mercator square over `sizeM` metres of ground: sizeM / cos(lat) wide.
 * @param centre middle of the square; its latitude sets the scale
 */
export function squareAround(centre: LngLat, sizeM: number): MercatorRect {
  const { x, y } = lngLatToMercator(centre);
  const half = (sizeM * mercatorScale(centre.lat)) / 2;
  return { west: x - half, south: y - half, east: x + half, north: y + half };
}

/** Ground that one picture of an XYZ pyramid covers. */
export function xyzBounds({ z, x, y }: XyzAddress): MercatorRect {
  const side = WORLD_M / 2 ** z;
  return {
    west: x * side - WORLD_M / 2,
    east: (x + 1) * side - WORLD_M / 2,
    north: WORLD_M / 2 - y * side,
    south: WORLD_M / 2 - (y + 1) * side,
  };
}

/**
 * Pictures of an XYZ pyramid that a rectangle touches, row by row from the north-west.
 * `x` is unwrapped (−1 is the column west of the antimeridian); rows beyond the poles are left out.
 */
export function xyzCovering(bounds: MercatorRect, zoom: number): XyzAddress[] {
  const side = WORLD_M / 2 ** zoom;
  // A rectangle that ends exactly on a picture's edge does not touch the next one.
  const first = (metres: number): number => Math.floor((metres + WORLD_M / 2) / side + 1e-9);
  const last = (metres: number): number => Math.ceil((metres + WORLD_M / 2) / side - 1e-9) - 1;
  const [fromX, toX] = [first(bounds.west), last(bounds.east)];
  const [fromY, toY] = [first(-bounds.north), last(-bounds.south)];
  const found: XyzAddress[] = [];
  for (let y = Math.max(0, fromY); y <= Math.min(2 ** zoom - 1, toY); y++) {
    for (let x = fromX; x <= toX; x++) found.push({ z: zoom, x, y });
  }
  return found;
}

/** Column within 0…2^z−1 for an unwrapped one. */
export function wrapColumn(x: number, zoom: number): number {
  const columns = 2 ** zoom;
  return ((x % columns) + columns) % columns;
}
