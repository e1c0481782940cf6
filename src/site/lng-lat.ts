/** A geodetic position on WGS84, degrees. */
export interface LngLat {
  lng: number;
  lat: number;
}
