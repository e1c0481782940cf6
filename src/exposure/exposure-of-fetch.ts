import { ROUGHNESS } from '../roughness/category.ts';
import type { Roughness } from '../roughness/category.ts';
import { profileOfRays, stretchesOf } from '../roughness/fetch-profile.ts';
import { viewOf } from '../roughness/fetch-view.ts';
import { UserError } from '../site/user-error.ts';
import { changesOf } from './distance-to-change.ts';
import { exposureDistancesFt } from './distances.ts';
import type { Edition } from './editions.ts';
import { judgeFetch } from './judge-fetch.ts';
import { changeSentence, EXPOSURE_CLAUSE, reasonOf } from './reason.ts';

/** A stretch of upwind ground, from the site outward. */
export interface FetchSegment {
  roughness: Roughness;
  lengthFt: number;
}

export interface ExposureOptions {
  /** Mean roof height h [ft]. */
  heightFt: number;
  /** `7-22` unless said. */
  edition?: Edition;
  /** Share of other ground that a prevailing category may hold; 0, the strict reading, unless said. */
  tolerance?: number;
}

export interface FetchExposure {
  exposure: Roughness;
  clause: string;
  /** The rule and the numbers, in words. */
  reason: string;
  /** Smallest shift of one boundary that changes the category [ft]; null if none does. */
  distanceToChangeFt: number | null;
}

/** Lengths in feet that come from metres are equal within this [ft]. */
const SLACK_FT = 1e-6;

/**
 * Exposure category for one line of upwind ground, ASCE/SEI 7, 26.7.3. Ground beyond the last
 * segment is not known and lets nothing prevail. Ties take the more severe category.
 * @param segments from the site outward
 * @throws UserError for a length, height, tolerance or roughness out of bounds
 * @example
 * exposureOfFetch([{ roughness: 'B', lengthFt: 650 }, { roughness: 'D', lengthFt: 12000 }], { heightFt: 25 });
 * // → { exposure: 'C', clause: '26.7.3', reason: '…', distanceToChangeFt: 50 }
 */
export function exposureOfFetch(
  segments: readonly FetchSegment[],
  { heightFt, edition, tolerance = 0 }: ExposureOptions,
): FetchExposure {
  const distancesFt = exposureDistancesFt(heightFt, edition);
  assertTolerance(tolerance);
  const profile = profileOfRays([lineOf(segments, distancesFt.lookOut)], (area) => ({
    roughness: segments[area]?.roughness ?? null,
    confidence: 0,
  }));
  const options = { distances: distancesFt, tolerance, slack: SLACK_FT };
  const fetch = viewOf(profile);
  const judgement = judgeFetch(fetch, options);
  const [change] = changesOf(fetch, stretchesOf(profile), options);
  const rule = reasonOf({ judgement, distancesFt, tolerance, feetPerUnit: 1 });
  return {
    exposure: judgement.exposure,
    clause: EXPOSURE_CLAUSE,
    reason: change ? `${rule} ${changeSentence(change, 1)}` : rule,
    distanceToChangeFt: change ? Math.round(change.shift * 1000) / 1000 : null,
  };
}

/** The segments as one ray, in feet, with unknown ground up to the look-out distance. */
function lineOf(segments: readonly FetchSegment[], lookOutFt: number) {
  if (segments.length === 0) throw new UserError('A fetch needs at least one segment of ground.');
  let from = 0;
  const line = segments.map(({ roughness, lengthFt }, area) => {
    if (!ROUGHNESS.includes(roughness)) {
      throw new UserError(`Segment ${area + 1}: roughness must be B, C or D, not "${roughness}".`);
    }
    if (!Number.isFinite(lengthFt) || lengthFt < 0) {
      throw new UserError(`Segment ${area + 1}: length must be 0 ft or more, not ${lengthFt}.`);
    }
    const stretch = { fromM: from, toM: from + lengthFt, area };
    from = stretch.toM;
    return stretch;
  });
  if (from < lookOutFt) line.push({ fromM: from, toM: lookOutFt, area: -1 });
  return line.filter(({ fromM, toM }) => toM > fromM);
}

/** @throws UserError unless 0 ≤ tolerance < 1 */
export function assertTolerance(tolerance: number): void {
  if (!Number.isFinite(tolerance) || tolerance < 0 || tolerance >= 1) {
    throw new UserError(`Tolerance must be from 0 to below 1, not ${tolerance}.`);
  }
}
