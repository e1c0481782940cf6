import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnalysisEvent } from '../analysis/analysis-event.ts';
import type { SiteResult } from '../analysis/site-result.ts';
import type { RgbImage } from '../imagery/patch.ts';
import { resizeRgb } from '../imagery/resample.ts';
import { directionsCsv } from '../report/csv.ts';
import { sectorsGeojson, tilesGeojson } from '../report/geojson.ts';
import { resultJson } from '../report/json.ts';
import { qgisStyle } from '../report/qml.ts';
import { reportHtml } from '../report/report-html.ts';
import { reportPdf } from '../report/report-pdf.ts';

/** Side of a tile's picture on the report's map [px]; enough for print at 1:20 000. */
const THUMB_PX = 64;

/** Keeps a small picture of every tile seen, for the report's map. */
export class PatchKeeper {
  readonly thumbs = new Map<string, RgbImage>();

  keep(event: AnalysisEvent): void {
    if (event.type !== 'tile' || !event.patch) return;
    const size = { width: THUMB_PX, height: THUMB_PX, filter: 'bilinear' as const };
    this.thumbs.set(event.tile.id, resizeRgb(event.patch, size));
  }
}

export interface ReportAbout {
  date: string;
  project?: string;
  engineer?: string;
}

/**
 * Writes every export of one site. Each file appears whole or not at all.
 * @returns names of the files written
 */
export async function writeSiteFiles(
  folder: string,
  result: SiteResult,
  { patches, about }: { patches: PatchKeeper; about: ReportAbout },
): Promise<string[]> {
  const files: Record<string, string | Uint8Array> = {
    'directions.csv': directionsCsv(result),
    'sectors.geojson': sectorsGeojson(result),
    'tiles.geojson': tilesGeojson(result),
    // QGIS takes the style that lies beside a layer under the same name.
    'sectors.qml': qgisStyle('exposure'),
    'tiles.qml': qgisStyle('roughness'),
    'report.html': reportHtml(result, { ...about, pictures: patches.thumbs }),
    'report.pdf': await reportPdf(result, { ...about, pictures: patches.thumbs }),
    // Last, for a batch takes a site whose result is there as done.
    'result.json': resultJson(result),
  };
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, `${name}.part`), content);
    await rename(join(folder, `${name}.part`), join(folder, name));
  }
  return Object.keys(files);
}
