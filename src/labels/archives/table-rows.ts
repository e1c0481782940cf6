import { csvParseRows } from 'd3-dsv';
import { breather } from '../breathe.ts';

/** Characters of a table read between two breaths. */
const PIECE = 256 * 1024;

/** Rows of a CSV text, read piece by piece, so that a table of thousands does not hold the page up. */
export async function tableRows(text: string, piece = PIECE): Promise<string[][]> {
  const breathe = breather();
  const rows: string[][] = [];
  for (let start = 0; start < text.length;) {
    const end = endOfRow(text, start, piece);
    for (const row of csvParseRows(text.slice(start, end))) rows.push(row);
    start = end;
    await breathe();
  }
  return rows;
}

/** End of the first row that ends `piece` or more after its start: a line break outside of quotes. */
function endOfRow(text: string, start: number, piece: number): number {
  let isOpen = false;
  for (let from = start; ;) {
    const line = text.indexOf('\n', from);
    if (line === -1) return text.length;
    for (let at = text.indexOf('"', from); at !== -1 && at < line; at = text.indexOf('"', at + 1)) {
      isOpen = !isOpen;
    }
    from = line + 1;
    if (!isOpen && from - start >= piece) return from;
  }
}
