import type { FeatureCollection } from 'geojson';
import { strFromU8, unzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { qgisZip } from '../../../src/report/qgis-zip.ts';
import { mockResult } from '../../support/mock-result.ts';

it('each layer comes with a style of its name, which covers every category in it', () => {
  const result = mockResult();
  const files = unzipSync(qgisZip(result));
  const layers = Object.keys(files).filter((name) => name.endsWith('.geojson'));
  expect(layers).toEqual(['upwind-tiles.geojson', 'upwind-sectors.geojson']);
  expect(Object.keys(files)).toHaveLength(2 * layers.length);
  for (const name of layers) {
    const layer = JSON.parse(strFromU8(files[name]!)) as FeatureCollection;
    const style = strFromU8(files[name.replace(/geojson$/, 'qml')]!);
    const [, attribute] = /<renderer-v2 [^>]*attr="(\w+)"/.exec(style)!;
    const drawn = [...style.matchAll(/<category [^>]*value="(\w*)"/g)].map(([, value]) => value);
    for (const { properties } of layer.features) {
      expect(properties).toHaveProperty(attribute!);
      // QGIS matches null with the empty category.
      expect(drawn).toContain(properties![attribute!] ?? '');
    }
  }
  expect(qgisZip(result)).toEqual(qgisZip(mockResult()));
});
