import { strToU8, zipSync } from 'fflate';
import type { SiteResult } from '../analysis/site-result.ts';
import { sectorsGeojson, tilesGeojson } from './geojson.ts';
import { qgisStyle } from './qml.ts';

/**
 * Both GeoJSON files, each with its style beside it under the same name, where QGIS looks for it.
 * The tiles come first, so that the sectors lie above them where QGIS opens all at once.
 */
export function qgisZip(result: SiteResult): Uint8Array<ArrayBuffer> {
  const files = {
    'upwind-tiles.geojson': strToU8(tilesGeojson(result)),
    'upwind-tiles.qml': strToU8(qgisStyle('roughness')),
    'upwind-sectors.geojson': strToU8(sectorsGeojson(result)),
    'upwind-sectors.qml': strToU8(qgisStyle('exposure')),
  };
  // A date of its own: the same result gives the same bytes.
  return zipSync(files, { mtime: new Date(1980, 0, 1) });
}
