import { PLACES, datasetCard } from './dataset.ts';
import type { DatasetLabel, Place } from './dataset.ts';

/** Where the labels of a place lie in a Hub dataset. */
export const hubPathOf = (place: Place): string => `data/${place}-00000-of-00001.parquet`;

/** Between these lines of a dataset card stands what Upwind writes; the rest is the people's. */
const [BEGIN, END] = ['<!-- upwind: labels -->', '<!-- /upwind -->'];

/**
 * The card of a Hub dataset: what the Hub reads at its head, and what people read below. Of a card
 * that is there already everything stays but our own part and the list of our files.
 * @param there the dataset's README.md; null where it has none
 */
export function hubCard(rows: readonly DatasetLabel[], there: string | null): string {
  const ours = `${BEGIN}\n${datasetCard(rows, []).trim()}\n${END}`;
  const { head, body } = partsOf(there?.replaceAll('\r\n', '\n') ?? '');
  const begin = body.indexOf(BEGIN);
  const end = body.indexOf(END, begin);
  const text =
    begin >= 0 && end >= 0
      ? body.slice(0, begin) + ours + body.slice(end + END.length)
      : [body.trim(), ours].filter(Boolean).join('\n\n');
  return `---\n${headOf(rows, head)}\n---\n\n${text.trim()}\n`;
}

/** The YAML between the first two `---` lines, and what comes after. */
function partsOf(card: string): { head: string; body: string } {
  const found = /^\uFEFF?---\n([\s\S]*?)(?:^|\n)---[ \t]*(?:\n|$)/.exec(card);
  return found ? { head: found[1]!, body: card.slice(found[0].length) } : { head: '', body: card };
}

/** Keys at the margin with the lines below them, so that nothing of theirs has to be understood. */
function headOf(rows: readonly DatasetLabel[], theirs: string): string {
  const blocks = new Map<string, string>();
  let key = '';
  for (const line of theirs.split('\n').filter((line) => line.trim() !== '')) {
    key = /^([\w-]+)\s*:/.exec(line)?.[1] ?? key;
    blocks.set(key, blocks.has(key) ? `${blocks.get(key)}\n${line}` : line);
  }
  const missing = {
    task_categories: 'task_categories:\n- image-classification',
    tags: 'tags:\n- aerial-imagery\n- surface-roughness',
  };
  for (const [name, block] of Object.entries(missing)) {
    if (!blocks.has(name)) blocks.set(name, block);
  }
  const places = PLACES.filter((place) => rows.some((row) => row.place === place));
  blocks.set(
    'configs',
    [
      'configs:',
      '- config_name: default',
      '  data_files:',
      ...places.flatMap((place) => [`  - split: ${place}`, `    path: ${hubPathOf(place)}`]),
    ].join('\n'),
  );
  return [...blocks.values()].join('\n');
}
