import type { Feature, FeatureCollection, LineString, Point, Polygon } from 'geojson';
import { tilesThatCount } from '../analysis/quarters.ts';
import type { DirectionResult, SectorResult, TileResult } from '../analysis/site-result.ts';
import { destination } from '../site/geodesy.ts';
import type { LngLat } from '../site/lng-lat.ts';

/** What a tile shows: its category, `unknown` where not seen, `waiting` before its turn. */
export type TileGround = 'B' | 'C' | 'D' | 'unknown' | 'waiting';

/** Answer, or the part of it that is known. */
export interface Assessed {
  sectors: readonly SectorResult[];
  directions: readonly DirectionResult[];
}

const FIXED_DIRECTIONS = 8;

const position = ({ lng, lat }: LngLat): [number, number] => [lng, lat];

export const collection = <G extends Point | Polygon | LineString>(
  features: Feature<G>[],
): FeatureCollection<G> => ({ type: 'FeatureCollection', features });

export const groundOfTile = (tile: TileResult): TileGround =>
  tile.roughness ?? (tile.missing || tile.by !== null ? 'unknown' : 'waiting');

const propertiesOf = (tile: TileResult) => ({
  id: tile.id,
  ground: groundOfTile(tile),
  unsure: tile.unsure && tile.by !== 'person',
  person: tile.by === 'person',
});

/** Footprints of the tiles, with what each shows; only those that count are to be painted. */
export function tilePolygons(tiles: readonly TileResult[]): FeatureCollection<Polygon> {
  const counting = new Map(tilesThatCount(tiles).map((tile) => [tile.id, tile]));
  return collection(
    tiles.map((tile) => ({
      type: 'Feature',
      properties: {
        ...propertiesOf(counting.get(tile.id) ?? tile),
        counts: counting.has(tile.id),
      },
      geometry: { type: 'Polygon', coordinates: [tile.footprint.map(position)] },
    })),
  );
}

/** Centres of the tiles that have a letter to show. */
export function tileLetters(tiles: readonly TileResult[]): FeatureCollection<Point> {
  return collection(
    tilesThatCount(tiles)
      .filter(({ roughness }) => roughness !== null)
      .map((tile) => ({
        type: 'Feature',
        properties: propertiesOf(tile),
        geometry: { type: 'Point', coordinates: position(tile) },
      })),
  );
}

/** Corners of an arc, a point every three degrees or closer. */
function arc(site: LngLat, fromDeg: number, toDeg: number, radiusM: number): [number, number][] {
  const steps = Math.max(1, Math.ceil((toDeg - fromDeg) / 3));
  return Array.from({ length: steps + 1 }, (_, i) =>
    position(destination(site, fromDeg + ((toDeg - fromDeg) * i) / steps, radiusM)),
  );
}

/** Sector wedges out to a radius, with their exposure. */
export function sectorWedges(
  site: LngLat,
  { sectors }: Assessed,
  radiusM: number,
): FeatureCollection<Polygon> {
  return collection(
    sectors.map((sector, index) => ({
      type: 'Feature',
      properties: { index, exposure: sector.exposure, undetermined: sector.undetermined },
      geometry: {
        type: 'Polygon',
        coordinates: [
          [position(site), ...arc(site, sector.fromDeg, sector.toDeg, radiusM), position(site)],
        ],
      },
    })),
  );
}

/** Where the exposure letter of each wind direction stands, outside the look-out circle. */
export function directionLetters(
  site: LngLat,
  { directions }: Assessed,
  radiusM: number,
): FeatureCollection<Point> {
  return collection(
    directions.map(({ name, bearingDeg, exposure, flips, undetermined }, index) => {
      // Further bearings stand inside the circle, where they are not taken for one of the eight.
      const awayM = index < FIXED_DIRECTIONS ? radiusM : radiusM * 0.78;
      return {
        type: 'Feature',
        properties: { name, exposure, open: flips || undetermined },
        geometry: { type: 'Point', coordinates: position(destination(site, bearingDeg, awayM)) },
      };
    }),
  );
}

/** Distance circles around the site. */
export function rings(
  site: LngLat,
  radiiM: readonly { radiusM: number; kind: 'rule' | 'look-out' }[],
): FeatureCollection<LineString> {
  return collection(
    radiiM.map(({ radiusM, kind }) => ({
      type: 'Feature',
      properties: { radiusM, kind },
      geometry: { type: 'LineString', coordinates: arc(site, 0, 360, radiusM) },
    })),
  );
}
