import type { LngLat } from '../site/lng-lat.ts';
import { UserError } from '../site/user-error.ts';
import { ROUGHNESS } from './category.ts';
import type { Roughness } from './category.ts';
import type { ClassifiedArea } from './classified-area.ts';
import { tilesToAreas } from './tiles-to-areas.ts';
import type { TilesToAreasOptions } from './tiles-to-areas.ts';

/**
 * Pieces of ground from GeoJSON (RFC 7946): polygons and multipolygons of any size and shape with a
 * property `roughness` of B, C, D or null. The properties that Upwind writes for its tiles
 * (`confidence`, `by`, `unsure`, `prob_B`…) are read back where they are there; a roughness that
 * differs from `model_roughness` is a person's.
 * @throws UserError naming the first feature that cannot be used
 */
export function areasFromGeoJson(
  value: unknown,
  { conservative = false }: TilesToAreasOptions = {},
): ClassifiedArea[] {
  const features = featuresOf(value);
  return features.map((feature, i) => {
    const name = nameOf(feature, i);
    const properties = record(feature.properties) ?? {};
    const roughness = roughnessOf(properties, name);
    const [area] = tilesToAreas(
      [
        {
          id: idOf(feature, properties, i),
          footprint: [],
          roughness,
          by: byOf(properties, roughness),
          probabilities: probabilitiesOf(properties),
          confidence: unit(properties.confidence, 1),
          unsure: properties.unsure === true,
        },
      ],
      { conservative },
    );
    return { ...area!, polygons: polygonsOf(feature.geometry, name) };
  });
}

type Json = Record<string, unknown>;

const record = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;

function featuresOf(value: unknown): Json[] {
  const root = record(value);
  if (!root) throw new UserError('Not GeoJSON: expected a FeatureCollection of polygons.');
  assertWgs84(root);
  if (root.type === 'Feature') return [root];
  if (root.type !== 'FeatureCollection' || !Array.isArray(root.features)) {
    throw new UserError(
      `Not a GeoJSON FeatureCollection but ${typeof root.type === 'string' ? `"${root.type}"` : 'something else'}. Export polygons as a FeatureCollection.`,
    );
  }
  if (root.features.length === 0) throw new UserError('The GeoJSON has no features.');
  return root.features.map((feature, i) => {
    const one = record(feature);
    if (one?.type !== 'Feature') throw new UserError(`Feature ${i + 1} is not a GeoJSON Feature.`);
    return one;
  });
}

/** The `crs` member of GeoJSON before RFC 7946 may name another system than WGS 84. */
function assertWgs84(root: Json): void {
  const name = record(record(root.crs)?.properties)?.name;
  if (typeof name !== 'string' || /CRS84|EPSG:{1,2}4326|WGS ?84$/i.test(name)) return;
  throw new UserError(`The GeoJSON is in ${name}. ${EXPORT_AGAIN}`);
}

const EXPORT_AGAIN = 'Export it again as WGS 84 (EPSG:4326), longitude before latitude.';

function idOf(feature: Json, properties: Json, i: number): string {
  for (const id of [properties.id, feature.id]) {
    if (typeof id === 'string' && id !== '') return id;
    if (typeof id === 'number') return String(id);
  }
  return `feature ${i + 1}`;
}

function nameOf(feature: Json, i: number): string {
  const id = idOf(feature, record(feature.properties) ?? {}, i);
  return id === `feature ${i + 1}` ? `Feature ${i + 1}` : `Feature ${i + 1} (${id})`;
}

function roughnessOf(properties: Json, name: string): Roughness | null {
  if (!('roughness' in properties)) {
    throw new UserError(`${name} has no property "roughness"; give it B, C, D or null.`);
  }
  const { roughness } = properties;
  if (roughness === null || ROUGHNESS.includes(roughness as Roughness)) {
    return roughness as Roughness | null;
  }
  throw new UserError(
    `${name} has roughness ${JSON.stringify(roughness)}; it must be "B", "C", "D" or null.`,
  );
}

function byOf(properties: Json, roughness: Roughness | null): 'model' | 'person' | null {
  const model = properties.model_roughness;
  if (model !== undefined && model !== roughness) return 'person';
  return properties.by === 'model' ? 'model' : roughness === null ? null : 'person';
}

function probabilitiesOf(properties: Json): Record<Roughness, number> | null {
  const [B, C, D] = [properties.prob_B, properties.prob_C, properties.prob_D];
  if (typeof B !== 'number' || typeof C !== 'number' || typeof D !== 'number') return null;
  return { B: unit(B, 0), C: unit(C, 0), D: unit(D, 0) };
}

const unit = (value: unknown, otherwise: number): number =>
  typeof value === 'number' && value >= 0 && value <= 1 ? value : otherwise;

function polygonsOf(value: unknown, name: string): LngLat[][][] {
  const geometry = record(value);
  const coordinates = geometry?.coordinates;
  if (geometry?.type === 'Polygon') return [polygonOf(coordinates, name)];
  if (geometry?.type === 'MultiPolygon' && Array.isArray(coordinates)) {
    if (coordinates.length === 0)
      throw new UserError(`${name} has a MultiPolygon without polygons.`);
    return coordinates.map((polygon) => polygonOf(polygon, name));
  }
  const what = geometry ? `a ${String(geometry.type)}` : 'no geometry';
  throw new UserError(`${name} has ${what}; it must be a Polygon or a MultiPolygon.`);
}

function polygonOf(value: unknown, name: string): LngLat[][] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new UserError(`${name} has a polygon without a ring.`);
  }
  return value.map((ring) => {
    if (!Array.isArray(ring))
      throw new UserError(`${name} has a ring that is no list of positions.`);
    const points = ring.map((position) => positionOf(position, name));
    const [first, last] = [points[0], points[points.length - 1]];
    if (points.length < 4) {
      throw new UserError(`${name} has a ring of ${points.length} positions; it needs 4 or more.`);
    }
    if (first!.lng !== last!.lng || first!.lat !== last!.lat) {
      throw new UserError(`${name} has a ring that is not closed: repeat its first position last.`);
    }
    return points;
  });
}

function positionOf(value: unknown, name: string): LngLat {
  const [lng, lat] = Array.isArray(value) ? (value as unknown[]) : [];
  if (typeof lng !== 'number' || typeof lat !== 'number' || !isFinite(lng) || !isFinite(lat)) {
    throw new UserError(`${name} has the position ${JSON.stringify(value)}; it needs two numbers.`);
  }
  if (Math.abs(lng) > 360 || Math.abs(lat) > 90) {
    throw new UserError(
      `${name} has the position ${lng}, ${lat}, which is no place in degrees. ${EXPORT_AGAIN}`,
    );
  }
  return { lng, lat };
}
