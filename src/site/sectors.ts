import { wrapBearing } from './geodesy.ts';

/** A wedge of wind directions, clockwise from `fromDeg` to `toDeg` [° from true north]. */
export interface Sector {
  /** `0–45`. */
  name: string;
  /** 0 ≤ fromDeg < 360. */
  fromDeg: number;
  /** fromDeg < toDeg; beyond 360 where the sector spans north. */
  toDeg: number;
}

/** A wind direction by the bearing it comes from. */
export interface WindDirection {
  name: string;
  bearingDeg: number;
}

/** Width of the sectors that ASCE/SEI 7, 26.7.1 judges either side of a wind direction [°]. */
export const SECTOR_DEG = 45;

/**
 * Sector starting at a bearing.
 * @param fromDeg start, any bearing [°]
 */
export function sectorFrom(fromDeg: number, widthDeg = SECTOR_DEG): Sector {
  const from = wrapBearing(fromDeg);
  const to = from + widthDeg;
  const label = (deg: number): string => String(Number((deg > 360 ? deg - 360 : deg).toFixed(2)));
  return { name: `${label(from)}–${label(to)}`, fromDeg: from, toDeg: to };
}

/** The eight fixed sectors, clockwise from north: `0–45` … `315–360`. */
export const SECTORS: readonly Sector[] = Array.from({ length: 8 }, (_, i) =>
  sectorFrom(i * SECTOR_DEG),
);

/** The eight wind directions, clockwise from north. */
export const DIRECTIONS: readonly WindDirection[] = [
  'N',
  'NE',
  'E',
  'SE',
  'S',
  'SW',
  'W',
  'NW',
].map((name, i) => ({ name, bearingDeg: i * SECTOR_DEG }));

/** True if a bearing lies in a sector: its start belongs to it, its end to the next. */
export function bearingInSector(bearingDeg: number, sector: Sector): boolean {
  return wrapBearing(bearingDeg - sector.fromDeg) < sector.toDeg - sector.fromDeg;
}

/** Index in {@link SECTORS} of the fixed sector that a bearing lies in. */
export function sectorIndex(bearingDeg: number): number {
  return Math.floor(wrapBearing(bearingDeg) / SECTOR_DEG);
}

/**
 * Bearings of a sector's rays, each in the middle of an equal slice, so that every ray counts
 * alike and none lies on the border to the next sector.
 * @param stepDeg widest slice [°]; the sector is cut into equal slices no wider than this
 */
export function rays(sector: Sector, stepDeg = 1): number[] {
  const width = sector.toDeg - sector.fromDeg;
  const count = Math.max(1, Math.ceil(width / stepDeg - 1e-9));
  return Array.from({ length: count }, (_, i) =>
    wrapBearing(sector.fromDeg + ((i + 0.5) * width) / count),
  );
}

/** The two 45° sectors either side of a wind direction, anticlockwise one first (26.7.1). */
export function sectorsEitherSide(bearingDeg: number): [Sector, Sector] {
  return [sectorFrom(bearingDeg - SECTOR_DEG), sectorFrom(bearingDeg)];
}

/**
 * Wind square to the four faces of a rectangular building.
 * @param firstFaceDeg bearing that one face looks to [°]
 */
export function buildingNormals(firstFaceDeg: number): WindDirection[] {
  return [0, 1, 2, 3].map((i) => {
    const bearingDeg = wrapBearing(firstFaceDeg + 90 * i);
    return { name: `face ${i + 1} (${Number(bearingDeg.toFixed(1))}°)`, bearingDeg };
  });
}
