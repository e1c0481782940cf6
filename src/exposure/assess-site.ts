import { worst } from '../roughness/category.ts';
import type { Roughness } from '../roughness/category.ts';
import type { ClassifiedArea } from '../roughness/classified-area.ts';
import { castRays } from '../roughness/ray-profile.ts';
import type { Ray } from '../roughness/ray-profile.ts';
import type { LngLat } from '../site/lng-lat.ts';
import { assertSite } from '../site/place.ts';
import { rays } from '../site/sectors.ts';
import type { Sector } from '../site/sectors.ts';
import { applyTileOverrides } from './apply-overrides.ts';
import type { SegmentOverride } from './apply-overrides.ts';
import { directionExposure, planDirections, roundKz } from './directions.ts';
import type { DirectionPlan } from './directions.ts';
import { exposureDistancesFt, exposureDistancesM } from './distances.ts';
import { DEFAULT_EDITION } from './editions.ts';
import type { Edition } from './editions.ts';
import { assertTolerance } from './exposure-of-fetch.ts';
import { groundReadings } from './ground-readings.ts';
import { kz } from './kz.ts';
import { sectorExposure } from './sector-exposure.ts';
import type { SectorAssessment, SectorInput } from './sector-exposure.ts';
import type { DirectionResult, Override, SectorResult } from './verdict.ts';

/** A site and the rules it is judged by. */
export interface AssessSiteOptions {
  site: LngLat;
  /** Mean roof height h [ft]. */
  heightFt: number;
  /** Ground around the site, of any size and shape; what no area covers is not known. */
  areas: readonly ClassifiedArea[];
  /** `7-22` unless said. */
  edition?: Edition;
  /** Share of other ground that a prevailing category may hold; 0 unless said. */
  tolerance?: number;
  /** False: areas with two candidates count as their likeliest. True unless said. */
  conservative?: boolean;
  /** Wind directions beside the eight, such as the four building-normal ones [°]. */
  extraBearingsDeg?: readonly number[];
  /** A person's decisions, in the order they were made. */
  overrides?: readonly Override[];
}

/** What the rules make of the ground: eight sectors, and the directions with their exposure. */
export interface Assessment {
  sectors: SectorResult[];
  directions: DirectionResult[];
  governing: Roughness;
  warnings: { code: string; message: string }[];
  /** What the verdicts were made from, for refinement; no part of a result. */
  details: AssessmentDetails;
}

export interface AssessmentDetails {
  plan: DirectionPlan;
  sectors: SectorAssessment[];
  inputs: SectorInput[];
  heightFt: number;
  edition: Edition;
}

/** Bearings between neighbouring rays [°]. */
export const RAY_STEP_DEG = 0.5;

/**
 * Exposure categories around a site: rays through the ground, shares in each 45° sector, and for
 * each wind direction the worse of the two sectors either side (26.7.1, 26.7.3).
 * @throws UserError for a site, height, tolerance, edition or bearing out of bounds
 */
export function assessSite({
  site,
  heightFt,
  areas: given,
  edition = DEFAULT_EDITION,
  tolerance = 0,
  conservative = true,
  extraBearingsDeg = [],
  overrides = [],
}: AssessSiteOptions): Assessment {
  assertTolerance(tolerance);
  const distancesFt = exposureDistancesFt(heightFt, edition);
  const distancesM = exposureDistancesM(heightFt, edition);
  const plan = planDirections(extraBearingsDeg);
  const { areas, stale } = applyTileOverrides(given, overrides);
  const readings = groundReadings(areas, conservative);
  const cast = castSectors(assertSite(site), areas, plan.sectors, distancesM.lookOut);
  const bySector = segmentOverrides(overrides, plan.sectors);
  stale.push(...bySector.stale);
  const inputs = cast.map((raysOfSector, i): SectorInput => ({
    rays: raysOfSector,
    areas,
    readings,
    distancesM,
    distancesFt,
    tolerance,
    overrides: bySector.lists[i],
  }));
  const assessments = inputs.map(sectorExposure);
  const sectors = assessments.map(({ verdict }, i): SectorResult => {
    const { name, fromDeg, toDeg } = plan.sectors[i]!;
    return { name, fromDeg, toDeg, ...verdict };
  });
  const height = { heightFt, edition };
  const judged = plan.directions.map((direction) =>
    directionExposure(direction, plan.sectors, assessments, height),
  );
  const directions = judged.map((direction) => overrideDirection(direction, overrides, height));
  for (const override of overrides) {
    const named = judged.some(({ name }) => name === override.id);
    if (override.target === 'direction' && (!named || override.to === null)) stale.push(override);
  }
  stale.push(...assessments.flatMap((assessment) => assessment.stale));
  return {
    sectors,
    directions,
    governing: directions.map(({ exposure }) => exposure).reduce(worst),
    warnings: warningsOf(directions, stale),
    details: { plan, sectors: assessments, inputs, heightFt, edition },
  };
}

function castSectors(
  site: LngLat,
  areas: readonly ClassifiedArea[],
  sectors: readonly Sector[],
  lengthM: number,
): Ray[][] {
  const bearings = sectors.map((sector) => rays(sector, RAY_STEP_DEG));
  const all = castRays(site, areas, { bearingsDeg: bearings.flat(), lengthM });
  let start = 0;
  return bearings.map(({ length }) => all.slice(start, (start += length)));
}

/** Segment overrides by sector; those whose id names no segment of a sector are stale. */
function segmentOverrides(
  overrides: readonly Override[],
  sectors: readonly Sector[],
): { lists: SegmentOverride[][]; stale: Override[] } {
  const lists: SegmentOverride[][] = sectors.map(() => []);
  const stale: Override[] = [];
  for (const override of overrides) {
    if (override.target !== 'segment') continue;
    const { sector, segment } = segmentOf(override, sectors);
    const list = lists[sector];
    if (list) list.push({ segment, override });
    else stale.push(override);
  }
  return { lists, stale };
}

/** The sector, by index or by name, and the segment that an override is about; -1 for none. */
export function segmentOf(
  { id }: Override,
  sectors: readonly { name: string }[],
): { sector: number; segment: number } {
  const [, where = '', segment = ''] = /^(.+):(\d+)$/.exec(id) ?? [];
  const sector = /^\d+$/.test(where)
    ? Number(where)
    : sectors.findIndex(({ name }) => name === where);
  return { sector: sector < sectors.length ? sector : -1, segment: Number(segment) };
}

/** The last word of a person on a direction; what the ground says stays in the reason. */
function overrideDirection(
  direction: DirectionResult,
  overrides: readonly Override[],
  height: { heightFt: number; edition: Edition },
): DirectionResult {
  const override = overrides.findLast(
    ({ target, id, to }) => target === 'direction' && id === direction.name && to !== null,
  );
  if (!override?.to) return direction;
  const { to } = override;
  return {
    ...direction,
    exposure: to,
    flips: to !== direction.exposureStrict,
    undetermined: false,
    reason: `Set by hand to ${to} (${override.by || 'unnamed'}: ${override.reason || 'no reason given'}). The ground gives ${direction.exposure}: ${direction.reason}`,
    kz: roundKz(kz(to, height)),
  };
}

function warningsOf(
  directions: readonly DirectionResult[],
  stale: readonly Override[],
): Assessment['warnings'] {
  const warnings = stale.map(({ target, id, to }) => ({
    code: 'override-stale',
    message: `The override of ${target} ${id} to ${to ?? 'not known'} was not applied: what it was made for is no longer there.`,
  }));
  const open = directions.filter(({ undetermined }) => undetermined);
  if (open.length > 0) {
    warnings.push({
      code: 'undetermined',
      message: `${open.map(({ name }) => name).join(', ')}: ground not known leaves the category open.`,
    });
  }
  return warnings;
}

/**
 * Sectors whose category, in either reading, may still change with ground that is not known, and
 * that a direction in doubt depends on. A tall building needs tiles further out only there.
 */
export function undecidedSectors({ details }: Assessment): Sector[] {
  const { plan, sectors } = details;
  const needed = new Set<number>();
  for (const { sectors: pair } of plan.directions) {
    const [a, b] = pair.map((index) => sectors[index]!) as [SectorAssessment, SectorAssessment];
    const open = worst(a.lowest, b.lowest) !== worst(a.highest, b.highest);
    const openStrictly =
      worst(a.strictLowest, b.strictLowest) !== worst(a.strictHighest, b.strictHighest);
    if (!open && !openStrictly) continue;
    pair.forEach((index) => needed.add(index));
  }
  return plan.sectors.filter((_, index) => {
    const { lowest, highest, strictLowest, strictHighest } = sectors[index]!;
    return needed.has(index) && (lowest !== highest || strictLowest !== strictHighest);
  });
}
