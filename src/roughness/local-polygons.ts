import { toLocal } from '../site/geodesy.ts';
import type { LngLat } from '../site/lng-lat.ts';
import type { ClassifiedArea } from './classified-area.ts';

/** One polygon of an area, in metres around the site. */
export interface LocalArea {
  /** Index in the list of areas it came from. */
  index: number;
  /** Closed rings as flat `east, north` pairs [m]; even–odd, so holes need no mark. */
  rings: Float64Array[];
  /** Ground that the whole area covers [m²], before clipping to the look-out distance. */
  sizeM2: number;
  /** Centroid of the whole area, of what is left after clipping [m]. */
  eastM: number;
  northM: number;
}

/** Edges are straight in longitude and latitude (RFC 7946, 3.1.1); longer ones are cut up [m]. */
const LONGEST_EDGE_M = 500;
const EARTH_RADIUS_M = 6_371_009;
const METRES_PER_DEGREE = 111_320;

/**
 * Projects areas into the site's azimuthal equidistant frame. Ground far beyond `reachM` is cut
 * away first, so that a polygon may be as large as a country.
 */
export function toLocalAreas(
  site: LngLat,
  areas: readonly ClassifiedArea[],
  reachM: number,
): LocalArea[] {
  const box = boxAround(site, 1.5 * reachM + 1000);
  const corners = new Map<string, [number, number]>();
  const project = ([lng, lat]: Position): [number, number] => {
    const key = `${lng},${lat}`;
    const known = corners.get(key);
    if (known) return known;
    const { eastM, northM } = toLocal(site, { lng, lat });
    const local: [number, number] = [eastM, northM];
    corners.set(key, local);
    return local;
  };
  const local: LocalArea[] = [];
  areas.forEach((area, index) => {
    let sizeM2 = 0;
    const parts = area.polygons.map((polygon) => {
      const rings: Float64Array[] = [];
      polygon.forEach((ring, hole) => {
        const near = nearSite(ring, site.lng);
        sizeM2 += (hole ? -1 : 1) * Math.abs(ringSizeM2(near));
        const clipped = clip(near, box);
        if (clipped.length >= 3) rings.push(closedRing(densify(clipped).map(project)));
      });
      return rings;
    });
    const there = parts.filter((rings) => rings.length > 0);
    if (there.length === 0) return;
    const centroid = middle(there);
    for (const rings of there) local.push({ index, rings, sizeM2, ...centroid });
  });
  return local;
}

type Position = [lng: number, lat: number];

const closedRing = (points: [number, number][]): Float64Array =>
  Float64Array.from([...points, points[0]!].flat());

interface Box {
  west: number;
  east: number;
  south: number;
  north: number;
}

function boxAround(site: LngLat, halfM: number): Box {
  const lat = halfM / METRES_PER_DEGREE;
  const lng =
    lat / Math.max(0.02, Math.cos((Math.min(89, Math.abs(site.lat) + lat) * Math.PI) / 180));
  return {
    west: site.lng - lng,
    east: site.lng + lng,
    south: site.lat - lat,
    north: site.lat + lat,
  };
}

/** Ring without its closing point, longitudes unwrapped onto the site's side of the antimeridian. */
function nearSite(ring: readonly LngLat[], siteLng: number): Position[] {
  const open: Position[] = [];
  let offset = 0;
  ring.forEach(({ lng, lat }, i) => {
    const step = i === 0 ? 0 : lng - ring[i - 1]!.lng;
    // A jump of more than half the globe is a ring across the antimeridian; one of the whole globe
    // is a ring around it.
    if (Math.abs(step) > 180 && Math.abs(step) < 360) offset -= 360 * Math.sign(step);
    open.push([lng + offset, lat]);
  });
  const first = open[0];
  const last = open[open.length - 1];
  if (open.length > 1 && first && last && first[0] === last[0] && first[1] === last[1]) open.pop();
  const lngs = open.map(([lng]) => lng);
  const centre = (Math.min(...lngs) + Math.max(...lngs)) / 2;
  const turn = 360 * Math.round((siteLng - centre) / 360);
  return turn === 0 ? open : open.map(([lng, lat]) => [lng + turn, lat]);
}

/** Size on a sphere, signed; only ever compared with that of other areas. */
function ringSizeM2(ring: readonly Position[]): number {
  const radians = Math.PI / 180;
  const sine = (lat: number): number => Math.sin(lat * radians);
  let sum = 0;
  for (let i = 0; i < ring.length; i++) {
    const [lng1, lat1] = ring[i]!;
    const [lng2, lat2] = ring[(i + 1) % ring.length]!;
    sum += (lng2 - lng1) * (sine(lat1) + sine(lat2));
  }
  return (sum / 2) * radians * EARTH_RADIUS_M ** 2;
}

/** Sutherland–Hodgman. Edges it adds run along the box, beyond any ray. */
function clip(ring: Position[], box: Box): Position[] {
  const sides: [axis: 0 | 1, limit: number, sign: 1 | -1][] = [
    [0, box.west, 1],
    [0, box.east, -1],
    [1, box.south, 1],
    [1, box.north, -1],
  ];
  let points = ring;
  for (const [axis, limit, sign] of sides) {
    if (points.every((at) => sign * (at[axis] - limit) >= 0)) continue;
    const kept: Position[] = [];
    points.forEach((to, i) => {
      const from = points[(i + points.length - 1) % points.length]!;
      const fromIn = sign * (from[axis] - limit) >= 0;
      const toIn = sign * (to[axis] - limit) >= 0;
      if (fromIn !== toIn) {
        const part = (limit - from[axis]) / (to[axis] - from[axis]);
        const other = axis === 0 ? 1 : 0;
        const at: Position = [0, 0];
        at[axis] = limit;
        at[other] = from[other] + part * (to[other] - from[other]);
        kept.push(at);
      }
      if (toIn) kept.push(to);
    });
    points = kept;
  }
  return points;
}

function densify(ring: Position[]): Position[] {
  const dense: Position[] = [];
  ring.forEach((from, i) => {
    const to = ring[(i + 1) % ring.length]!;
    const scale = Math.cos((from[1] * Math.PI) / 180);
    const lengthM = METRES_PER_DEGREE * Math.hypot((to[0] - from[0]) * scale, to[1] - from[1]);
    const parts = Math.max(1, Math.ceil(lengthM / LONGEST_EDGE_M));
    for (let part = 0; part < parts; part++) {
      const share = part / parts;
      dense.push([from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]);
    }
  });
  return dense;
}

/**
 * Centroid of polygons: unlike the middle of a bounding box it does not depend on which way north
 * lies, nor on a cut at the antimeridian.
 */
function middle(polygons: readonly (readonly Float64Array[])[]): { eastM: number; northM: number } {
  const [east0, north0] = [polygons[0]![0]![0]!, polygons[0]![0]![1]!];
  let [size, east, north] = [0, 0, 0];
  for (const rings of polygons) {
    rings.forEach((ring, hole) => {
      let [ringSize, ringEast, ringNorth] = [0, 0, 0];
      for (let i = 0; i + 3 < ring.length; i += 2) {
        const [x1, y1] = [ring[i]! - east0, ring[i + 1]! - north0];
        const [x2, y2] = [ring[i + 2]! - east0, ring[i + 3]! - north0];
        const cross = x1 * y2 - x2 * y1;
        ringSize += cross;
        ringEast += (cross * (x1 + x2)) / 3;
        ringNorth += (cross * (y1 + y2)) / 3;
      }
      // Whichever way a ring runs: the first is ground, the others are holes in it.
      const sign = Math.sign(ringSize) * (hole ? -1 : 1);
      size += sign * ringSize;
      east += sign * ringEast;
      north += sign * ringNorth;
    });
  }
  // A polygon without area is never met by a ray.
  if (size === 0) return { eastM: east0, northM: north0 };
  return { eastM: east0 + east / size, northM: north0 + north / size };
}
