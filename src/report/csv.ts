import type { SiteResult } from '../analysis/site-result.ts';
import type { DirectionResult } from '../exposure/verdict.ts';
import { METRES_PER_FOOT } from '../site/height.ts';
import { csvTable } from './csv-table.ts';
import type { Cell } from './csv-table.ts';
import { wholeFeet } from './lengths.ts';
import { overridesOf } from './overrides-of.ts';

type Column = [header: string, cell: (direction: DirectionResult) => Cell];

/** One row a wind direction; lengths carry their unit in the header. */
export function directionsCsv(result: SiteResult): string {
  const sectorName = ({ governedBy }: DirectionResult): string =>
    result.sectors[governedBy]?.name ?? '';
  const columns: Column[] = [
    ['direction', ({ name }) => name],
    ['bearing_deg', ({ bearingDeg }) => bearingDeg],
    ['roughness', ({ roughness }) => roughness],
    ['exposure', ({ exposure }) => exposure],
    ['exposure_strict', ({ exposureStrict }) => exposureStrict],
    ['flips', ({ flips }) => flips],
    ['undetermined', ({ undetermined }) => undetermined],
    ['not_excluded', ({ notExcluded }) => notExcluded.map(({ exposure }) => exposure).join(' ')],
    ['clause', ({ clause }) => clause],
    ['distance_to_change_ft', ({ distanceToChangeFt }) => distanceToChangeFt],
    ['distance_to_change_m', ({ distanceToChangeFt }) => metres(distanceToChangeFt)],
    ['kz', ({ kz }) => kz],
    ['governing_sector_deg', sectorName],
    ['segments_ft', ({ segments }) => segments.map(segmentText).join('; ')],
    ['reason', ({ reason }) => reason],
    ['overrides', (direction) => overridesOf(result, direction).join('; ')],
  ];
  return csvTable(
    columns.map(([header]) => header),
    result.directions.map((direction) => columns.map(([, cell]) => cell(direction))),
  );
}

const metres = (feet: number | null): number | null =>
  feet === null ? null : Math.round(feet * METRES_PER_FOOT * 100) / 100;

/** `B 0-650 (share 1.00, confidence 0.93)`; nobody is confident of ground that is not known. */
function segmentText(segment: DirectionResult['segments'][number]): string {
  const { roughness, fromM, toM, share, confidence } = segment;
  const trust = roughness === null ? '' : `, confidence ${confidence.toFixed(2)}`;
  return `${roughness ?? 'unknown'} ${wholeFeet(fromM)}-${wholeFeet(toM)} (share ${share.toFixed(2)}${trust})`;
}
