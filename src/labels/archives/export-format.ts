/** What labels can leave as; every one of them comes back in whole. */
export const EXPORT_FORMATS = ['imagefolder', 'parquet', 'geojson', 'stac'] as const;
/** One of `EXPORT_FORMATS`. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
