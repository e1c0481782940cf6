import { ROUGHNESS, severity } from '../roughness/category.ts';
import type { Roughness } from '../roughness/category.ts';
import type { ClassifiedArea } from '../roughness/classified-area.ts';
import type { Ground } from '../roughness/fetch-profile.ts';
import { NO_AREA } from '../roughness/ray-profile.ts';

/**
 * What each piece of ground counts as. `known` leaves unknown ground unknown and takes an unsure
 * tile as its likeliest category; the others take all ground that is not settled as the roughest,
 * the middle or the smoothest it may be. Severity never falls where ground gets smoother, so every
 * other combination lies between `roughest` and `smoothest`: three readings stand for all 3ⁿ.
 */
export interface GroundReadings {
  known: (area: number) => Ground;
  roughest: (area: number) => Ground;
  middle: (area: number) => Ground;
  smoothest: (area: number) => Ground;
  isSettled: (area: number) => boolean;
}

/** @param conservative false: an unsure tile counts as settled on its likeliest category */
export function groundReadings(
  areas: readonly ClassifiedArea[],
  conservative: boolean,
): GroundReadings {
  const candidates = areas.map((area) => candidatesOf(area, conservative));
  const known = areas.map(({ roughness, confidence }) => ({
    roughness,
    confidence: roughness === null ? 0 : confidence,
  }));
  const reading = (choose: (may: readonly Roughness[]) => Roughness) => {
    const grounds = candidates.map((may) => ({ roughness: choose(may), confidence: 0 }));
    const nowhere = { roughness: choose(ROUGHNESS), confidence: 0 };
    return (area: number): Ground => (area === NO_AREA ? nowhere : grounds[area]!);
  };
  return {
    known: (area) => (area === NO_AREA ? UNKNOWN : known[area]!),
    roughest: reading((may) => may[0]!),
    middle: reading((may) => (may.includes('C') ? 'C' : may[0]!)),
    smoothest: reading((may) => may[may.length - 1]!),
    isSettled: (area) => area !== NO_AREA && candidates[area]!.length === 1,
  };
}

const UNKNOWN: Ground = { roughness: null, confidence: 0 };

/** What an area may be, roughest first. */
function candidatesOf(area: ClassifiedArea, conservative: boolean): Roughness[] {
  const { roughness } = area;
  if (roughness === null)
    return area.candidates.length > 1 ? sorted(area.candidates) : [...ROUGHNESS];
  return conservative ? sorted([...new Set([roughness, ...area.candidates])]) : [roughness];
}

const sorted = (may: readonly Roughness[]): Roughness[] =>
  [...may].sort((a, b) => severity(a) - severity(b));
