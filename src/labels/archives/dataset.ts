import { ROUGHNESS } from '../../roughness/category.ts';
import { roughnessOf } from '../label.ts';
import type { LabelRecord } from '../label.ts';
import type { Split, SplitAssignment } from '../split-by-site.ts';

/** Class names in archives, in label order. */
export const CLASS_NAMES = [...ROUGHNESS];

/**
 * Where a label lies in an archive. `other` holds what nobody should train on: loaders look for
 * train, validation and test, and pass it by.
 */
export type Place = Split | 'other';
export const PLACES: readonly Place[] = ['train', 'validation', 'test', 'other'];

/** A label on its way out or in. */
export interface DatasetLabel {
  label: LabelRecord;
  place: Place;
}

export interface Selection {
  rows: DatasetLabel[];
  /** What was left out, and why: one line a source. */
  withheld: string[];
}

/** Labels that may leave, by place and id; the rest is named with its reason. */
export function selectForExport(
  labels: readonly LabelRecord[],
  assigned: SplitAssignment,
): Selection {
  const rows: DatasetLabel[] = [];
  const held = new Map<string, { count: number; name: string; terms: string }>();
  for (const label of labels) {
    if (label.source.exportAllowed) {
      rows.push({ label, place: placeOf(label, assigned) });
      continue;
    }
    const { id, name, terms } = label.source;
    held.set(id, { name, terms, count: (held.get(id)?.count ?? 0) + 1 });
  }
  rows.sort(
    (a, b) =>
      PLACES.indexOf(a.place) - PLACES.indexOf(b.place) || (a.label.id < b.label.id ? -1 : 1),
  );
  const withheld = [...held.values()].map(({ count, name, terms }) =>
    `${count} ${count === 1 ? 'label' : 'labels'} on imagery of ${name} left out: its terms let you label and train here, but not hand the pictures on. ${terms}`.trim(),
  );
  return { rows, withheld };
}

const placeOf = (label: LabelRecord, assigned: SplitAssignment): Place =>
  roughnessOf(label.label) ? (assigned[label.siteId] ?? 'train') : 'other';

/** Attributions of what is exported, one line each. */
export const attributionsOf = (rows: readonly DatasetLabel[]): string[] =>
  [...new Set(rows.map(({ label: { source } }) => `${source.name}: ${source.attribution}`))].sort();

/** A dataset card for people: what it is, how to open it, whose pictures. */
export function datasetCard(rows: readonly DatasetLabel[], opening: string[]): string {
  const count = (name: string) => rows.filter(({ label }) => label.label === name).length;
  return [
    '# Surface roughness labels',
    '',
    `${rows.length} aerial tiles labelled by people with ASCE/SEI 7 surface roughness: B ${count('B')}, C ${count('C')}, D ${count('D')}.`,
    'Tiles marked unsure or unusable lie apart in `other`. Splits are by site, never by tile.',
    'The `record` of each label holds everything known of it: footprint, source, dates, the',
    'model’s opinion at the time, who labelled it, notes, and the history of every change.',
    '',
    ...opening,
    '',
    '## Imagery',
    '',
    ...attributionsOf(rows).map((line) => `- ${line}`),
    '',
  ].join('\n');
}

/** What a row says outside its record: enough to sort and plot, each column of one type. */
export function plainColumns({ label, centre, tileM, labelledAt, id }: LabelRecord) {
  return {
    label: label as string,
    lng: centre?.lng ?? null,
    lat: centre?.lat ?? null,
    tile_m: tileM,
    labelled_at: labelledAt,
    id,
  };
}
