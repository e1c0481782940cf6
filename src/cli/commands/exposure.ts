import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { assessSite } from '../../exposure/assess-site.ts';
import type { Assessment } from '../../exposure/assess-site.ts';
import { lookOutM } from '../../exposure/distances.ts';
import { DEFAULT_EDITION, editionTable } from '../../exposure/editions.ts';
import type { DirectionResult } from '../../exposure/verdict.ts';
import { governingText } from '../../report/governing-text.ts';
import { areasFromGeoJson } from '../../roughness/areas-from-geojson.ts';
import { METRES_PER_FOOT, parseHeight } from '../../site/height.ts';
import type { LngLat } from '../../site/lng-lat.ts';
import { parsePlace } from '../../site/place.ts';
import { UserError } from '../../site/user-error.ts';
import { numberOption, printJson, say } from '../io.ts';
import type { CommonOptions } from '../io.ts';
import { readOverrides } from '../options.ts';

interface ExposureCommandOptions extends CommonOptions {
  tiles: string;
  at: LngLat;
  height: number;
  tolerance: number;
  edition: Assessment['details']['edition'];
  conservative?: boolean;
  bearings?: number[];
  overrides?: string;
}

/** Adds `upwind exposure`: categories again from ground classified or edited elsewhere. */
export function registerExposure(program: Command): void {
  program
    .command('exposure')
    .description('exposure categories from polygons with a roughness, such as tiles.geojson')
    .requiredOption('--tiles <file>', 'GeoJSON polygons with a property roughness: B, C, D or null')
    .requiredOption('--at <lat,lng>', 'site, latitude first', parsePlace)
    .requiredOption('--height <height>', 'mean roof height, such as 25ft or 7.6m', (text) =>
      parseHeight(text),
    )
    .option(
      '--tolerance <share>',
      'share of other ground that a prevailing category may hold',
      numberOption('--tolerance', { min: 0, max: 0.99 }),
      0,
    )
    .option('--edition <edition>', 'ASCE/SEI edition: 7-16 or 7-22', readEdition, DEFAULT_EDITION)
    .option('--conservative', 'take unsure tiles as either of their two likeliest categories')
    .option('--bearings <degrees>', 'further wind directions, such as 32,122,212,302', readBearings)
    .option('--overrides <file>', 'decisions by hand: a result.json, or a list of overrides')
    .option('--json', 'one JSON document on stdout')
    .action(async (options: ExposureCommandOptions) => {
      const areas = areasFromGeoJson(await readJson(options.tiles), options);
      const overrides = await readOverrides(options.overrides);
      const assessment = assessSite({
        site: options.at,
        heightFt: options.height,
        areas,
        edition: options.edition,
        tolerance: options.tolerance,
        conservative: options.conservative ?? false,
        extraBearingsDeg: options.bearings,
        overrides,
      });
      assertNear(assessment, areas.length, options);
      for (const { message } of assessment.warnings) say(`warning: ${message}`);
      if (options.json) printJson({ ...asJson(assessment), overrides });
      else printTable(assessment, options);
    });
}

const readEdition = (text: string) => editionTable(text).edition;

function readBearings(text: string): number[] {
  return text.split(',').map(numberOption('--bearings', { min: -360, max: 360 }));
}

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : String(error);
    throw new UserError(`Cannot read ${path}: ${reason}.`);
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UserError(`${path} is not JSON: ${(error as Error).message.split('\n')[0]}`);
  }
}

/** Ground that no ray meets is most likely a slip: another place, or the two numbers swapped. */
function assertNear(
  { details }: Assessment,
  polygons: number,
  { at, height, edition }: ExposureCommandOptions,
): void {
  const met = details.inputs.some(({ rays }) => rays.flat().some(({ area }) => area >= 0));
  if (met) return;
  throw new UserError(
    `None of the ${polygons} polygons lies within ${Math.round(lookOutM(height, edition))} m of ${at.lat}, ${at.lng}. Check --at (latitude first) and the file.`,
  );
}

function asJson({ directions, governing }: Assessment) {
  return {
    directions: directions.map((direction) => ({
      name: direction.name,
      bearingDeg: direction.bearingDeg,
      roughness: direction.roughness,
      exposure: direction.exposure,
      exposureStrict: direction.exposureStrict,
      flips: direction.flips,
      clause: direction.clause,
      distanceToChangeFt: direction.distanceToChangeFt,
      kz: direction.kz,
      segments: direction.segments.map((segment) => ({
        ...segment,
        fromFt: feet(segment.fromM),
        toFt: feet(segment.toM),
      })),
      undetermined: direction.undetermined,
      notExcluded: direction.notExcluded,
      reason: direction.reason,
    })),
    governing,
  };
}

const feet = (metres: number): number => Math.round((metres / METRES_PER_FOOT) * 100) / 100;

function printTable(assessment: Assessment, options: ExposureCommandOptions): void {
  const { directions } = assessment;
  const rows = [
    ['wind from', 'roughness', 'exposure', 'strict', 'to change', 'Kz', 'notes'],
    ...directions.map((direction) => [
      direction.name,
      direction.roughness ?? '?',
      direction.exposure,
      direction.exposureStrict,
      direction.distanceToChangeFt === null ? '-' : `${direction.distanceToChangeFt.toFixed(0)} ft`,
      direction.kz.toFixed(3),
      notesOf(direction),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) {
    const line = row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ');
    process.stdout.write(`${line.trimEnd()}\n`);
  }
  process.stdout.write(
    `${governingText(assessment)} (${editionTable(options.edition).title}, 26.7.3; h = ${Number(options.height.toFixed(2))} ft; tolerance ${options.tolerance})\n`,
  );
}

function notesOf({ undetermined, notExcluded, flips }: DirectionResult): string {
  if (undetermined) {
    return `undetermined: ${notExcluded.map(({ exposure }) => exposure).join(', ') || 'another category'} not excluded`;
  }
  return flips ? 'flips under the strict reading' : '';
}
