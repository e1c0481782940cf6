import { changeLabel, keepLabel } from './label.ts';
import type { LabelRecord } from './label.ts';
import type { LabelEntry, LabelStore } from './label-store.ts';

/** A tile on which the store and an archive say different things. The store's word stands. */
export interface LabelConflict {
  id: string;
  mine: LabelRecord;
  theirs: LabelRecord;
}

export type MergeOutcome =
  { kind: 'added' } | { kind: 'same' } | { kind: 'conflict'; conflict: LabelConflict };

/** What bringing a label in would do. Never an overwrite; what was settled once is not asked again. */
export function judgeMerge(mine: LabelRecord | null, theirs: LabelRecord): MergeOutcome {
  if (!mine) return { kind: 'added' };
  if (sayAlike(mine, theirs) || isSettled(mine, theirs)) return { kind: 'same' };
  return { kind: 'conflict', conflict: { id: mine.id, mine, theirs } };
}

type Word = Pick<LabelRecord, 'label' | 'note'>;
/** Whether two hold the same of a tile, whoever says it. */
export const sayAlike = (a: Word, b: Word): boolean => a.label === b.label && a.note === b.note;

/** Whether the person kept this very word against that one. */
const isSettled = (mine: LabelRecord, theirs: LabelRecord): boolean =>
  mine.history.some(
    (event) => event.against && sayAlike(event, mine) && sayAlike(event.against, theirs),
  );

/** Brings labels in: new ones are written together, known ones compared. */
export async function mergeLabels(
  store: LabelStore,
  entries: readonly LabelEntry[],
): Promise<MergeOutcome[]> {
  const outcomes: MergeOutcome[] = [];
  const added = new Map<string, LabelEntry>();
  const here = await store.getMany(entries.map(({ label }) => label.id));
  for (const [i, entry] of entries.entries()) {
    const mine = added.get(entry.label.id)?.label ?? here[i]!;
    const outcome = judgeMerge(mine, entry.label);
    if (outcome.kind === 'added') added.set(entry.label.id, entry);
    outcomes.push(outcome);
  }
  if (added.size > 0) await store.putMany([...added.values()]);
  return outcomes;
}

/** What the person decided of a conflict: their own word stands, or the archive's is adopted. */
export type Settling = 'mine' | 'theirs';

/**
 * A label as the person settled a conflict about it. It is made of the label as it stands now, which
 * may have changed since the archive came in; either way it becomes a change like any other.
 */
export const settleLabel = (
  mine: LabelRecord,
  theirs: LabelRecord,
  { take, by, at }: { take: Settling; by: string; at: string },
): LabelRecord =>
  take === 'mine'
    ? keepLabel(mine, theirs, { by, at })
    : changeLabel(mine, { label: theirs.label, by: theirs.labeller, at, note: theirs.note });
