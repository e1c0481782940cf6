import { bbox } from '@turf/turf';
import type { BBox } from 'geojson';
import type { LngLat } from '../../site/lng-lat.ts';
import { LABEL_CHOICES, roughnessOf } from '../label.ts';
import type { LabelRecord } from '../label.ts';
import { CLASS_NAMES, PLACES, attributionsOf, datasetCard } from './dataset.ts';
import type { DatasetLabel, Place } from './dataset.ts';
import { featureOf, polygonOf } from './geojson.ts';
import type { WriteOptions } from './imagefolder.ts';
import { ZipWriter } from './zip-writer.ts';

const STAC_VERSION = '1.0.0';
const LABEL = 'https://stac-extensions.github.io/label/v1.0.1/schema.json';
const ML_AOI = 'https://stac-extensions.github.io/ml-aoi/v0.2.0/schema.json';
const COLLECTION_ID = 'upwind-roughness-labels';
const GEOJSON_TYPE = 'application/geo+json';

/** ml-aoi says `validate` where everyone else says `validation`, and knows no fourth place. */
const ML_AOI_SPLIT: Record<Place, string | null> = {
  train: 'train',
  validation: 'validate',
  test: 'test',
  other: null,
};

const OTHER_NAMES = LABEL_CHOICES.filter((choice) => !roughnessOf(choice));

/**
 * A static STAC catalogue in a zip: one collection; for each label an item with its picture and its
 * GeoJSON as assets, described by the `label` and `ml-aoi` extensions, and an item for the picture,
 * which is the imagery that both extensions link to.
 */
export async function writeStac(
  rows: readonly DatasetLabel[],
  { pixelsOf, write, onLabel }: WriteOptions,
): Promise<void> {
  const zip = new ZipWriter(write);
  await zip.add(
    'README.md',
    datasetCard(rows, ['A static STAC catalogue: begin at `collection.json`.']),
  );
  await zip.add('collection.json', json(collectionOf(rows)));
  for (const { label, place } of rows) {
    await zip.add(`items/${label.id}.json`, json(itemOf(label, place)));
    await zip.add(`images/${label.id}.json`, json(imageItemOf(label)));
    const collection = { type: 'FeatureCollection', features: [featureOf(label, place, null)] };
    await zip.add(`labels/${label.id}.geojson`, json(collection));
    await zip.add(`images/${label.id}.png`, await pixelsOf(label.id));
    onLabel();
  }
  zip.finish();
}
const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

/** What both items of a label share; a null geometry must go without a bbox. */
const coreOf = (label: LabelRecord) => ({
  type: 'Feature',
  stac_version: STAC_VERSION,
  collection: COLLECTION_ID,
  geometry: polygonOf(label),
  ...(label.footprint ? { bbox: bboxOf([label.footprint]) } : {}),
});
const UPWARD = ['root', 'parent', 'collection'].map((rel) => ({
  rel,
  href: '../collection.json',
  type: 'application/json',
}));

/** The imagery that was judged: the pixels the model saw, cut from what the source gives. */
function imageItemOf(label: LabelRecord) {
  const { id, source, metresPerPixel, urls } = label;
  return {
    ...coreOf(label),
    id: `${id}-image`,
    properties: {
      title: source.name,
      ...whenOf(label),
      ...(metresPerPixel ? { gsd: metresPerPixel } : {}),
      'upwind:attribution': source.attribution,
      'upwind:terms': source.terms,
      'upwind:urls': urls,
    },
    assets: { image: imageAssetOf(label, `./${id}.png`) },
    links: UPWARD,
  };
}

const imageAssetOf = ({ source }: LabelRecord, href: string) => ({
  href,
  type: 'image/png',
  title: `The pixels the model saw. ${source.attribution}`,
  roles: ['data', 'visual'],
});

/**
 * One label as a STAC item.
 * @see https://github.com/stac-extensions/label, https://github.com/stac-extensions/ml-aoi
 */
export function itemOf(label: LabelRecord, place: Place) {
  const image = { href: `../images/${label.id}.json`, type: GEOJSON_TYPE };
  const split = ML_AOI_SPLIT[place];
  return {
    ...coreOf(label),
    stac_extensions: [LABEL, ML_AOI],
    id: label.id,
    properties: {
      title: `Surface roughness ${label.label}`,
      ...whenOf(label),
      created: label.history[0]!.at,
      updated: label.history.at(-1)!.at,
      'label:type': 'vector',
      'label:properties': ['roughness'],
      'label:classes': [{ name: 'roughness', classes: split ? CLASS_NAMES : OTHER_NAMES }],
      'label:description':
        'Surface roughness of the tile (ASCE/SEI 7, 26.7.2) as judged by a person from the picture.',
      'label:tasks': ['classification'],
      'label:methods': ['manual'],
      'label:overviews': [{ property_key: 'roughness', counts: [{ name: label.label, count: 1 }] }],
      ...(split ? { 'ml-aoi:split': split } : {}),
      'upwind:place': place,
      'upwind:record': label,
    },
    assets: {
      labels: {
        href: `../labels/${label.id}.geojson`,
        type: GEOJSON_TYPE,
        title: 'Label',
        roles: ['data', 'labels'],
        'ml-aoi:role': 'label',
      },
      image: {
        ...imageAssetOf(label, `../images/${label.id}.png`),
        'ml-aoi:role': 'feature',
        'ml-aoi:reference-grid': true,
      },
    },
    links: [
      ...UPWARD,
      // `label:assets` names assets of the item linked to.
      { rel: 'source', ...image, 'label:assets': ['image'] },
      { rel: 'derived_from', ...image, 'ml-aoi:role': 'feature' },
      // ml-aoi asks for one label item: it is this one, which carries both extensions.
      {
        rel: 'derived_from',
        href: `./${label.id}.json`,
        type: GEOJSON_TYPE,
        'ml-aoi:role': 'label',
      },
    ],
  };
}

/** STAC wants a time: the picture's own where it is known, else the span it must lie in. */
function whenOf({ acquired, history }: LabelRecord) {
  if (acquired && /^\d{4}-\d{2}-\d{2}/.test(acquired)) {
    return { datetime: `${acquired.slice(0, 10)}T00:00:00Z` };
  }
  return { datetime: null, start_datetime: '1970-01-01T00:00:00Z', end_datetime: history[0]!.at };
}

function collectionOf(rows: readonly DatasetLabel[]) {
  const rings = rows.flatMap(({ label }) => (label.footprint ? [label.footprint] : []));
  const times = rows.map(({ label }) => label.history[0]!.at).sort();
  const splits = PLACES.map((place) => ML_AOI_SPLIT[place]).filter((split) => split !== null);
  return {
    type: 'Collection',
    stac_version: STAC_VERSION,
    stac_extensions: [LABEL, ML_AOI],
    id: COLLECTION_ID,
    title: 'Surface roughness labels',
    description: `Aerial tiles labelled with surface roughness B, C or D. Imagery: ${attributionsOf(rows).join('; ')}`,
    license: 'various',
    extent: {
      spatial: { bbox: [rings.length ? bboxOf(rings) : [-180, -90, 180, 90]] },
      temporal: { interval: [[null, times.at(-1)!]] },
    },
    summaries: { 'ml-aoi:split': splits, 'label:tasks': ['classification'] },
    links: [
      { rel: 'root', href: './collection.json', type: 'application/json' },
      ...rows.map(({ label }) => ({
        rel: 'item',
        href: `./items/${label.id}.json`,
        type: GEOJSON_TYPE,
      })),
    ],
  };
}

/**
 * West, south, east, north of footprints whose longitudes run on over ±180°. Over the antimeridian
 * west is more than east (RFC 7946, 5.2).
 */
function bboxOf(rings: readonly LngLat[][]): BBox {
  const [west, south, east, north] = bbox({
    type: 'MultiPolygon',
    coordinates: rings.map((ring) => [ring.map(({ lng, lat }) => [lng, lat])]),
  });
  if (east! - west! >= 360) return [-180, south!, 180, north!];
  return [inWorld(west!), south!, inWorld(east!), north!];
}
const inWorld = (lng: number): number =>
  lng >= -180 && lng <= 180 ? lng : ((((lng + 180) % 360) + 360) % 360) - 180;
