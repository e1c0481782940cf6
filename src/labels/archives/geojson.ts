import type { MultiPolygon, Polygon } from 'geojson';
import { polygonGeometry } from '../../site/geojson-geometry.ts';
import { toBase64 } from '../base64.ts';
import { breather } from '../breathe.ts';
import type { LabelRecord } from '../label.ts';
import { attributionsOf, plainColumns } from './dataset.ts';
import type { DatasetLabel, Place } from './dataset.ts';
import type { WriteOptions } from './imagefolder.ts';

/** Pictures ride along up to this many labels; a GIS opens no gigabyte of text. */
export const GEOJSON_PICTURES = 2000;

/** Footprint as GeoJSON has it, to the centimetre; the record keeps it to the last bit. */
export const polygonOf = ({ footprint }: LabelRecord): Polygon | MultiPolygon | null =>
  footprint && polygonGeometry(footprint);

/** One label as a GeoJSON feature; the whole record is a property of it. */
export function featureOf(label: LabelRecord, place: Place, png: Uint8Array | null) {
  return {
    type: 'Feature' as const,
    id: label.id,
    geometry: polygonOf(label),
    properties: {
      roughness: label.label,
      split: place,
      ...plainColumns(label),
      labeller: label.labeller,
      note: label.note,
      source: label.source.name,
      record: label,
      ...(png ? { image: `data:image/png;base64,${toBase64(png)}` } : {}),
    },
  };
}

/** A FeatureCollection of footprints, one feature a line, with pictures while they are few. */
export async function writeGeojson(
  rows: readonly DatasetLabel[],
  { pixelsOf, write, onLabel }: WriteOptions,
): Promise<void> {
  const text = new TextEncoder();
  const head = { upwind: 'labels', attribution: attributionsOf(rows).join('; ') };
  write(text.encode(`{"type":"FeatureCollection","metadata":${JSON.stringify(head)},"features":[`));
  const breathe = breather();
  for (const [i, { label, place }] of rows.entries()) {
    await breathe();
    const png = rows.length <= GEOJSON_PICTURES ? await pixelsOf(label.id) : null;
    write(text.encode(`${i ? ',' : ''}\n${JSON.stringify(featureOf(label, place, png))}`));
    onLabel();
  }
  write(text.encode('\n]}\n'));
}
