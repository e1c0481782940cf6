import type { LngLat } from '../site/lng-lat.ts';

/**
 * Middle of the scene: open Pacific, some 75 km off northern California. No real ground is shown
 * or hidden there, and the coast, sun and buildings suit the latitude.
 */
export const DEMO_CENTRE: LngLat = { lng: -125, lat: 41 };

/** Half the side of the square scene [m]; outside it the picture is transparent. */
export const DEMO_HALF_SIDE_M = 5200;

const EARTH_RADIUS_M = 6378137;
const RAD = Math.PI / 180;

/** Ground metres per Mercator metre at the centre; it varies by 0.08 % over the scene. */
export const GROUND_PER_MERCATOR = Math.cos(DEMO_CENTRE.lat * RAD);

const mercatorX = (lng: number): number => EARTH_RADIUS_M * lng * RAD;
const mercatorY = (lat: number): number => EARTH_RADIUS_M * Math.asinh(Math.tan(lat * RAD));
const originX = mercatorX(DEMO_CENTRE.lng);
const originY = mercatorY(DEMO_CENTRE.lat);

/** Scene coordinates: metres east and north of the centre, conformal with Web Mercator. */
export interface ScenePoint {
  x: number;
  y: number;
}

export const sceneOfMercatorX = (mx: number): number => (mx - originX) * GROUND_PER_MERCATOR;
export const sceneOfMercatorY = (my: number): number => (my - originY) * GROUND_PER_MERCATOR;

export function sceneOfLngLat({ lng, lat }: LngLat): ScenePoint {
  return { x: sceneOfMercatorX(mercatorX(lng)), y: sceneOfMercatorY(mercatorY(lat)) };
}

export function lngLatOfScene({ x, y }: ScenePoint): LngLat {
  const mx = x / GROUND_PER_MERCATOR + originX;
  const my = y / GROUND_PER_MERCATOR + originY;
  return { lng: mx / EARTH_RADIUS_M / RAD, lat: Math.atan(Math.sinh(my / EARTH_RADIUS_M)) / RAD };
}

/** South-west and north-east corners of the scene. */
export const DEMO_BOUNDS = {
  southWest: lngLatOfScene({ x: -DEMO_HALF_SIDE_M, y: -DEMO_HALF_SIDE_M }),
  northEast: lngLatOfScene({ x: DEMO_HALF_SIDE_M, y: DEMO_HALF_SIDE_M }),
};

const WORLD_M = 2 * Math.PI * EARTH_RADIUS_M;

/** Where a 256 px XYZ tile lies in the scene. */
export function tileWindow(
  z: number,
  x: number,
  y: number,
): { west: number; north: number; metresPerPixel: number } {
  const side = WORLD_M / 2 ** z;
  return {
    west: sceneOfMercatorX(x * side - WORLD_M / 2),
    north: sceneOfMercatorY(WORLD_M / 2 - y * side),
    metresPerPixel: (side * GROUND_PER_MERCATOR) / 256,
  };
}

/** XYZ tiles of one zoom that touch the scene, inclusive. */
export function tileRange(z: number): { minX: number; maxX: number; minY: number; maxY: number } {
  const side = WORLD_M / 2 ** z;
  const half = DEMO_HALF_SIDE_M / GROUND_PER_MERCATOR;
  return {
    minX: Math.floor((originX - half + WORLD_M / 2) / side),
    maxX: Math.floor((originX + half + WORLD_M / 2) / side),
    minY: Math.floor((WORLD_M / 2 - originY - half) / side),
    maxY: Math.floor((WORLD_M / 2 - originY + half) / side),
  };
}
