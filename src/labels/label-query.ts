import type { LabelChoice, LabelRecord } from './label.ts';
import type { Split, SplitAssignment } from './split-by-site.ts';

/** What the gallery shows; a key left out lets everything through. */
export interface LabelQuery {
  label?: LabelChoice;
  split?: Split;
  siteId?: string;
  sourceId?: string;
  labeller?: string;
  /** Only these ids, such as near-duplicates. */
  ids?: ReadonlySet<string>;
  /** Words to find in the note, any case. */
  text?: string;
}

/** Newest first: what was just labelled is what one looks for. One moment's labels go by their id. */
export const newestFirst = (labels: Iterable<LabelRecord>): LabelRecord[] =>
  [...labels].sort((a, b) => compare(b.labelledAt, a.labelledAt) || compare(a.id, b.id));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Labels that fit, in their own order. */
export function filterLabels(
  labels: readonly LabelRecord[],
  query: LabelQuery,
  assigned: SplitAssignment = {},
): LabelRecord[] {
  const text = query.text?.trim().toLowerCase();
  return labels.filter(
    (label) =>
      (!query.label || label.label === query.label) &&
      (!query.split || (assigned[label.siteId] ?? 'train') === query.split) &&
      (!query.siteId || label.siteId === query.siteId) &&
      (!query.sourceId || label.source.id === query.sourceId) &&
      (!query.labeller || label.labeller === query.labeller) &&
      (!query.ids || query.ids.has(label.id)) &&
      (!text || label.note.toLowerCase().includes(text)),
  );
}

export interface LabelFacets {
  choices: Record<LabelChoice, number>;
  sites: string[];
  sources: { id: string; name: string }[];
  labellers: string[];
}

/** What there is to filter by, and how many labels of each choice. */
export function facetsOf(labels: readonly LabelRecord[]): LabelFacets {
  const choices: Record<LabelChoice, number> = { B: 0, C: 0, D: 0, unsure: 0, unusable: 0 };
  const sources = new Map<string, string>();
  const sites = new Set<string>();
  const labellers = new Set<string>();
  for (const { label, source, siteId, labeller } of labels) {
    choices[label] += 1;
    sources.set(source.id, source.name);
    sites.add(siteId);
    labellers.add(labeller);
  }
  return {
    choices,
    sites: [...sites].sort(),
    sources: [...sources]
      .map(([id, name]) => ({ id, name }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    labellers: [...labellers].sort(),
  };
}
