import { changeLabel } from './label.ts';
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

/** What bringing a label in would do. Never an overwrite. */
export function judgeMerge(mine: LabelRecord | null, theirs: LabelRecord): MergeOutcome {
  if (!mine) return { kind: 'added' };
  if (mine.label === theirs.label && mine.note === theirs.note) return { kind: 'same' };
  return { kind: 'conflict', conflict: { id: mine.id, mine, theirs } };
}

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

/** The person chose the archive's word: it becomes a change of the label like any other. */
export const adoptTheirs = ({ mine, theirs }: LabelConflict, at: string): LabelRecord =>
  changeLabel(mine, { label: theirs.label, by: theirs.labeller, at, note: theirs.note });
