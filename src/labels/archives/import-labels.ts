import type { ImageDecoder } from '../../imagery/image-source.ts';
import { UserError } from '../../site/user-error.ts';
import { breather } from '../breathe.ts';
import type { LabelEntry, LabelStore } from '../label-store.ts';
import { mergeLabels } from '../merge-label.ts';
import type { LabelConflict } from '../merge-label.ts';
import { SPLITS } from '../split-by-site.ts';
import type { Split, SplitAssignment } from '../split-by-site.ts';
import { checkRow, formulasIn } from './incoming.ts';
import type { IncomingRow } from './incoming.ts';
import { ARCHIVE_LIMITS, ArchiveRefused, shown } from './limits.ts';
import type { ArchiveLimits } from './limits.ts';
import { readGeojson } from './read-geojson.ts';
import { readImagefolder } from './read-imagefolder.ts';
import type { ReadRows } from './read-imagefolder.ts';
import { readParquet } from './read-parquet.ts';
import { readStac } from './read-stac.ts';
import { openZip } from './zip-reader.ts';

export interface ImportOptions {
  fileName: string;
  /** Import time, ISO 8601. */
  at: string;
  decoder?: ImageDecoder;
  limits?: ArchiveLimits;
  signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

export interface ImportReport {
  added: number;
  /** Labels that were here already and say the same. */
  same: number;
  /** Tiles on which both sides differ: the store's word stands until a person decides. */
  conflicts: LabelConflict[];
  /** Rows left out. */
  refused: number;
  /** What was left out or made harmless, a line each. */
  lines: string[];
  /** Split of each site as the archive has it. */
  assigned: SplitAssignment;
}

/** Labels and picture bytes written in one transaction, at most. */
const BATCH = 256;
const BATCH_BYTES = 8 * 2 ** 20;
/** Rows checked side by side, so that none waits for another's hash; few, so that the page may paint. */
const ABREAST = 4;
const LINE_LIMIT = 100;

/**
 * Brings in labels from a zip (imagefolder or STAC), parquet or GeoJSON file, merging by content
 * hash: nothing that is here is overwritten, and nothing is taken on trust. Rows that do not hold
 * up are left out with a line; an archive that lies about itself is refused as a whole.
 * @throws ArchiveRefused (a UserError) with the reason
 */
export async function importLabels(
  store: LabelStore,
  file: Blob,
  options: ImportOptions,
): Promise<ImportReport> {
  const { fileName, at, decoder, signal, onProgress, limits = ARCHIVE_LIMITS } = options;
  const read = await open(file, limits);
  const report: ImportReport = {
    added: 0,
    same: 0,
    conflicts: [],
    refused: 0,
    lines: read.lines,
    assigned: {},
  };
  const say = lineKeeper(report.lines);
  const context = {
    archiveName: fileName,
    at,
    ...(decoder ? { decoder } : {}),
    ...(signal ? { signal } : {}),
  };
  let batch: LabelEntry[] = [];
  let bytes = 0;
  const flush = async () => {
    for (const outcome of await mergeLabels(store, batch)) {
      if (outcome.kind === 'conflict') report.conflicts.push(outcome.conflict);
      else report[outcome.kind] += 1;
    }
    batch = [];
    bytes = 0;
  };
  let done = 0;
  let formulas = 0;
  const breathe = breather();
  for await (const rows of inGroups(read.rows, ABREAST)) {
    await breathe();
    signal?.throwIfAborted();
    const checked = await Promise.allSettled(rows.map((row) => checkRow(row, context)));
    for (const [i, outcome] of checked.entries()) {
      if (outcome.status === 'fulfilled') {
        const entry = outcome.value;
        if (formulasIn(entry.label)) formulas += 1;
        rememberSplit(report.assigned, entry, rows[i]!);
        batch.push(entry);
        bytes += entry.png.length;
      } else {
        const error: unknown = outcome.reason;
        if (error instanceof ArchiveRefused || !(error instanceof UserError)) throw error;
        report.refused += 1;
        say(`Left out ${shown(rows[i]!.name)}: ${error.message}`);
      }
    }
    if (batch.length >= BATCH || bytes >= BATCH_BYTES) await flush();
    onProgress?.((done += rows.length), read.count);
  }
  await flush();
  if (formulas > 0) {
    say(
      `${formulas} labels hold text that a spreadsheet would run as a formula; it is kept as plain text.`,
    );
  }
  return report;
}

async function* inGroups<T>(
  items: AsyncIterable<T> | Iterable<T>,
  size: number,
): AsyncGenerator<T[]> {
  let group: T[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

async function open(file: Blob, limits: ArchiveLimits): Promise<ReadRows> {
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  const magic = String.fromCharCode(...head);
  if (magic === 'PAR1') return readParquet(file, limits);
  if (magic.startsWith('PK')) return openArchive(file, limits);
  if (/^\s*[{[]/.test(magic) || magic.startsWith('\u00ef\u00bb\u00bf{')) {
    return readGeojson(file, limits);
  }
  throw new ArchiveRefused('Not a label archive: a zip, a parquet or a GeoJSON file is wanted.');
}

async function openArchive(file: Blob, limits: ArchiveLimits): Promise<ReadRows> {
  const { entries, refused } = await openZip(file, limits);
  const stac = entries.some(({ path }) => /(^|\/)collection\.json$/.test(path));
  const read = await (stac ? readStac : readImagefolder)(entries, limits);
  if (read.count === 0 && refused.length === 0) {
    throw new ArchiveRefused('The zip holds no labels: <split>/<class>/*.png is wanted.');
  }
  const lines: string[] = [];
  const say = lineKeeper(lines);
  for (const line of refused) say(line);
  // In place: the reader may still add lines of its own while its rows are read.
  read.lines.unshift(...lines);
  return read;
}

/** Adds lines up to a limit; a million complaints help nobody. */
function lineKeeper(lines: string[]): (line: string) => void {
  let dropped = 0;
  return (line) => {
    if (lines.length < LINE_LIMIT) lines.push(line);
    else {
      dropped += 1;
      lines[LINE_LIMIT] = `… and ${dropped} more.`;
    }
  };
}

function rememberSplit(assigned: SplitAssignment, { label }: LabelEntry, row: IncomingRow): void {
  const split = SPLITS.find((name): name is Split => name === row.place);
  if (split && !(label.siteId in assigned)) assigned[label.siteId] = split;
}
