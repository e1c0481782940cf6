import { csvFormatRows } from 'd3-dsv';

export type Cell = string | number | boolean | null;

/** A spreadsheet runs a cell that starts with one of these. */
const RUNS = /^[=+\-@\t\r\n]/;

/**
 * Text that a spreadsheet shows but never runs: a leading apostrophe makes it text. Numbers stay
 * numbers, so that `-34.03` can be calculated with.
 * @see OWASP, CSV injection
 */
export function defuseCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  return RUNS.test(cell.trimStart()) || RUNS.test(cell) ? `'${cell}` : cell;
}

/** RFC 4180 table with a header line and a final line break. */
export function csvTable(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return `${csvFormatRows([[...header], ...rows.map((row) => row.map(defuseCell))])}\n`;
}
