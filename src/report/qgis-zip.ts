import { ZipWriter } from '../labels/archives/zip-writer.ts';
import type { SiteResult } from '../analysis/site-result.ts';
import { sectorsGeojson, tilesGeojson } from './geojson.ts';
import { qgisStyle } from './qml.ts';

/**
 * Both GeoJSON files, each with its style beside it under the same name, where QGIS looks for it.
 * The tiles come first, so that the sectors lie above them where QGIS opens all at once.
 */
export function qgisZip(result: SiteResult): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const zip = new ZipWriter((bytes) => parts.push(bytes));
  zip.add('upwind-tiles.geojson', tilesGeojson(result));
  zip.add('upwind-tiles.qml', qgisStyle('roughness'));
  zip.add('upwind-sectors.geojson', sectorsGeojson(result));
  zip.add('upwind-sectors.qml', qgisStyle('exposure'));
  zip.finish();
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
