import type { Feature, FeatureCollection, MultiPolygon, Polygon } from 'geojson';
import { isQuarter, tilesThatCount, wholeIdOf } from '../analysis/quarters.ts';
import type { SiteResult, TileResult } from '../analysis/site-result.ts';
import { destination } from '../site/geodesy.ts';
import type { Override } from '../exposure/verdict.ts';
import type { LngLat } from '../site/lng-lat.ts';
import { polygonGeometry, bboxOf } from '../site/geojson-geometry.ts';
import { overrideText, touchesSectorOf } from './overrides-of.ts';
import { FILL } from './palette.ts';

/** Corners of a sector's arc are this far apart [°]; the arc is out by 0.4 m at 1.7 km. */
const ARC_STEP_DEG = 2.5;

type Geometry = Polygon | MultiPolygon;

/**
 * The sectors out to the look-out distance, for QGIS and other maps (RFC 7946: WGS 84, outer rings
 * counter-clockwise, cut at the antimeridian). `fill`, `stroke` and `title` follow simplestyle.
 */
export function sectorsGeojson(result: SiteResult): string {
  const { site, settings } = result;
  const features = result.sectors.map((sector, index): Feature<Geometry> => {
    const title = `${sector.name}°: exposure ${sector.exposure}`;
    return {
      type: 'Feature',
      id: `sector ${index}`,
      geometry: polygonGeometry(wedge(site, sector, settings.lookOutM)),
      properties: {
        index,
        name: sector.name,
        from_deg: sector.fromDeg,
        to_deg: sector.toDeg,
        roughness: sector.roughness,
        exposure: sector.exposure,
        exposure_strict: sector.exposureStrict,
        flips: sector.flips,
        undetermined: sector.undetermined,
        not_excluded: sector.notExcluded.map(({ exposure }) => exposure).join(' '),
        clause: sector.clause,
        distance_to_change_ft: sector.distanceToChangeFt,
        reason: sector.reason,
        // No confidence of ground that is not known: it would be that of the part that is.
        segments: JSON.stringify(
          sector.segments.map((one) => (one.roughness ? one : { ...one, confidence: null })),
        ),
        overrides: result.overrides
          .filter((override) => touchesSectorOf(result, override, index))
          .map((override) => overrideText(result, override))
          .join('; '),
        governs: result.directions
          .filter(({ governedBy }) => governedBy === index)
          .map(({ name }) => name)
          .join(' '),
        ...style(sector.exposure, { title, opacity: 0.3 }),
      },
    };
  });
  return collection(result, 'sectors', features);
}

/**
 * The tiles with their roughness, or null where it is not known. `upwind exposure --tiles` reads
 * the file back, changed or not. A tile that was looked at again in quarters gives way to them, so
 * that each piece of ground is there once to be edited; each quarter tells what the whole was.
 */
export function tilesGeojson(result: SiteResult): string {
  const tiles = new Map(result.tiles.map((tile) => [tile.id, tile]));
  const features = tilesThatCount(result.tiles).map((tile): Feature<Geometry> => {
    // A quarter may have its word from the person who judged the whole.
    const judged = tile.by === tiles.get(tile.id)!.by ? tile.id : wholeIdOf(tile);
    return {
      type: 'Feature',
      id: tile.id,
      geometry: polygonGeometry(tile.footprint),
      properties: tileProperties(tile, {
        override: result.overrides.findLast(({ target, id }) => target === 'tile' && id === judged),
        whole: isQuarter(tile) ? tiles.get(wholeIdOf(tile)) : undefined,
      }),
    };
  });
  return collection(result, 'tiles', features);
}

function tileProperties(
  tile: TileResult,
  { override, whole }: { override?: Override; whole?: TileResult },
) {
  const title = `${tile.id}: ${tile.roughness ?? 'not known'}${tile.by === 'person' ? ' (by hand)' : ''}`;
  return {
    id: tile.id,
    roughness: tile.roughness,
    model_roughness: tile.modelRoughness,
    by: tile.by,
    override_by: override?.by ?? null,
    override_reason: override?.reason ?? null,
    confidence: tile.confidence,
    prob_B: tile.probabilities?.B ?? null,
    prob_C: tile.probabilities?.C ?? null,
    prob_D: tile.probabilities?.D ?? null,
    unsure: tile.unsure,
    unlike: tile.unlike,
    quarter_of: whole?.id ?? null,
    whole_roughness: whole?.roughness ?? null,
    missing: tile.missing,
    detail: tile.detail,
    east_m: tile.eastM,
    north_m: tile.northM,
    size_m: tile.sizeM,
    ring: tile.ring,
    coverage: tile.coverage,
    acquired: tile.acquired,
    native_m_per_px: tile.nativeMetresPerPixel,
    image_sha256: tile.imageSha256,
    ...style(tile.roughness ?? 'unknown', { title, opacity: 0.45 }),
  };
}

/** @see https://github.com/mapbox/simplestyle-spec, version 1.1 */
function style(
  category: keyof typeof FILL,
  { title, opacity }: { title: string; opacity: number },
) {
  return {
    title,
    fill: FILL[category],
    'fill-opacity': opacity,
    stroke: FILL[category],
    'stroke-width': 1,
    'stroke-opacity': 0.9,
  };
}

function wedge(
  site: LngLat,
  { fromDeg, toDeg }: { fromDeg: number; toDeg: number },
  radiusM: number,
): LngLat[] {
  const steps = Math.max(1, Math.ceil((toDeg - fromDeg) / ARC_STEP_DEG));
  const arc = Array.from({ length: steps + 1 }, (_, i) =>
    destination(site, toDeg + ((fromDeg - toDeg) * i) / steps, radiusM),
  );
  return [{ lng: site.lng, lat: site.lat }, ...arc, { lng: site.lng, lat: site.lat }];
}

function collection(result: SiteResult, name: string, features: Feature<Geometry>[]): string {
  const { site, imagery, software } = result;
  const document: FeatureCollection<Geometry> & Record<string, unknown> = {
    type: 'FeatureCollection',
    bbox: bboxOf(features.map(({ geometry }) => geometry)),
    name: `upwind ${name}`,
    site: { lng: site.lng, lat: site.lat, name: site.name, heightFt: site.heightFt },
    software: `${software.name} ${software.version}`,
    attribution: imagery.attribution,
    synthetic: imagery.synthetic,
    overrides: result.overrides,
    features,
  };
  if (features.length === 0) delete document.bbox;
  return `${JSON.stringify(document)}\n`;
}
