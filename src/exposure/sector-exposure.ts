import { ROUGHNESS, severity, worst } from '../roughness/category.ts';
import type { Roughness } from '../roughness/category.ts';
import type { ClassifiedArea } from '../roughness/classified-area.ts';
import { profileOfRays, stretchesOf } from '../roughness/fetch-profile.ts';
import type { FetchProfile, FetchStretch, Ground } from '../roughness/fetch-profile.ts';
import { viewOf } from '../roughness/fetch-view.ts';
import type { FetchView } from '../roughness/fetch-view.ts';
import { NO_AREA } from '../roughness/ray-profile.ts';
import type { Ray } from '../roughness/ray-profile.ts';
import { METRES_PER_FOOT } from '../site/height.ts';
import { applySegmentOverrides } from './apply-overrides.ts';
import type { OverriddenProfile, SegmentOverride } from './apply-overrides.ts';
import { changesOf } from './distance-to-change.ts';
import type { Change } from './distance-to-change.ts';
import type { ExposureDistances } from './distances.ts';
import type { GroundReadings } from './ground-readings.ts';
import { judgeFetch } from './judge-fetch.ts';
import type { Judgement } from './judge-fetch.ts';
import { changeSentence, EXPOSURE_CLAUSE, reasonOf } from './reason.ts';
import type { NotExcluded, Override, Verdict } from './verdict.ts';

export interface SectorInput {
  rays: readonly Ray[];
  areas: readonly ClassifiedArea[];
  readings: GroundReadings;
  distancesM: ExposureDistances;
  distancesFt: ExposureDistances;
  tolerance: number;
  /** Overrides of this sector's segments, in the order they were made. */
  overrides?: readonly SegmentOverride[];
}

/** Verdict on one sector, with what directions need to combine two of them. */
export interface SectorAssessment {
  verdict: Verdict;
  /** Least and most severe category that ground not known allows, chosen tolerance. */
  lowest: Roughness;
  highest: Roughness;
  /** The same with tolerance 0. */
  strictLowest: Roughness;
  strictHighest: Roughness;
  /** Changes of category by one boundary's shift [m], nearest first. */
  changes: Change[];
  /** The rule without the distance to the change. */
  rule: string;
  /** Overrides that no longer fit the segment they were made for. */
  stale: Override[];
}

/** Distances of polygon edges are good to less than this; closer ones are ties [m]. */
export const SLACK_M = 1e-3;
/** Stretches shorter than this are not shown on their own [m]. */
const SHORTEST_STRETCH_M = 10;

/** The two readings of one sector, without the words and the distances. */
export interface SectorCategories {
  exposure: Roughness;
  exposureStrict: Roughness;
  lowest: Roughness;
  highest: Roughness;
  strictLowest: Roughness;
  strictHighest: Roughness;
  /** How the sector looks with unknown ground left unknown, and all that it may be. */
  judgement: Judgement;
  may: Judgement[];
  shown: OverriddenProfile;
  known: FetchView;
}

/** Judges the known ground and, where any is not settled, the roughest to smoothest it may be. */
export function sectorCategories(input: SectorInput): SectorCategories {
  const { rays, readings, distancesM, tolerance, overrides = [] } = input;
  const shown = applySegmentOverrides(profileOfRays(rays, readings.known), overrides, segmentsOf);
  const viewFor = (groundOf: (area: number) => Ground): FetchView =>
    viewOf(shown.replay(profileOfRays(rays, groundOf)));
  const judge = (fetch: FetchView, allowed: number): Judgement =>
    judgeFetch(fetch, { distances: distancesM, tolerance: allowed, slack: SLACK_M });

  // Confidence plays no part in judging; without it the profile has fewer corners.
  const known = viewFor((area) => ({ roughness: readings.known(area).roughness, confidence: 0 }));
  const judgement = judge(known, tolerance);
  const settled = rays.every((ray) => ray.every(({ area }) => readings.isSettled(area)));
  const grounds = settled
    ? [known]
    : [readings.roughest, readings.middle, readings.smoothest].map(viewFor);
  const may = grounds.map((fetch) => judge(fetch, tolerance));
  const strict = grounds.map((fetch) => judge(fetch, 0).exposure);
  const lowest = may[0]!.exposure;
  const highest = may[may.length - 1]!.exposure;
  const strictHighest = strict[strict.length - 1]!;
  return {
    exposure: judgement.exposure,
    exposureStrict: lowest === highest ? strictHighest : worst(strictHighest, highest),
    lowest,
    highest,
    strictLowest: strict[0]!,
    strictHighest,
    judgement,
    may,
    shown,
    known,
  };
}

/** Exposure of one sector from its rays, by 26.7.3 and the share that prevails. */
export function sectorExposure(input: SectorInput): SectorAssessment {
  const { distancesM, distancesFt, tolerance } = input;
  const { judgement, may, shown, known, ...categories } = sectorCategories(input);
  const { exposure, exposureStrict, lowest, highest, strictLowest, strictHighest } = categories;
  const segments = segmentsOf(shown.profile);
  const notExcluded = notExcludedBy(may, exposure, input);
  const changes = changesOf(known, segments, { distances: distancesM, tolerance, slack: SLACK_M });
  const feetPerUnit = 1 / METRES_PER_FOOT;
  const rule = [
    reasonOf({ judgement, distancesFt, tolerance, feetPerUnit }),
    ...notExcluded.map(
      ({ exposure: other, fromM }) =>
        `Ground not known from ${Math.round(fromM * feetPerUnit)} ft out does not exclude ${other}.`,
    ),
  ].join(' ');
  const [change] = changes;
  return {
    verdict: {
      roughness: prevailingOver(known, distancesM.reqB),
      exposure,
      exposureStrict,
      flips: exposure !== exposureStrict,
      undetermined: lowest !== highest,
      notExcluded,
      clause: EXPOSURE_CLAUSE,
      reason: change ? `${rule} ${changeSentence(change, feetPerUnit)}` : rule,
      distanceToChangeFt: change ? shiftFt(change) : null,
      segments: segments.map(({ roughness, from, to, share, confidence }) => ({
        roughness,
        fromM: millimetre(from),
        toM: millimetre(to),
        share,
        confidence,
      })),
    },
    lowest,
    highest,
    strictLowest,
    strictHighest,
    changes,
    rule,
    stale: shown.stale,
  };
}

export const shiftFt = ({ shift }: Change): number =>
  Math.round((shift / METRES_PER_FOOT) * 100) / 100;

/** Sums of floating point numbers differ in their last digits between machines; results do not. */
const millimetre = (metres: number): number => Math.round(metres * 1000) / 1000;

const segmentsOf = (profile: FetchProfile): FetchStretch[] =>
  stretchesOf(profile, SHORTEST_STRETCH_M);

/** Category with the largest share out to a distance; null where most of it is unknown ground. */
function prevailingOver(fetch: FetchView, to: number): Roughness | null {
  let best: Roughness | null = null;
  let most = fetch.within('unknown', to);
  for (const category of ROUGHNESS) {
    const length = fetch.within(category, to);
    if (length > 0 && length >= most - SLACK_M) [best, most] = [category, length];
  }
  return best;
}

/** Categories other than the answer that unsettled ground allows, and the ground that does. */
function notExcludedBy(
  may: readonly Judgement[],
  exposure: Roughness,
  { rays, areas, readings, distancesM }: SectorInput,
): NotExcluded[] {
  const seen = new Set<Roughness>([exposure]);
  const list: NotExcluded[] = [];
  for (const { exposure: other, startD } of may) {
    if (seen.has(other)) continue;
    seen.add(other);
    // Only ground within the stretch that the rule looks at can bring the other category about.
    const [from, to] =
      other === 'D'
        ? [startD ?? 0, (startD ?? 0) + distancesM.reqD]
        : exposure === 'D'
          ? [0, distancesM.lookOut]
          : [0, distancesM.reqB];
    const ids = new Set<string>();
    let fromM = Infinity;
    for (const ray of rays) {
      for (const stretch of ray) {
        if (readings.isSettled(stretch.area)) continue;
        if (stretch.toM <= from || stretch.fromM >= to) continue;
        fromM = Math.min(fromM, stretch.fromM);
        if (stretch.area !== NO_AREA) ids.add(areas[stretch.area]!.id);
      }
    }
    if (fromM === Infinity) fromM = from;
    list.push({ exposure: other, tileIds: [...ids].sort(), fromM: millimetre(fromM) });
  }
  return list.sort((a, b) => severity(a.exposure) - severity(b.exposure));
}
