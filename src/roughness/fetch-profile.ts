import { ROUGHNESS, severity } from './category.ts';
import type { Roughness } from './category.ts';
import type { Ray } from './ray-profile.ts';

/** What a bit of ground counts as; null where it is not known. */
export interface Ground {
  roughness: Roughness | null;
  /** 0 to 1; 0 where not known. */
  confidence: number;
}

/** Rows of a profile: B, C, D, not known, and confidence times length. */
export const CHANNELS = ['B', 'C', 'D', 'unknown', 'confidence'] as const;
export type Channel = (typeof CHANNELS)[number];

/**
 * How much of each category lies within a distance of the site, mean over a sector's rays: wind
 * travels along rays, so each counts alike. Piecewise linear, hence exact between its points.
 * Lengths are metres, or any one unit throughout.
 */
export interface FetchProfile {
  /** Ascending from 0 to the end of the look-out. */
  at: Float64Array;
  /** Length within each channel from the site to `at[i]`. */
  within: Record<Channel, Float64Array>;
}

/** A stretch of fetch and the category that prevails in it. */
export interface FetchStretch {
  roughness: Roughness | null;
  from: number;
  to: number;
  /** Mean over the rays of the part of the stretch that lies in `roughness`. */
  share: number;
  /** Mean confidence of the known ground that the rays cross. */
  confidence: number;
}

/** Adds up rays of equal length. `groundOf(area)` says what each area counts as. */
export function profileOfRays(
  rays: readonly Ray[],
  groundOf: (area: number) => Ground,
): FetchProfile {
  const steps: { at: number; change: number[] }[] = [];
  const start = [0, 0, 0, 0, 0];
  let length = 0;
  for (const ray of rays) {
    let before: Ground | null = null;
    for (const { fromM, toM, area } of ray) {
      const ground = groundOf(area);
      length = Math.max(length, toM);
      if (before && same(before, ground)) continue;
      const change = density(ground);
      if (before) density(before).forEach((value, i) => (change[i]! -= value));
      if (fromM === 0) change.forEach((value, i) => (start[i]! += value));
      else steps.push({ at: fromM, change });
      before = ground;
    }
  }
  steps.sort((a, b) => a.at - b.at);
  return accumulate(start, steps, { length, rays: Math.max(1, rays.length) });
}

const same = (a: Ground, b: Ground): boolean =>
  a.roughness === b.roughness && a.confidence === b.confidence;

function density({ roughness, confidence }: Ground): number[] {
  const values = [0, 0, 0, 0, roughness === null ? 0 : confidence];
  values[roughness === null ? 3 : severity(roughness)] = 1;
  return values;
}

function accumulate(
  start: number[],
  steps: readonly { at: number; change: number[] }[],
  { length, rays }: { length: number; rays: number },
): FetchProfile {
  const at = new Float64Array(steps.length + 2);
  const sums = CHANNELS.map(() => new Float64Array(steps.length + 2));
  const rate = [...start];
  let last = 0;
  const advance = (to: number): void => {
    const step = to - at[last]!;
    if (step <= 0) return;
    last += 1;
    at[last] = to;
    sums.forEach((sum, i) => (sum[last] = sum[last - 1]! + (rate[i]! * step) / rays));
  };
  for (const { at: to, change } of steps) {
    advance(to);
    for (let i = 0; i < rate.length; i++) rate[i]! += change[i]!;
  }
  advance(length);
  return profileFrom(
    at.subarray(0, last + 1),
    sums.map((sum) => sum.subarray(0, last + 1)),
  );
}

function profileFrom(at: Float64Array, sums: readonly Float64Array[]): FetchProfile {
  const [B, C, D, unknown, confidence] = sums as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return { at, within: { B, C, D, unknown, confidence } };
}

export const profileLength = ({ at }: FetchProfile): number => at[at.length - 1] ?? 0;

/** Length of a channel from the site to `distance`. */
export function within(profile: FetchProfile, channel: Channel, distance: number): number {
  const { at } = profile;
  const sums = profile.within[channel];
  const last = at.length - 1;
  if (distance <= 0) return 0;
  if (distance >= at[last]!) return sums[last]!;
  let [low, high] = [0, last];
  while (high - low > 1) {
    const mid = (low + high) >> 1;
    if (at[mid]! <= distance) low = mid;
    else high = mid;
  }
  const part = (distance - at[low]!) / (at[high]! - at[low]!);
  return sums[low]! + part * (sums[high]! - sums[low]!);
}

/** Mean share of a channel from one distance to another, 0 to 1. */
export function shareOf(
  profile: FetchProfile,
  channel: Channel,
  { from, to }: { from: number; to: number },
): number {
  if (to <= from) return 0;
  const share = (within(profile, channel, to) - within(profile, channel, from)) / (to - from);
  return Math.min(1, Math.max(0, share));
}

/**
 * Splits the fetch where another category comes to prevail; of equals the more severe prevails,
 * and unknown ground only where it is more than any category. Stretches shorter than `shortest`
 * join the one before, so that a staircase of tile edges does not flicker.
 */
export function stretchesOf(profile: FetchProfile, shortest = 0): FetchStretch[] {
  const { at } = profile;
  const runs: { roughness: Roughness | null; from: number; to: number }[] = [];
  for (let i = 1; i < at.length; i++) {
    const roughness = prevailing(profile, i);
    const last = runs[runs.length - 1];
    if (last && last.roughness === roughness) last.to = at[i]!;
    else runs.push({ roughness, from: at[i - 1]!, to: at[i]! });
  }
  return withoutShort(runs, shortest).map((run) => {
    const known = 1 - shareOf(profile, 'unknown', run);
    const confidence = known > 1e-9 ? shareOf(profile, 'confidence', run) / known : 0;
    return {
      ...run,
      share: round(shareOf(profile, run.roughness ?? 'unknown', run)),
      confidence: round(Math.min(1, confidence)),
    };
  });
}

/** Shares are told to a millionth: more digits are noise of adding up. */
const round = (share: number): number => Math.round(share * 1e6) / 1e6;

function prevailing({ within: sums }: FetchProfile, i: number): Roughness | null {
  let best: Roughness | null = null;
  let most = sums.unknown[i]! - sums.unknown[i - 1]!;
  for (const category of ROUGHNESS) {
    const length = sums[category][i]! - sums[category][i - 1]!;
    // B, C, D in turn: the later of equals is the more severe, and beats unknown ground.
    if (length >= most - 1e-9 && length > 0) [best, most] = [category, length];
  }
  return best;
}

function withoutShort<T extends { roughness: Roughness | null; from: number; to: number }>(
  runs: T[],
  shortest: number,
): T[] {
  const kept: T[] = [];
  for (const run of runs) {
    const last = kept[kept.length - 1];
    if (last && (run.to - run.from < shortest || last.roughness === run.roughness))
      last.to = run.to;
    else kept.push({ ...run });
  }
  const [first, second] = kept;
  if (first && second && first.to - first.from < shortest) {
    second.from = first.from;
    kept.shift();
  }
  return kept;
}

/** Same fetch with one stretch set to a single category. */
export function replaceStretch(
  profile: FetchProfile,
  { from, to, ground }: { from: number; to: number; ground: Ground },
): FetchProfile {
  const rate = density(ground);
  const sumsAt = (distance: number): number[] =>
    CHANNELS.map((channel) => within(profile, channel, distance));
  const before = sumsAt(from);
  const after = sumsAt(to);
  const jump = before.map((sum, i) => sum + rate[i]! * (to - from) - after[i]!);
  const points = [...profile.at].filter((at) => at < from);
  const sums = points.map(sumsAt);
  points.push(from, to);
  sums.push(
    before,
    before.map((sum, i) => sum + rate[i]! * (to - from)),
  );
  for (const at of profile.at) {
    if (at <= to) continue;
    points.push(at);
    sums.push(sumsAt(at).map((sum, i) => sum + jump[i]!));
  }
  return profileFrom(
    Float64Array.from(points),
    CHANNELS.map((_, i) => Float64Array.from(sums, (sum) => sum[i]!)),
  );
}
