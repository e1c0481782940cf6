import { booleanPointInPolygon } from '@turf/turf';
import type { Feature, FeatureCollection, MultiPolygon, Polygon, Position } from 'geojson';
import { describe, expect, it } from 'vitest';
import { assessSite } from '../../../src/exposure/assess-site.ts';
import { polygonGeometry } from '../../../src/site/geojson-geometry.ts';
import { sectorsGeojson, tilesGeojson } from '../../../src/report/geojson.ts';
import { resultJson } from '../../../src/report/json.ts';
import { parseSiteResult } from '../../../src/analysis/site-result.ts';
import { areasFromGeoJson } from '../../../src/roughness/areas-from-geojson.ts';
import { destination } from '../../../src/site/geodesy.ts';
import { assessedResult } from '../../support/assessed.ts';

type Collection = FeatureCollection<Polygon | MultiPolygon>;
const read = (text: string) => JSON.parse(text) as Collection;
const polygons = ({ geometry }: Feature<Polygon | MultiPolygon>): Position[][][] =>
  geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;

/** What RFC 7946 asks of polygons: sections 3.1.6, 3.1.9, 4 and 5. */
function expectRfc7946(collection: Collection): void {
  expect(collection.type).toBe('FeatureCollection');
  expect(collection).not.toHaveProperty('crs');
  const positions: Position[] = [];
  for (const feature of collection.features) {
    expect(feature.type).toBe('Feature');
    for (const rings of polygons(feature)) {
      expect(rings.length).toBe(1);
      const ring = rings[0]!;
      expect(ring.length).toBeGreaterThanOrEqual(4);
      expect(ring.at(-1)).toEqual(ring[0]);
      let twice = 0;
      for (let i = 1; i < ring.length; i++) {
        const [x1, y1] = ring[i - 1]!;
        const [x2, y2] = ring[i]!;
        twice += x1! * y2! - x2! * y1!;
        expect(Math.abs(x2! - x1!)).toBeLessThan(1); // no edge the long way round
      }
      expect(twice).toBeGreaterThan(0); // counter-clockwise
      for (const [lng, lat] of ring) {
        expect(Math.abs(lng!)).toBeLessThanOrEqual(180);
        expect(Math.abs(lat!)).toBeLessThanOrEqual(90);
      }
      positions.push(...ring);
    }
  }
  const [west, south, east, north] = collection.bbox!;
  expect(Math.min(...positions.map(([, lat]) => lat!))).toBe(south);
  expect(Math.max(...positions.map(([, lat]) => lat!))).toBe(north);
  for (const [lng] of positions) {
    expect(west! <= east! ? lng! >= west! && lng! <= east! : lng! >= west! || lng! <= east!).toBe(
      true,
    );
  }
}

it('sectors tell no confidence of ground that is not known', () => {
  const result = assessedResult();
  const segments = [
    { roughness: 'B' as const, fromM: 0, toM: 200, share: 0.9, confidence: 0.93 },
    { roughness: null, fromM: 200, toM: 300, share: 0.6, confidence: 0.81 },
  ];
  const sectors = result.sectors.map((sector) => ({ ...sector, segments }));
  const [first] = read(sectorsGeojson({ ...result, sectors })).features;
  expect(JSON.parse(first!.properties!.segments as string)).toEqual([
    segments[0],
    { ...segments[1], confidence: null },
  ]);
});

describe('GeoJSON', () => {
  it.each([
    ['Swellendam', -34.0368, 20.5126],
    ['east of the antimeridian', -16.8, -179.995],
    ['west of the antimeridian', -16.8, 179.995],
    ['far north', 80, 15],
  ])('keeps to RFC 7946: %s', (_, lat, lng) => {
    const result = assessedResult({ lat, lng });
    expectRfc7946(read(sectorsGeojson(result)));
    expectRfc7946(read(tilesGeojson(result)));
  });

  it('turns a clockwise ring round', () => {
    const at = (lng: number, lat: number) => ({ lng, lat });
    const clockwise = [at(10, 50), at(10, 51), at(11, 51), at(11, 50), at(10, 50)];
    for (const ring of [clockwise, clockwise.toReversed()]) {
      const { coordinates } = polygonGeometry(ring) as Polygon;
      const [first, second, third] = coordinates[0]!;
      const [dx1, dy1] = [second![0]! - first![0]!, second![1]! - first![1]!];
      const [dx2, dy2] = [third![0]! - second![0]!, third![1]! - second![1]!];
      expect(dx1 * dy2 - dy1 * dx2).toBeGreaterThan(0); // turns left
    }
  });

  it('cuts what crosses the antimeridian in two', () => {
    const result = assessedResult({ lat: -16.8, lng: 179.995 });
    const sectors = read(sectorsGeojson(result));
    expect(sectors.features[1]!.geometry.type).toBe('MultiPolygon'); // east of the site
    expect(sectors.features[5]!.geometry.type).toBe('Polygon'); // west of it
    const [west, , east] = sectors.bbox!;
    expect(west).toBeGreaterThan(179);
    expect(east).toBeLessThan(-179);
  });

  it('puts each sector where its wind comes from', () => {
    const result = assessedResult();
    const { features } = read(sectorsGeojson(result));
    features.forEach((feature, i) => {
      const { lng, lat } = destination(result.site, 45 * i + 20, 1500);
      expect(booleanPointInPolygon([lng, lat], feature)).toBe(true);
      expect(feature.properties).toMatchObject({
        name: result.sectors[i]!.name,
        exposure: result.sectors[i]!.exposure,
        fill: expect.stringMatching(/^#[0-9a-f]{6}$/),
      });
    });
  });

  it.each([-34.0368, 60])('gives the same answer when its tiles are read back, at %d°', (lat) => {
    for (const lng of [20.5126, 179.995]) {
      const result = assessedResult({ lat, lng });
      const areas = areasFromGeoJson(read(tilesGeojson(result)));
      const again = assessSite({
        site: result.site,
        heightFt: result.site.heightFt,
        areas,
        tolerance: result.settings.tolerance,
      });
      const told = (list: typeof result.directions) =>
        list.map(({ name, exposure, exposureStrict, undetermined, roughness }) => ({
          name,
          exposure,
          exposureStrict,
          undetermined,
          roughness,
        }));
      expect(told(again.directions)).toEqual(told(result.directions));
    }
  });
});

describe('resultJson', () => {
  it('reads back and does not depend on the order of keys', () => {
    const result = assessedResult();
    const shuffled = Object.fromEntries(Object.entries(result).toReversed()) as typeof result;
    expect(resultJson(shuffled)).toBe(resultJson(result));
    expect(parseSiteResult(JSON.parse(resultJson(result)))).toEqual(result);
  });
});
