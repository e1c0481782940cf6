import type { SiteResult } from '../../src/analysis/site-result.ts';
import type { ReportAbout } from '../../src/report/report-content.ts';

export interface ExportKind {
  id: 'csv' | 'qgis' | 'sectors' | 'tiles' | 'json' | 'pdf' | 'html';
  /** File name between `upwind-` and the extension. */
  stem: string;
  extension: string;
  /** True where it shows the tiles' pictures. */
  pictures?: boolean;
  /** Loads its writer when first used. */
  make(result: SiteResult, about: ReportAbout): Promise<Blob>;
}

const text = (content: string, type: string) => new Blob([content], { type });

/** Every format of an answer, the one an engineer files first. */
export const EXPORTS: readonly ExportKind[] = [
  {
    id: 'pdf',
    stem: 'report',
    extension: 'pdf',
    pictures: true,
    async make(result, about) {
      const { reportPdf } = await import('../../src/report/report-pdf.ts');
      const bytes = await reportPdf(result, about);
      return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/pdf' });
    },
  },
  {
    id: 'html',
    stem: 'report',
    extension: 'html',
    pictures: true,
    async make(result, about) {
      const { reportHtml } = await import('../../src/report/report-html.ts');
      return text(reportHtml(result, about), 'text/html');
    },
  },
  {
    id: 'csv',
    stem: 'directions',
    extension: 'csv',
    async make(result) {
      const { directionsCsv } = await import('../../src/report/csv.ts');
      return text(directionsCsv(result), 'text/csv');
    },
  },
  {
    id: 'qgis',
    stem: 'qgis',
    extension: 'zip',
    async make(result) {
      const { qgisZip } = await import('../../src/report/qgis-zip.ts');
      return new Blob([qgisZip(result)], { type: 'application/zip' });
    },
  },
  {
    id: 'sectors',
    stem: 'sectors',
    extension: 'geojson',
    async make(result) {
      const { sectorsGeojson } = await import('../../src/report/geojson.ts');
      return text(sectorsGeojson(result), 'application/geo+json');
    },
  },
  {
    id: 'tiles',
    stem: 'tiles',
    extension: 'geojson',
    async make(result) {
      const { tilesGeojson } = await import('../../src/report/geojson.ts');
      return text(tilesGeojson(result), 'application/geo+json');
    },
  },
  {
    id: 'json',
    stem: 'result',
    extension: 'json',
    async make(result) {
      const { resultJson } = await import('../../src/report/json.ts');
      return text(resultJson(result), 'application/json');
    },
  },
];
