import type { FetchStretch } from '../roughness/fetch-profile.ts';
import { shiftedView } from '../roughness/fetch-view.ts';
import type { FetchView } from '../roughness/fetch-view.ts';
import type { Roughness } from '../roughness/category.ts';
import { judgeFetch } from './judge-fetch.ts';
import type { JudgeOptions } from './judge-fetch.ts';

/** The shift of one boundary after which another category holds. */
export interface Change {
  to: Roughness;
  /** Smallest shift, in the profile's unit, 0 for a tie. */
  shift: number;
  /** Where the boundary lies now. */
  at: number;
  direction: 'nearer' | 'further';
  inner: Roughness;
  outer: Roughness;
}

/** A boundary's way is looked at in this many steps; a change within one is then closed in on. */
const STEPS = 24;

/**
 * For each other category, the smallest shift of one roughness boundary along the fetch that
 * brings it about. Boundaries move between their two neighbours.
 */
export function changesOf(
  fetch: FetchView,
  stretches: readonly FetchStretch[],
  options: JudgeOptions,
): Change[] {
  const best = new Map<Roughness, Change>();
  const now = judgeFetch(fetch, options).exposure;
  for (let i = 1; i < stretches.length; i++) {
    const [inner, outer] = [stretches[i - 1]!, stretches[i]!];
    const [inside, outside] = [inner.roughness, outer.roughness];
    if (inside === null || outside === null) continue;
    for (const sign of [-1, 1] as const) {
      const most = sign < 0 ? inner.to - inner.from : outer.to - outer.from;
      const exposureAt = (shift: number): Roughness =>
        shift === 0
          ? now
          : judgeFetch(shiftedView(fetch, { inner, outer, by: sign * shift }), options).exposure;
      for (const { to, shift } of changesAlong(exposureAt, { now, most, slack: options.slack })) {
        const known = best.get(to);
        if (known && known.shift <= shift) continue;
        const direction = sign < 0 ? 'nearer' : 'further';
        best.set(to, { to, shift, at: inner.to, direction, inner: inside, outer: outside });
      }
    }
  }
  return [...best.values()].sort((a, b) => a.shift - b.shift);
}

function changesAlong(
  exposureAt: (shift: number) => Roughness,
  { now, most, slack }: { now: Roughness; most: number; slack: number },
): { to: Roughness; shift: number }[] {
  const found: { to: Roughness; shift: number }[] = [];
  let [before, low] = [now, 0];
  for (let step = 1; step <= STEPS; step++) {
    const end = (most * step) / STEPS;
    const atEnd = exposureAt(end);
    // Two changes within one step are found one after the other.
    for (let guard = 0; before !== atEnd && guard < 3; guard++) {
      let high = end;
      while (high - low > slack / 10) {
        const mid = (low + high) / 2;
        if (exposureAt(mid) === before) low = mid;
        else high = mid;
      }
      before = exposureAt(high);
      found.push({ to: before, shift: high });
      low = high;
    }
    low = end;
  }
  return found.filter(({ to }, i) => to !== now && found.findIndex((one) => one.to === to) === i);
}
