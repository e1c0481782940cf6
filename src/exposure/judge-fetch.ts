import type { Roughness } from '../roughness/category.ts';
import type { FetchView } from '../roughness/fetch-view.ts';
import type { ExposureDistances } from './distances.ts';

export interface JudgeOptions {
  /** In the profile's own unit of length. */
  distances: ExposureDistances;
  /** Share of other ground that a prevailing category may hold, 0 to below 1. */
  tolerance: number;
  /** Lengths closer than this are equal; equal lengths take the more severe category. */
  slack: number;
}

/** A category and the numbers that decided it, in the fetch's unit. */
export interface Judgement {
  exposure: Roughness;
  /** Share of B out to reqB. */
  shareB: number;
  /** Nearest start found of a D condition within trans; null if there is none. */
  startD: number | null;
  /** Largest share of D over reqD from any start within trans, and that start. */
  bestD: { share: number; start: number };
}

/**
 * Exposure category of one fetch (26.7.3). D is tested before B, then C is left.
 *
 * Shares are of the known ground, out to where at least half of the rays still meet known ground;
 * beyond that nothing is known to prevail. Smoother ground can only raise the D share and lower
 * the B share, so the category's severity never falls where ground gets smoother.
 */
export function judgeFetch(
  fetch: FetchView,
  { distances, tolerance, slack }: JudgeOptions,
): Judgement {
  const { reqB, reqD, trans } = distances;
  const prevailingLength = knownLength(fetch);
  let best = { share: -1, start: 0 };
  let startD: number | null = null;
  for (const start of startsOfD(fetch, { reqD, trans })) {
    const length = prevailingLength('D', start, start + reqD);
    if (length / reqD > best.share + 1e-12) best = { share: length / reqD, start };
    if (startD === null && length >= (1 - tolerance) * reqD - slack) startD = start;
  }
  // “For more than reqB”: where B just reaches its share, it must still hold it a hair beyond, so
  // that exactly reqB of B is not B.
  const excess = prevailingLength('B', 0, reqB) - (1 - tolerance) * reqB;
  const beyond = prevailingLength('B', reqB, reqB + slack);
  const goesOn = beyond >= (1 - tolerance) * slack * (1 - 1e-3);
  const isB = excess >= slack || (excess >= -slack && goesOn);
  return {
    exposure: startD !== null ? 'D' : isB ? 'B' : 'C',
    shareB: Math.min(1, prevailingLength('B', 0, reqB) / reqB),
    startD,
    bestD: { share: Math.min(1, best.share), start: best.start },
  };
}

/**
 * Starts at which the D share over reqD can be largest: it is piecewise linear in the start, so
 * its corners and the two ends are enough.
 */
function startsOfD(fetch: FetchView, { reqD, trans }: { reqD: number; trans: number }): number[] {
  const ends = fetch.pointsBetween(reqD, reqD + trans).map((point) => point - reqD);
  return [0, trans, ...fetch.pointsBetween(0, trans), ...ends].sort((a, b) => a - b);
}

type KnownLength = (channel: 'B' | 'D', from: number, to: number) => number;

/** Length of a category in a window, were the unknown ground within reach like the known. */
function knownLength(fetch: FetchView): KnownLength {
  const { reachOfKnown } = fetch;
  const length = (channel: 'B' | 'D' | 'unknown', from: number, to: number): number =>
    fetch.within(channel, to) - fetch.within(channel, from);
  return (channel, from, to) => {
    const end = Math.min(to, reachOfKnown);
    if (end <= from) return 0;
    const known = end - from - length('unknown', from, end);
    if (known <= 1e-6 * (end - from)) return 0;
    return (length(channel, from, end) * (end - from)) / known;
  };
}
