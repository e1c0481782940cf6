import { csvParseRows } from 'd3-dsv';
import { parseHeight } from '../site/height.ts';
import type { LngLat } from '../site/lng-lat.ts';
import { assertSite } from '../site/place.ts';
import { UserError } from '../site/user-error.ts';

/** One site of a batch. */
export interface ListedSite {
  /** Line in the file, the header being 1. */
  line: number;
  name: string;
  site: LngLat;
  /** Mean roof height [ft]. */
  heightFt: number;
}

const MOST_SITES = 100_000;
const COLUMNS = {
  name: /^(name|site|id)$/,
  lat: /^(lat|latitude)$/,
  lng: /^(lng|lon|long|longitude)$/,
  height: /^(height|height_ft|height_m|mean_roof_height)$/,
};

/** A line that names no usable site. */
export interface ListProblem {
  /** Line in the file, the header being 1. */
  line: number;
  message: string;
}

/**
 * Reads a list of sites, line by line: what can be used and what cannot. CSV with a header that
 * names `name`, `lat`, `lng` and `height` in any order. Heights are feet unless they carry a unit
 * (`7.6m`) or the column is `height_m`.
 * @throws UserError where a column is missing or the list is too long
 */
export function readSiteList(text: string): { sites: ListedSite[]; problems: ListProblem[] } {
  const [header, ...rows] = csvParseRows(text.replace(/^\uFEFF/, ''));
  const columns = findColumns(header ?? []);
  if (rows.length > MOST_SITES) {
    throw new UserError(`The list has ${rows.length} sites; at most ${MOST_SITES} are taken.`);
  }
  const problems: ListProblem[] = [];
  const sites = rows.flatMap((row, index): ListedSite[] => {
    const line = index + 2;
    if (row.every((cell) => cell.trim() === '')) return [];
    try {
      return [{ line, ...readRow(row, columns) }];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push({ line, message: error.message });
      return [];
    }
  });
  return { sites, problems };
}

/**
 * Reads a list of sites as `readSiteList` does, and takes all of it or nothing.
 * @throws UserError naming every line that cannot be used, up to five
 */
export function parseSiteList(text: string): ListedSite[] {
  const { sites, problems } = readSiteList(text);
  if (problems.length > 0) {
    const lines = problems.slice(0, 5).map(({ line, message }) => `line ${line}: ${message}`);
    const more = problems.length > 5 ? ` And ${problems.length - 5} more.` : '';
    throw new UserError(`The list of sites has errors. ${lines.join(' ')}${more}`);
  }
  if (sites.length === 0) throw new UserError('The list of sites is empty.');
  return sites;
}

type Columns = Record<keyof typeof COLUMNS, number> & { heightUnit: 'ft' | 'm' };

function findColumns(header: string[]): Columns {
  const names = header.map((cell) => cell.trim().toLowerCase());
  const at = (column: keyof typeof COLUMNS): number =>
    names.findIndex((name) => COLUMNS[column].test(name));
  const found = { name: at('name'), lat: at('lat'), lng: at('lng'), height: at('height') };
  const missing = Object.entries(found).flatMap(([column, index]) => (index < 0 ? [column] : []));
  if (missing.length > 0) {
    throw new UserError(
      `The list of sites has no column ${missing.join(', ')}. Its first line must be name,lat,lng,height.`,
    );
  }
  return { ...found, heightUnit: names[found.height] === 'height_m' ? 'm' : 'ft' };
}

function readRow(row: string[], columns: Columns): Omit<ListedSite, 'line'> {
  const cell = (index: number): string => (row[index] ?? '').trim();
  const height = cell(columns.height);
  const bare = /^[\d.]+$/.test(height);
  return {
    name: cell(columns.name),
    site: assertSite({ lat: degrees(cell(columns.lat)), lng: degrees(cell(columns.lng)) }),
    heightFt: parseHeight(bare ? `${height}${columns.heightUnit}` : height),
  };
}

/** An empty cell is no place; `Number('')` would make it 0. */
const degrees = (text: string): number => (text === '' ? Number.NaN : Number(text));
