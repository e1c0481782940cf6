import { describe, expect, it } from 'vitest';
import { areasFromGeoJson } from '../../../src/roughness/areas-from-geojson.ts';

const square = [
  [10, 50],
  [10.01, 50],
  [10.01, 50.01],
  [10, 50.01],
  [10, 50],
];
const feature = (properties: unknown, coordinates: unknown = [square], type = 'Polygon') => ({
  type: 'Feature',
  properties,
  geometry: { type, coordinates },
});
const collection = (...features: unknown[]) => ({ type: 'FeatureCollection', features });

describe('areasFromGeoJson', () => {
  it('reads polygons with holes, multipolygons and elevations', () => {
    const withHeight = square.map(([lng, lat]) => [lng, lat, 12]);
    const areas = areasFromGeoJson(
      collection(
        feature({ roughness: 'B' }, [square, withHeight]),
        feature({ roughness: null, id: 'lake' }, [[square], [square]], 'MultiPolygon'),
      ),
    );
    expect(areas[0]).toMatchObject({
      id: 'feature 1',
      roughness: 'B',
      candidates: ['B'],
      confidence: 1,
    });
    expect(areas[0]!.polygons[0]).toHaveLength(2);
    expect(areas[1]).toMatchObject({
      id: 'lake',
      roughness: null,
      candidates: ['B', 'C', 'D'],
      confidence: 0,
    });
    expect(areas[1]!.polygons).toHaveLength(2);
    expect(areasFromGeoJson(feature({ roughness: 'D' }))).toHaveLength(1);
  });

  it('takes an unsure tile as its two likeliest only where asked, and never one edited by hand', () => {
    const tile = {
      roughness: 'B',
      model_roughness: 'B',
      by: 'model',
      unsure: true,
      confidence: 0.5,
      prob_B: 0.5,
      prob_C: 0.2,
      prob_D: 0.3,
    };
    const read = (properties: object, conservative: boolean) =>
      areasFromGeoJson(collection(feature(properties)), { conservative })[0]!;
    expect(read(tile, false)).toMatchObject({ candidates: ['B'], confidence: 0.5, by: 'model' });
    expect(read(tile, true).candidates).toEqual(['B', 'D']);
    const edited = { ...tile, roughness: 'C' };
    expect(read(edited, true)).toMatchObject({ candidates: ['C'], confidence: 1, by: 'person' });
  });

  it.each([
    [null, /Not GeoJSON/],
    [[], /Not GeoJSON/],
    [{ type: 'Topology' }, /FeatureCollection but "Topology"/],
    [collection(), /no features/],
    [collection(7), /Feature 1 is not/],
    [collection(feature({ name: 'x' })), /Feature 1 has no property "roughness"/],
    [
      collection(feature({ roughness: 'B' }), feature({ id: 'f7', roughness: 'E' })),
      /Feature 2 \(f7\) has roughness "E"/,
    ],
    [collection(feature({ roughness: 'b' })), /"B", "C", "D" or null/],
    [collection(feature({ roughness: 'B' }, [0, 0], 'Point')), /has a Point; it must be a Polygon/],
    [
      collection({ type: 'Feature', properties: { roughness: 'B' }, geometry: null }),
      /no geometry/,
    ],
    [collection(feature({ roughness: 'B' }, [square.slice(0, 4)])), /not closed/],
    [collection(feature({ roughness: 'B' }, [square.slice(0, 3)])), /3 positions; it needs 4/],
    [collection(feature({ roughness: 'B' }, [])), /without a ring/],
    [collection(feature({ roughness: 'B' }, [], 'MultiPolygon')), /without polygons/],
    [
      collection(
        feature({ roughness: 'B' }, [square.map(([x, y]) => [x! * 111_000, y! * 111_000])]),
      ),
      /no place in degrees.*EPSG:4326/,
    ],
    [collection(feature({ roughness: 'B' }, [square.map(() => [null, 5])])), /needs two numbers/],
    [collection(feature({ roughness: 'B' }, [square.map(() => [NaN, 5])])), /needs two numbers/],
    [
      {
        ...collection(feature({ roughness: 'B' })),
        crs: { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::3857' } },
      },
      /EPSG::3857/,
    ],
  ])('refuses with one clear line: %j', (value, words) => {
    expect(() => areasFromGeoJson(value)).toThrow(words);
    expect(() => areasFromGeoJson(value)).toThrow(expect.objectContaining({ name: 'UserError' }));
  });

  it('accepts the names that QGIS writes for WGS 84', () => {
    for (const name of [
      'urn:ogc:def:crs:OGC:1.3:CRS84',
      'EPSG:4326',
      'urn:ogc:def:crs:EPSG::4326',
    ]) {
      const crs = { type: 'name', properties: { name } };
      expect(areasFromGeoJson({ ...collection(feature({ roughness: 'B' })), crs })).toHaveLength(1);
    }
  });
});
