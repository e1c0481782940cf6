import type { ListedSite } from '../analysis/site-list.ts';
import type { SiteResult } from '../analysis/site-result.ts';
import { DIRECTIONS } from '../site/sectors.ts';
import { csvTable } from './csv-table.ts';
import { overrideText } from './overrides-of.ts';

/** One site in the combined table of a batch. */
export interface BatchRow {
  name: string;
  lat: number;
  lng: number;
  heightFt: number;
  governing: string | null;
  /** Exposure by direction name: the eight, then any further bearings. */
  exposures: Record<string, string>;
  flips: string[];
  undetermined: string[];
  tiles: number;
  tilesUnknown: number;
  /** What people decided otherwise, in words; rows kept by earlier versions have none. */
  overrides?: string[];
  /** Why there is no answer; null where there is one. */
  error: string | null;
}

const EIGHT = DIRECTIONS.map(({ name }) => name);

/** What the combined table keeps of one site. */
export function batchRow(
  listed: ListedSite,
  result: SiteResult | null,
  error: string | null,
): BatchRow {
  const directions = result?.directions ?? [];
  const named = (test: (direction: (typeof directions)[number]) => boolean) =>
    directions.filter(test).map(({ name }) => name);
  return {
    name: listed.name,
    lat: listed.site.lat,
    lng: listed.site.lng,
    heightFt: listed.heightFt,
    governing: result?.governing ?? null,
    exposures: Object.fromEntries(directions.map(({ name, exposure }) => [name, exposure])),
    flips: named(({ flips }) => flips),
    undetermined: named(({ undetermined }) => undetermined),
    tiles: result?.tiles.length ?? 0,
    tilesUnknown: result?.tiles.filter(({ roughness }) => roughness === null).length ?? 0,
    overrides: result ? result.overrides.map((one) => overrideText(result, one)) : [],
    error,
  };
}

/** The combined table of a batch, one row a site, in the order of the list. */
export function batchCsv(rows: readonly BatchRow[]): string {
  const further = rows.flatMap(({ exposures }) => Object.keys(exposures));
  const names = [...new Set([...EIGHT, ...further])];
  const header = [
    'name',
    'lat_deg',
    'lng_deg',
    'height_ft',
    'governing_exposure',
    ...names.map((name) => `exposure_${name}`),
    'directions_that_flip',
    'directions_undetermined',
    'tiles',
    'tiles_unknown',
    'overrides',
    'error',
  ];
  const cells = rows.map((row) => [
    row.name,
    row.lat,
    row.lng,
    row.heightFt,
    row.governing,
    ...names.map((name) => row.exposures[name] ?? null),
    row.flips.join(' '),
    row.undetermined.join(' '),
    row.tiles,
    row.tilesUnknown,
    row.overrides?.join('; ') ?? '',
    row.error,
  ]);
  return csvTable(header, cells);
}
