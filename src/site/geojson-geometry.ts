import type { BBox, MultiPolygon, Polygon, Position } from 'geojson';
import type { LngLat } from './lng-lat.ts';

/** Seven decimals are a centimetre, and the same digits on every machine. */
const round = (degrees: number): number => Math.round(degrees * 1e7) / 1e7;

/**
 * A convex ring as RFC 7946 wants it: closed, counter-clockwise (3.1.6), cut at the antimeridian
 * into a MultiPolygon where it crosses (3.1.9).
 * @param ring closed, longitudes unwrapped, so that they may pass ±180
 */
export function polygonGeometry(ring: readonly LngLat[]): Polygon | MultiPolygon {
  const open = ring.slice(0, -1).map(({ lng, lat }): Position => [lng, lat]);
  const turns = [...new Set(open.map(([lng]) => turnOf(lng!)))].sort((a, b) => a - b);
  const parts = turns
    .map((turn) => clipToTurn(open, turn))
    .map((part) => part.map(([lng, lat]): Position => [round(lng!), round(lat!)]))
    .map(withoutRepeats)
    .filter((part) => part.length >= 3 && signedArea(part) !== 0)
    .map(closedCounterClockwise);
  return parts.length === 1
    ? { type: 'Polygon', coordinates: [parts[0]!] }
    : { type: 'MultiPolygon', coordinates: parts.map((part) => [part]) };
}

/** How many times round the globe a longitude lies from −180…180; 180 itself is still 0. */
const turnOf = (lng: number): number => Math.ceil((lng - 180) / 360 - 1e-12);

/** The part of a ring within one turn, shifted to −180…180. */
function clipToTurn(open: Position[], turn: number): Position[] {
  const shifted = open.map(([lng, lat]): Position => [lng! - 360 * turn, lat!]);
  return clipAt(clipAt(shifted, -180, 1), 180, -1);
}

function clipAt(points: Position[], limit: number, sign: 1 | -1): Position[] {
  return points.flatMap((to, i) => {
    const from = points[(i + points.length - 1) % points.length]!;
    const inside = (point: Position): boolean => sign * (point[0]! - limit) >= 0;
    const kept: Position[] = [];
    if (inside(from) !== inside(to)) {
      const part = (limit - from[0]!) / (to[0]! - from[0]!);
      kept.push([limit, from[1]! + part * (to[1]! - from[1]!)]);
    }
    if (inside(to)) kept.push(to);
    return kept;
  });
}

const withoutRepeats = (ring: Position[]): Position[] =>
  ring.filter(([lng, lat], i) => {
    const [lng0, lat0] = ring[(i + ring.length - 1) % ring.length]!;
    return lng !== lng0 || lat !== lat0;
  });

function signedArea(ring: readonly Position[]): number {
  return ring.reduce((sum, [lng, lat], i) => {
    const [lng2, lat2] = ring[(i + 1) % ring.length]!;
    return sum + (lng! - ring[0]![0]!) * lat2! - (lng2! - ring[0]![0]!) * lat!;
  }, 0);
}

function closedCounterClockwise(ring: Position[]): Position[] {
  const turned = signedArea(ring) > 0 ? ring : ring.toReversed();
  return [...turned, [...turned[0]!]];
}

/** West, south, east, north; west is greater than east across the antimeridian (5.2). */
export function bboxOf(geometries: readonly (Polygon | MultiPolygon)[]): BBox {
  const positions = geometries.flatMap(({ type, coordinates }) =>
    type === 'Polygon' ? coordinates.flat() : coordinates.flat(2),
  ) as Position[];
  const lats = positions.map(([, lat]) => lat!);
  const lngs = positions.map(([lng]) => lng!);
  const crosses = Math.max(...lngs) - Math.min(...lngs) > 180;
  const east = crosses ? Math.max(...lngs.filter((lng) => lng < 0)) : Math.max(...lngs);
  const west = crosses ? Math.min(...lngs.filter((lng) => lng >= 0)) : Math.min(...lngs);
  return [west, Math.min(...lats), east, Math.max(...lats)];
}
