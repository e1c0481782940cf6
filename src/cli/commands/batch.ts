import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { runBatch } from '../../analysis/batch.ts';
import { parseSiteList } from '../../analysis/site-list.ts';
import { batchCsv, batchRow } from '../../report/batch-csv.ts';
import type { BatchRow } from '../../report/batch-csv.ts';
import { UserError } from '../../site/user-error.ts';
import { batchMeans, writeWhole } from '../batch-folder.ts';
import type { BatchFolderOptions } from '../batch-folder.ts';
import { interruptSignal, printJson, progressLine, say } from '../io.ts';
import { nodeAnalysisPorts } from '../node-ports.ts';
import { addJudgingOptions } from './analyse.ts';

interface Options extends BatchFolderOptions {
  json?: boolean;
}

/** Adds `upwind batch`: a list of sites, one after the other, resumed where it was stopped. */
export function registerBatch(program: Command): void {
  const command = program
    .command('batch')
    .description('Analyse every site of a CSV (name,lat,lng,height); goes on where it was stopped.')
    .argument('<sites.csv>', 'list of sites')
    .requiredOption('--out <dir>', 'folder for sites.csv and one folder a site')
    .option('--reports', 'write CSV, GeoJSON and PDF of every site beside its result.json')
    .option('--json', 'print the combined table as one JSON document');
  addJudgingOptions(command).action(runBatchCommand);
}

async function runBatchCommand(path: string, options: Options): Promise<void> {
  const list = parseSiteList(await readList(path));
  const signal = interruptSignal();
  const line = progressLine();
  const ports = await nodeAnalysisPorts(options, {
    signal,
    onProgress: (label, done, total) => line.update(done, total, label),
  });
  const rows: BatchRow[] = [];
  let failed = 0;
  try {
    await mkdir(options.out, { recursive: true });
    const entries = runBatch(list, {
      ...batchMeans(options, ports, signal),
      signal,
      onProgress: ({ done, total, current }) => line.update(done, total, current),
    });
    for await (const { listed, result, error } of entries) {
      rows.push(batchRow(listed, result, error));
      if (error === null) continue;
      failed += 1;
      line.finish();
      say(`line ${listed.line}, ${listed.name}: ${error}`);
    }
  } finally {
    line.finish();
    await ports.classifier.dispose();
  }
  await writeWhole(join(options.out, 'sites.csv'), batchCsv(rows));
  if (options.json) printJson(rows);
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  say(
    `${rows.length - failed} of ${rows.length} sites, table in ${join(options.out, 'sites.csv')}, peak memory ${peakMb} MB.`,
  );
  if (failed > 0)
    throw new UserError(`${failed} sites could not be analysed; run again to retry them.`);
}

async function readList(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new UserError(`Cannot read ${path}. Give a CSV file with name,lat,lng,height.`);
  }
}
