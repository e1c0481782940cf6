import type { Command } from 'commander';
import { analyseSite } from '../../analysis/analyse-site.ts';
import type { AnalysisEvent } from '../../analysis/analysis-event.ts';
import type { Override, SiteResult } from '../../analysis/site-result.ts';
import { governingText } from '../../report/governing-text.ts';
import type { Roughness } from '../../roughness/category.ts';
import { parseHeight } from '../../site/height.ts';
import { parsePlace } from '../../site/place.ts';
import type { BackendInfo } from '../../vit/classifier.ts';
import { backendOption } from './classify.ts';
import { interruptSignal, numberOption, printJson, progressLine, say } from '../io.ts';
import {
  bearingsOption,
  dateOption,
  editionOption,
  readOverrides,
  threadsOption,
  today,
} from '../options.ts';
import { nodeAnalysisPorts } from '../node-ports.ts';
import type { EngineOptions, ImageryOptions } from '../node-ports.ts';
import { PatchKeeper, writeSiteFiles } from '../write-site-files.ts';

/** Options of `analyse` and `batch` that say how to judge, not where. */
export interface JudgingOptions extends ImageryOptions, EngineOptions {
  tileM?: number;
  strideM?: number;
  edition: '7-16' | '7-22';
  tolerance: number;
  conservative?: boolean;
  confidenceFloor?: number;
  bearings?: number[];
  refine?: boolean;
}

interface Options extends JudgingOptions {
  at: string;
  height: string;
  name?: string;
  out?: string;
  date?: string;
  project?: string;
  engineer?: string;
  overrides?: string;
  json?: boolean;
}

/** Adds `upwind analyse`: one site, the whole way, files out. */
export function registerAnalyse(program: Command): void {
  const command = program
    .command('analyse')
    .description('Look at the ground around a site and judge roughness and exposure per direction.')
    .requiredOption('--at <lat,lng>', 'the building, such as --at=-34.0368,20.5126')
    .requiredOption('--height <length>', 'mean roof height, such as 25ft or 7.6m')
    .option('--name <text>', 'name of the site, for the report')
    .option('--out <dir>', 'folder for result.json, CSV, GeoJSON and PDF')
    .option('--date <yyyy-mm-dd>', 'date on the report; today unless said', dateOption)
    .option('--project <text>', 'project, for the report')
    .option('--engineer <text>', 'engineer, for the report')
    .option('--overrides <file>', 'decisions by hand: a result.json, or a list of overrides')
    .option('--json', 'print the result as one JSON document');
  addJudgingOptions(command).action(runAnalyse);
}

/** The options that every command which looks at ground takes. */
export function addJudgingOptions(command: Command): Command {
  return command
    .option('--imagery <id or url>', 'demo, naip, usgs, esri, a tile template or a WMS', 'demo')
    .option('--imagery-max-zoom <z>', 'finest zoom of the tiles', zoomOption('--imagery-max-zoom'))
    .option('--imagery-layer <name>', 'WMS layer')
    .option('--imagery-attribution <text>', 'whom the imagery credits')
    .option('--model <dir or hub id>', 'checkpoint folder, zip or Hugging Face id')
    .addOption(backendOption())
    .option('--threads <n>', 'threads of wasm; all cores unless said', threadsOption)
    .option('--tile-m <metres>', 'ground that one tile shows', numberOption('--tile-m'))
    .option('--stride-m <metres>', 'distance between tile centres', numberOption('--stride-m'))
    .option('--edition <7-16|7-22>', 'edition of ASCE 7', editionOption, '7-22')
    .option(
      '--tolerance <share>',
      'share of other ground still read as "prevails"',
      numberOption('--tolerance', { min: 0, max: 1 }),
      0,
    )
    .option('--conservative', 'take an unsure tile as either of its two likeliest categories')
    .option(
      '--confidence-floor <p>',
      'below it a tile is unsure',
      numberOption('--confidence-floor', { min: 0, max: 1 }),
    )
    .option(
      '--refine',
      'look again, at half the stride, at boundary tiles that could change a direction',
    )
    .option('--bearings <deg,deg>', 'wind directions beside the eight', bearingsOption)
    .option('--no-cache', 'ask for every picture again');
}

async function runAnalyse(options: Options): Promise<void> {
  const started = performance.now();
  const site = parsePlace(options.at);
  const heightFt = parseHeight(options.height);
  const overrides = await readOverrides(options.overrides);
  const signal = interruptSignal();
  const line = progressLine();
  const ports = await nodeAnalysisPorts(options, {
    signal,
    onProgress: (label, done, total) => line.update(done, total, label),
  });
  const patches = new PatchKeeper();
  try {
    const result = await analyseSite(
      {
        ...requestOf({ ...options, site, heightFt, siteName: options.name ?? null }),
        overrides,
        labels: labelsOf(overrides),
      },
      ports,
      {
        signal,
        onProgress: (event: AnalysisEvent) => {
          patches.keep(event);
          if (event.type === 'tile') line.update(event.done, event.total, 'tiles');
        },
      },
    );
    line.finish();
    if (options.out) {
      const about = {
        date: options.date ?? today(),
        project: options.project,
        engineer: options.engineer,
      };
      const files = await writeSiteFiles(options.out, result, { patches, about });
      say(`Wrote ${files.join(', ')} to ${options.out}.`);
    }
    if (options.json) printJson(result);
    else process.stdout.write(summaryOf(result));
    say(costLine(started, ports.classifier.backend));
  } finally {
    line.finish();
    await ports.classifier.dispose();
  }
}

/** What it took, and on what. */
function costLine(started: number, { name, threads }: BackendInfo): string {
  const seconds = (performance.now() - started) / 1000;
  const peakMb = process.resourceUsage().maxRSS / 1024;
  const on = threads === undefined ? name : `${name}, ${threads}`;
  return `${seconds.toFixed(1)} s, peak memory ${peakMb.toFixed(0)} MB, ${on}.`;
}

/** A person's word on tiles shows in the tiles themselves too. */
function labelsOf(overrides: readonly Override[]): Map<string, Roughness> {
  return new Map(
    overrides.flatMap(({ target, id, to }): [string, Roughness][] =>
      target === 'tile' && to !== null ? [[id, to]] : [],
    ),
  );
}

/** The options that judge, as `analyseSite` wants them. */
export function requestOf<Where extends { site: unknown }>(options: JudgingOptions & Where) {
  const { tileM, strideM, edition, tolerance, conservative, confidenceFloor, bearings, refine } =
    options;
  return {
    ...options,
    ...(strideM !== undefined && { strideM }),
    tileM: tileM ?? null,
    edition,
    tolerance,
    conservative: conservative ?? false,
    confidenceFloor: confidenceFloor ?? null,
    refine: refine ?? false,
    extraBearingsDeg: bearings ?? [],
  };
}

/** A table for people. */
function summaryOf(result: SiteResult): string {
  const seen = result.tiles.filter(({ missing }) => missing === null).length;
  const rows = result.directions.map((direction) =>
    [
      direction.name.padEnd(16),
      (direction.roughness ?? '–').padEnd(10),
      direction.exposure.padEnd(9),
      direction.exposureStrict.padEnd(7),
      direction.kz.toFixed(3).padEnd(6),
      direction.undetermined ? 'undetermined' : direction.flips ? 'flips' : '',
    ].join(' '),
  );
  return [
    `${seen} of ${result.tiles.length} tiles seen; ${result.imagery.name}; model ${result.model.id}`,
    'direction        roughness  exposure  strict  Kz',
    ...rows.map((row) => row.trimEnd()),
    `${governingText(result)}.`,
    ...result.warnings.map(({ message }) => `note: ${message}`),
    '',
  ].join('\n');
}

const zoomOption = (flag: string) => numberOption(flag, { min: 0, max: 24, integer: true });
