import type { LngLat } from '../site/lng-lat.ts';
import type { ClassifiedArea } from './classified-area.ts';
import { toLocalAreas } from './local-polygons.ts';
import type { LocalArea } from './local-polygons.ts';

/** Part of a ray that lies in one piece of ground. */
export interface Stretch {
  fromM: number;
  toM: number;
  /** Index in the list of areas; {@link NO_AREA} where no area covers the ground. */
  area: number;
}
export const NO_AREA = -1;

/** One ray, from the site outward: stretches without gaps from 0 to the set's length. */
export type Ray = Stretch[];

export interface RayOptions {
  /** Bearings to look along [° clockwise from true north]. */
  bearingsDeg: readonly number[];
  /** How far to look [m]. */
  lengthM: number;
}

/** Slits between polygons up to this wide come from rounded coordinates, not from the ground [m]. */
const SLIT_M = 1;
/** Shorter than this is the last digit of a sum [m]. */
const NOTHING_M = 1e-6;
/** Areas whose sizes differ by less than this are alike. */
const LIKE_SIZE = 0.01;

interface Interval extends Stretch {
  local: LocalArea;
}

/**
 * Cuts rays from the site at the exact edges of polygons of any shape: concave, with holes, in
 * several parts. Where areas overlap the smaller one holds; where like sizes overlap (tiles at a
 * finer stride) each holds the ground nearer its own middle, and of two in the same place the later
 * in the list. Slits up to 1 m between areas go half to either side.
 * @returns one ray for each bearing, in the order given
 */
export function castRays(
  site: LngLat,
  areas: readonly ClassifiedArea[],
  { bearingsDeg, lengthM }: RayOptions,
): Ray[] {
  const order = bearingsDeg
    .map((_, i) => i)
    .sort((a, b) => wrap(bearingsDeg[a]!) - wrap(bearingsDeg[b]!));
  const sorted = order.map((i) => wrap(bearingsDeg[i]!));
  const found: Interval[][] = sorted.map(() => []);
  for (const local of toLocalAreas(site, areas, lengthM)) {
    cross(local, sorted, (ray, distances) => {
      distances.sort((a, b) => a - b);
      // Outside is known to be outside at the far end, so pairs are made from there inward.
      for (let i = distances.length - 1; i >= 0; i -= 2) {
        const fromM = i > 0 ? distances[i - 1]! : 0;
        const toM = Math.min(distances[i]!, lengthM);
        if (toM > fromM) found[ray]!.push({ fromM, toM, area: local.index, local });
      }
    });
  }
  const rays: Ray[] = new Array(sorted.length);
  order.forEach((original, i) => {
    const bearing = (sorted[i]! * Math.PI) / 180;
    const towards: Direction = { east: Math.sin(bearing), north: Math.cos(bearing) };
    rays[original] = closeSlits(withoutOverlap(found[i]!, lengthM, towards));
  });
  return rays;
}

interface Direction {
  east: number;
  north: number;
}

const wrap = (deg: number): number => ((deg % 360) + 360) % 360;

/** Calls back for each ray that meets the area, with the distances of all edges it meets. */
function cross(
  { rings }: LocalArea,
  sorted: readonly number[],
  meet: (ray: number, distances: number[]) => void,
): void {
  const hits = new Map<number, number[]>();
  const first = (bearing: number): number => lowerBound(sorted, bearing);
  for (const ring of rings) {
    let [east, north] = [ring[0]!, ring[1]!];
    let bearing = wrap((Math.atan2(east, north) * 180) / Math.PI);
    let index = first(bearing);
    for (let i = 2; i < ring.length; i += 2) {
      const [nextEast, nextNorth] = [ring[i]!, ring[i + 1]!];
      const nextBearing = wrap((Math.atan2(nextEast, nextNorth) * 180) / Math.PI);
      const nextIndex = first(nextBearing);
      // Each ray belongs to exactly one of the two edges at a corner: from one index to before the
      // next, so that a ray through a corner is counted once.
      const turn = wrap(nextBearing - bearing);
      const clockwise = turn <= 180;
      const [start, end] = clockwise ? [index, nextIndex] : [nextIndex, index];
      const wraps = clockwise ? nextBearing < bearing : bearing < nextBearing;
      const along = { east: nextEast - east, north: nextNorth - north };
      const moment = east * along.north - north * along.east;
      const add = (ray: number): void => {
        const angle = (sorted[ray]! * Math.PI) / 180;
        const slope = Math.sin(angle) * along.north - Math.cos(angle) * along.east;
        const distance = slope === 0 ? 0 : Math.max(0, moment / slope);
        const list = hits.get(ray);
        if (list) list.push(distance);
        else hits.set(ray, [distance]);
      };
      if (wraps) {
        for (let ray = start; ray < sorted.length; ray++) add(ray);
        for (let ray = 0; ray < end; ray++) add(ray);
      } else {
        for (let ray = start; ray < end; ray++) add(ray);
      }
      [east, north, bearing, index] = [nextEast, nextNorth, nextBearing, nextIndex];
    }
  }
  for (const [ray, distances] of hits) meet(ray, distances);
}

function lowerBound(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const mid = (low + high) >> 1;
    if (sorted[mid]! < value) low = mid + 1;
    else high = mid;
  }
  return low;
}

function withoutOverlap(intervals: Interval[], lengthM: number, towards: Direction): Ray {
  const cuts = [0, lengthM];
  for (const { fromM, toM } of intervals) cuts.push(fromM, toM);
  cuts.sort((a, b) => a - b);
  const ray: Ray = [];
  const add = (toM: number, area: number): void => {
    const last = ray[ray.length - 1];
    if (last && last.area === area) last.toM = toM;
    else ray.push({ fromM: last ? last.toM : 0, toM, area });
  };
  for (let i = 1; i < cuts.length; i++) {
    const [fromM, toM] = [cuts[i - 1]!, cuts[i]!];
    if (toM - fromM < NOTHING_M || fromM >= lengthM) continue;
    const active = intervals.filter((one) => one.fromM <= fromM && one.toM >= toM);
    if (active.length === 0) add(toM, NO_AREA);
    else if (active.length === 1) add(toM, active[0]!.area);
    else share(alike(active), { fromM, toM, towards }, add);
  }
  return ray;
}

/** The smallest of the areas, and those of like size. */
function alike(active: readonly Interval[]): Interval[] {
  const smallest = Math.min(...active.map(({ local }) => local.sizeM2));
  return active.filter(({ local }) => local.sizeM2 <= smallest * (1 + LIKE_SIZE));
}

/** Gives each bit of a stretch to the area whose middle is nearest; the later one of equals. */
function share(
  areas: readonly Interval[],
  { fromM, toM, towards }: { fromM: number; toM: number; towards: Direction },
  add: (toM: number, area: number) => void,
): void {
  // |at − middle|² less |at|², which is a straight line over the distance along the ray.
  const lines = areas.map(({ area, local: { eastM, northM } }) => ({
    area,
    offset: eastM ** 2 + northM ** 2,
    slope: -2 * (eastM * towards.east + northM * towards.north),
  }));
  let atM = fromM;
  while (atM < toM) {
    let holder = lines[0]!;
    for (const line of lines) {
      const gap = line.offset + line.slope * atM - (holder.offset + holder.slope * atM);
      // Half a centimetre at 1 km counts as the same place.
      const same = Math.abs(gap) < 1e-5 * (1 + Math.abs(holder.offset));
      if (same ? betterBeyond(line, holder) : gap < 0) holder = line;
    }
    let nextM = toM;
    for (const line of lines) {
      if (line.slope >= holder.slope) continue;
      const meetsM = (line.offset - holder.offset) / (holder.slope - line.slope);
      if (meetsM > atM + 1e-3) nextM = Math.min(nextM, meetsM);
    }
    add(nextM, holder.area);
    atM = nextM;
  }
}

interface Line {
  area: number;
  offset: number;
  slope: number;
}

const betterBeyond = (line: Line, holder: Line): boolean =>
  Math.abs(line.slope - holder.slope) < 1e-5 * (1 + Math.abs(holder.slope))
    ? line.area > holder.area
    : line.slope < holder.slope;

function closeSlits(ray: Ray): Ray {
  const closed: Ray = [];
  ray.forEach((stretch, i) => {
    const before = closed[closed.length - 1];
    const after = ray[i + 1];
    const slit = stretch.area === NO_AREA && stretch.toM - stretch.fromM <= SLIT_M;
    if (!slit || !before || !after) {
      closed.push({ ...stretch, fromM: before ? before.toM : stretch.fromM });
      return;
    }
    before.toM = (stretch.fromM + stretch.toM) / 2;
  });
  return closed;
}
