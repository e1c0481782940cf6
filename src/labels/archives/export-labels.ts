import { UserError } from '../../site/user-error.ts';
import type { LabelStore } from '../label-store.ts';
import type { LabelRecord } from '../label.ts';
import type { SplitAssignment } from '../split-by-site.ts';
import { selectForExport } from './dataset.ts';
import type { DatasetLabel } from './dataset.ts';
import type { ExportFormat } from './export-format.ts';
import { GEOJSON_PICTURES, writeGeojson } from './geojson.ts';
import { writeImagefolder } from './imagefolder.ts';
import type { WriteOptions } from './imagefolder.ts';
import { writeParquet } from './parquet-writer.ts';
import { picturesInOrder } from './pictures-in-order.ts';
import { writeStac } from './stac.ts';

type Writer = (rows: readonly DatasetLabel[], options: WriteOptions) => Promise<void>;
interface Format {
  fileName: string;
  mediaType: string;
  write: Writer;
}

const FORMATS: Record<ExportFormat, Format> = {
  imagefolder: {
    fileName: 'upwind-labels.zip',
    mediaType: 'application/zip',
    write: writeImagefolder,
  },
  parquet: {
    fileName: 'upwind-labels.parquet',
    mediaType: 'application/vnd.apache.parquet',
    write: writeParquet,
  },
  geojson: {
    fileName: 'upwind-labels.geojson',
    mediaType: 'application/geo+json',
    write: writeGeojson,
  },
  stac: { fileName: 'upwind-labels-stac.zip', mediaType: 'application/zip', write: writeStac },
};

export interface ExportOptions {
  format: ExportFormat;
  /** Split of each site, as kept with the store. */
  assigned: SplitAssignment;
  /** Only these; all labels where left out. */
  labels?: readonly LabelRecord[];
  signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

export interface LabelArchive {
  file: Blob;
  fileName: string;
  exported: number;
  /** What was left out or is otherwise worth knowing, one line each. */
  lines: string[];
}

/**
 * Writes labels with their pictures into one file. The same labels give the same bytes.
 * Imagery whose terms forbid it stays behind, and a line says which and why.
 * @throws UserError where nothing may be exported
 */
export async function exportLabels(
  store: Pick<LabelStore, 'list' | 'pixelsOfMany'>,
  { format, assigned, labels, signal, onProgress }: ExportOptions,
): Promise<LabelArchive> {
  const { rows, withheld } = selectForExport(labels ?? (await store.list()), assigned);
  if (rows.length === 0) {
    throw new UserError(['There is nothing to export.', ...withheld].join(' '));
  }
  const { fileName, mediaType, write } = FORMATS[format];
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  await write(rows, {
    pixelsOf: picturesInOrder(store, rows),
    write: (bytes) => parts.push(bytes as Uint8Array<ArrayBuffer>),
    onLabel: () => {
      signal?.throwIfAborted();
      onProgress?.(++done, rows.length);
    },
  });
  const lines = [...withheld];
  if (format === 'geojson' && rows.length > GEOJSON_PICTURES) {
    lines.push(
      `Over ${GEOJSON_PICTURES} labels: the GeoJSON carries footprints and records without pictures. Export zip or parquet to keep them.`,
    );
  }
  return { file: new Blob(parts, { type: mediaType }), fileName, exported: rows.length, lines };
}
