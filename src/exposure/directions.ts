import { severity, worst } from '../roughness/category.ts';
import type { Roughness } from '../roughness/category.ts';
import { METRES_PER_FOOT } from '../site/height.ts';
import { wrapBearing } from '../site/geodesy.ts';
import { DIRECTIONS, SECTORS, sectorsEitherSide } from '../site/sectors.ts';
import { UserError } from '../site/user-error.ts';
import type { Sector, WindDirection } from '../site/sectors.ts';
import type { Change } from './distance-to-change.ts';
import { kz } from './kz.ts';
import type { KzOptions } from './kz.ts';
import { changeSentence } from './reason.ts';
import { shiftFt } from './sector-exposure.ts';
import type { SectorAssessment } from './sector-exposure.ts';
import type { DirectionResult, NotExcluded } from './verdict.ts';

/** Directions to judge and the sectors they need, each sector once. */
export interface DirectionPlan {
  sectors: Sector[];
  directions: (WindDirection & { sectors: [number, number] })[];
}

/** The eight directions on the eight fixed sectors, then any further bearings on their own two. */
export function planDirections(extraBearingsDeg: readonly number[] = []): DirectionPlan {
  const sectors: Sector[] = [...SECTORS];
  const indexOf = (sector: Sector): number => {
    const known = sectors.findIndex(({ fromDeg }) => Math.abs(fromDeg - sector.fromDeg) < 1e-9);
    return known >= 0 ? known : sectors.push(sector) - 1;
  };
  const plan = (direction: WindDirection) => {
    const [before, after] = sectorsEitherSide(direction.bearingDeg);
    return { ...direction, sectors: [indexOf(before), indexOf(after)] as [number, number] };
  };
  const faces = extraBearingsDeg.map((deg, i): WindDirection => {
    if (!Number.isFinite(deg)) throw new UserError(`A bearing must be degrees, not ${deg}.`);
    const bearingDeg = wrapBearing(deg);
    return { name: `face ${i + 1} (${Number(bearingDeg.toFixed(1))}°)`, bearingDeg };
  });
  return { directions: [...DIRECTIONS, ...faces].map(plan), sectors };
}

/** Of the two sectors either side of the wind the one giving the higher load governs (26.7.1). */
export function directionExposure(
  { name, bearingDeg, sectors }: DirectionPlan['directions'][number],
  plan: readonly Sector[],
  assessments: readonly SectorAssessment[],
  height: KzOptions,
): DirectionResult {
  const both = sectors.map((index) => ({ index, ...assessments[index]! }));
  const [first, second] = both as [(typeof both)[number], (typeof both)[number]];
  const governing = outranks(second, first) ? second : first;
  const exposure = governing.verdict.exposure;
  const lowest = worst(first.lowest, second.lowest);
  const highest = worst(first.highest, second.highest);
  const exposureStrict = worst(first.verdict.exposureStrict, second.verdict.exposureStrict);
  const change = nearestChange(both, exposure);
  const where =
    change && change.index !== governing.index ? ` in sector ${plan[change.index]!.name}°` : '';
  const sentences = [`Sector ${plan[governing.index]!.name}° governs.`, governing.rule];
  if (change) sentences.push(changeSentence(change, 1 / METRES_PER_FOOT, where));
  return {
    name,
    bearingDeg,
    sectors,
    governedBy: governing.index,
    roughness: governing.verdict.roughness,
    exposure,
    exposureStrict,
    flips: exposure !== exposureStrict,
    undetermined: lowest !== highest,
    notExcluded: notExcluded(both, { exposure, lowest, highest }),
    clause: governing.verdict.clause,
    reason: sentences.join(' '),
    distanceToChangeFt: change ? shiftFt(change) : null,
    segments: governing.verdict.segments,
    kz: roundKz(kz(exposure, height)),
  };
}

/** Kz to six decimals: the standard's tables give two. */
export const roundKz = (value: number): number => Math.round(value * 1e6) / 1e6;

/** Distances to the next change that differ by less than this are alike [ft]. */
const LIKE_CHANGE_FT = 0.02;

/** By category, then by what may yet be worse, then by the nearer change; the first of equals. */
function outranks(one: SectorAssessment, other: SectorAssessment): boolean {
  const worstOf = ({ verdict, highest }: SectorAssessment): number =>
    severity(worst(verdict.exposureStrict, highest));
  const nearOf = ({ verdict }: SectorAssessment): number => verdict.distanceToChangeFt ?? Infinity;
  const more =
    severity(one.verdict.exposure) - severity(other.verdict.exposure) ||
    worstOf(one) - worstOf(other);
  return more > 0 || (more === 0 && nearOf(one) < nearOf(other) - LIKE_CHANGE_FT);
}

type IndexedChange = Change & { index: number };

/**
 * The smallest shift of one boundary that changes the worse of the two sectors. Where both sectors
 * hold the governing category, it falls only when both fall: the boundary moves in both.
 */
function nearestChange(
  both: readonly (SectorAssessment & { index: number })[],
  exposure: Roughness,
): IndexedChange | undefined {
  const now = severity(exposure);
  const changes: IndexedChange[] = both.flatMap(({ changes: own, index }) =>
    own.filter(({ to }) => severity(to) > now).map((change) => ({ ...change, index })),
  );
  const falls: (IndexedChange | undefined)[] = both
    .filter(({ verdict }) => verdict.exposure === exposure)
    .map(({ changes: own, index }) => {
      const fall = own.find(({ to }) => severity(to) < now);
      return fall && { ...fall, index };
    });
  if (falls.every((fall) => fall !== undefined)) {
    const others = both.filter(({ verdict }) => verdict.exposure !== exposure);
    const to = [...falls, ...others.map(({ verdict }) => ({ to: verdict.exposure }))]
      .map((one) => one.to)
      .reduce(worst);
    const last = falls.reduce((a, b) => (b.shift > a.shift ? b : a));
    changes.push({ ...last, to });
  }
  return changes.sort((a, b) => a.shift - b.shift)[0];
}

function notExcluded(
  both: readonly SectorAssessment[],
  { exposure, lowest, highest }: { exposure: Roughness; lowest: Roughness; highest: Roughness },
): NotExcluded[] {
  const merged = new Map<Roughness, NotExcluded>();
  for (const { verdict } of both) {
    for (const { exposure: other, tileIds, fromM } of verdict.notExcluded) {
      const possible = severity(other) >= severity(lowest) && severity(other) <= severity(highest);
      if (other === exposure || !possible) continue;
      const known = merged.get(other);
      merged.set(other, {
        exposure: other,
        tileIds: [...new Set([...(known?.tileIds ?? []), ...tileIds])].sort(),
        fromM: Math.min(known?.fromM ?? Infinity, fromM),
      });
    }
  }
  return [...merged.values()].sort((a, b) => severity(a.exposure) - severity(b.exposure));
}
