import { profileLength, within } from './fetch-profile.ts';
import type { FetchProfile, FetchStretch } from './fetch-profile.ts';
import type { Roughness } from './category.ts';

type Counted = Roughness | 'unknown';

/** What judging needs of a fetch: a profile as it is, or as it would be with a boundary moved. */
export interface FetchView {
  length: number;
  /** Distance beyond which fewer than half of the rays meet known ground. */
  reachOfKnown: number;
  /** Distances strictly between two others where a share may change its slope. */
  pointsBetween(from: number, to: number): number[];
  /** Length of a category from the site to a distance. */
  within(category: Counted, distance: number): number;
}

export function viewOf(profile: FetchProfile): FetchView {
  const { at } = profile;
  return {
    length: profileLength(profile),
    reachOfKnown: reachOfKnown(profile),
    pointsBetween: (from, to) => {
      const points: number[] = [];
      for (let i = firstAbove(at, from); i < at.length && at[i]! < to; i++) points.push(at[i]!);
      return points;
    },
    within: (category, distance) => within(profile, category, distance),
  };
}

/** Edges of two rays closer than this may change places by rounding; what lies between is nothing. */
const SLIVER = 1e-3;

function reachOfKnown(profile: FetchProfile): number {
  const { at } = profile;
  const { unknown } = profile.within;
  if (unknown[unknown.length - 1] === 0) return profileLength(profile);
  for (let i = at.length - 1; i > 0; i--) {
    let from = i - 1;
    while (from > 0 && at[i]! - at[from]! < SLIVER) from--;
    const rate = (unknown[i]! - unknown[from]!) / (at[i]! - at[from]!);
    if (rate <= 0.5 + 1e-9) return at[i]!;
  }
  return 0;
}

function firstAbove(at: Float64Array, value: number): number {
  let [low, high] = [0, at.length];
  while (low < high) {
    const mid = (low + high) >> 1;
    if (at[mid]! <= value) low = mid + 1;
    else high = mid;
  }
  return low;
}

/** Two neighbouring stretches and how far the boundary between them moves. */
export interface BoundaryShift {
  inner: FetchStretch;
  outer: FetchStretch;
  /** Positive: outward. At most the length of the stretch it moves into. */
  by: number;
}

/**
 * The fetch with the ground around one boundary moved along it: each ray's own edge moves alike,
 * between the two neighbouring boundaries. What is uncovered takes the category that prevails on
 * that side.
 */
export function shiftedView(view: FetchView, { inner, outer, by }: BoundaryShift): FetchView {
  const [from, to] = [inner.from, outer.to];
  const filler = by > 0 ? inner.roughness : outer.roughness;
  // Stretch of new ground, and the stretch that the old ground moves to.
  const [newFrom, newTo] = by > 0 ? [from, from + by] : [to + by, to];
  const [movedFrom, movedTo] = by > 0 ? [newTo, to] : [from, newFrom];
  const clamp = (distance: number, low: number, high: number): number =>
    Math.min(Math.max(distance, low), high);
  return {
    length: view.length,
    reachOfKnown: view.reachOfKnown,
    pointsBetween: (low, high) => {
      const points = [from, newFrom, newTo, to].filter((at) => at > low && at < high);
      points.push(...view.pointsBetween(low, Math.min(high, from)));
      for (const at of view.pointsBetween(
        Math.max(low, movedFrom) - by,
        Math.min(high, movedTo) - by,
      )) {
        points.push(at + by);
      }
      points.push(...view.pointsBetween(Math.max(low, to), high));
      return points;
    },
    within: (category, distance) => {
      const at = (old: number): number => view.within(category, old);
      if (distance <= from) return at(distance);
      const added =
        category === (filler ?? 'unknown') ? clamp(distance, newFrom, newTo) - newFrom : 0;
      const moved = at(clamp(distance, movedFrom, movedTo) - by) - at(movedFrom - by);
      const beyond = distance > to ? at(distance) - at(to) : 0;
      return at(from) + added + moved + beyond;
    },
  };
}
