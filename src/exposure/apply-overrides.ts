import type { ClassifiedArea } from '../roughness/classified-area.ts';
import { ROUGHNESS } from '../roughness/category.ts';
import { profileLength, replaceStretch } from '../roughness/fetch-profile.ts';
import type { FetchProfile, FetchStretch } from '../roughness/fetch-profile.ts';
import type { Override } from './verdict.ts';

/** A segment override with its segment index read. */
export interface SegmentOverride {
  segment: number;
  override: Override;
}

/** Areas with the person's categories in place of the model's; the last word on a tile counts. */
export function applyTileOverrides(
  areas: readonly ClassifiedArea[],
  overrides: readonly Override[],
): { areas: ClassifiedArea[]; stale: Override[] } {
  const byId = new Map<string, Override>();
  for (const override of overrides) {
    if (override.target === 'tile') byId.set(override.id, override);
  }
  const changed = areas.map((area): ClassifiedArea => {
    const override = byId.get(area.id);
    if (!override) return area;
    byId.delete(area.id);
    const { to } = override;
    return to === null
      ? { ...area, roughness: null, candidates: [...ROUGHNESS], confidence: 0, by: 'person' }
      : { ...area, roughness: to, candidates: [to], confidence: 1, by: 'person' };
  });
  return { areas: changed, stale: [...byId.values()] };
}

export interface OverriddenProfile {
  profile: FetchProfile;
  /** Makes the same changes to another reading of the same sector. */
  replay: (profile: FetchProfile) => FetchProfile;
  stale: Override[];
}

/**
 * Sets segments to another category and moves break lines. Each override names a segment as it
 * stood after the ones before it, so they are applied in order; one whose segment is gone, or holds
 * another category than the person saw, is left out and reported.
 */
export function applySegmentOverrides(
  profile: FetchProfile,
  overrides: readonly SegmentOverride[],
  segmentsOf: (profile: FetchProfile) => FetchStretch[],
): OverriddenProfile {
  const edits: Parameters<typeof replaceStretch>[1][] = [];
  const stale: Override[] = [];
  let current = profile;
  for (const { segment: index, override } of overrides) {
    const segments = segmentsOf(current);
    const segment = segments[index];
    if (!segment || segment.roughness !== override.from) {
      stale.push(override);
      continue;
    }
    for (const edit of editsFor(segment, segments[index + 1], override, profileLength(profile))) {
      edits.push(edit);
      current = replaceStretch(current, edit);
    }
  }
  return {
    profile: current,
    replay: (other) => edits.reduce(replaceStretch, other),
    stale,
  };
}

function editsFor(
  segment: FetchStretch,
  next: FetchStretch | undefined,
  { to, atM }: Override,
  lengthM: number,
): Parameters<typeof replaceStretch>[1][] {
  const ground = (roughness: Override['to']) => ({
    roughness,
    confidence: roughness === null ? 0 : 1,
  });
  const end = atM === undefined ? segment.to : Math.min(Math.max(atM, segment.from), lengthM);
  const edits: Parameters<typeof replaceStretch>[1][] = [];
  const add = (from: number, until: number, roughness: Override['to']): void => {
    if (until > from) edits.push({ from, to: until, ground: ground(roughness) });
  };
  // An unchanged category keeps its mixed ground; only the ground that a moved line passes changes.
  if (to !== segment.roughness) add(segment.from, Math.min(end, segment.to), to);
  add(segment.to, end, to);
  add(end, segment.to, next ? next.roughness : segment.roughness);
  return edits;
}
