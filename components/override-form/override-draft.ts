import type { FetchSegment, Override, SiteResult } from '../../src/analysis/site-result.ts';
import type { Roughness } from '../../src/roughness/category.ts';

/** What the form is about. */
export type OverrideTarget =
  { kind: 'sector'; index: number } | { kind: 'direction'; name: string };

/** What a person is about to decide; nulls are not changed. */
export interface OverrideDraft {
  segment: number;
  /** Another category for the stretch or direction; `undefined` leaves it. */
  to: Roughness | null | undefined;
  /** Where the stretch ends [m]; `undefined` leaves it. */
  atM: number | undefined;
}

export const EMPTY_DRAFT: OverrideDraft = { segment: 0, to: undefined, atM: undefined };

/** Segments of a sector with a draft drawn in, for the strip. */
export function withDraft(
  segments: readonly FetchSegment[],
  { segment, to, atM }: OverrideDraft,
): FetchSegment[] {
  return segments.map((one, index) => {
    if (index === segment) {
      return { ...one, roughness: to === undefined ? one.roughness : to, toM: atM ?? one.toM };
    }
    return index === segment + 1 && atM !== undefined ? { ...one, fromM: atM } : one;
  });
}

/** The override that a draft stands for; null where it changes nothing. */
export function overrideOf(
  result: SiteResult,
  target: OverrideTarget,
  draft: OverrideDraft,
): Pick<Override, 'target' | 'id' | 'from' | 'to' | 'atM' | 'fromAtM'> | null {
  if (target.kind === 'direction') {
    const direction = result.directions.find(({ name }) => name === target.name);
    if (!direction || !draft.to || draft.to === direction.exposure) return null;
    return { target: 'direction', id: target.name, from: direction.exposure, to: draft.to };
  }
  const segment = result.sectors[target.index]?.segments[draft.segment];
  if (!segment) return null;
  const to = draft.to === undefined ? segment.roughness : draft.to;
  const moved = draft.atM !== undefined && Math.abs(draft.atM - segment.toM) > 0.005;
  if (to === segment.roughness && !moved) return null;
  return {
    target: 'segment',
    id: `${target.index}:${draft.segment}`,
    from: segment.roughness,
    to,
    ...(moved && { atM: Math.round(draft.atM! * 1000) / 1000, fromAtM: segment.toM }),
  };
}

/** Directions whose category is another one, `S C → D`. */
export function changedDirections(
  before: SiteResult,
  after: SiteResult,
): { name: string; before: Roughness; after: Roughness }[] {
  return after.directions.flatMap(({ name, exposure }) => {
    const was = before.directions.find((one) => one.name === name)?.exposure;
    return was && was !== exposure ? [{ name, before: was, after: exposure }] : [];
  });
}
