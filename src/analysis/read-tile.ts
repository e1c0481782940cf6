import type { MissingPatch, Patch } from '../imagery/patch.ts';
import { ROUGHNESS } from '../roughness/category.ts';
import type { Roughness } from '../roughness/category.ts';
import type { Tile } from '../site/tile.ts';
import type { Classification, ModelInfo } from '../vit/classifier.ts';
import { isUnlike } from '../vit/likeness.ts';
import type { TileResult } from './site-result.ts';

/** A tile of the plan: nothing is known of it yet. */
export function unreadTile(tile: Tile): TileResult {
  return {
    id: tile.id,
    lng: round(tile.centre.lng, 7),
    lat: round(tile.centre.lat, 7),
    eastM: tile.eastM,
    northM: tile.northM,
    sizeM: tile.sizeM,
    ring: tile.ring,
    footprint: tile.footprint.map(({ lng, lat }) => ({ lng: round(lng, 7), lat: round(lat, 7) })),
    roughness: null,
    modelRoughness: null,
    by: null,
    probabilities: null,
    confidence: 0,
    unsure: false,
    unlike: false,
    missing: null,
    detail: '',
    coverage: 0,
    imageSha256: null,
    acquired: null,
    nativeMetresPerPixel: null,
    urls: [],
  };
}

/** A tile without a picture stays unknown, with the source's own words. */
export function missingTile(tile: TileResult, { missing, detail }: MissingPatch): TileResult {
  return { ...tile, missing, detail };
}

export interface ReadingOptions {
  model: ModelInfo;
  confidenceFloor: number;
}

/**
 * The model's word on one tile. Classes of the checkpoint that name the same roughness are added
 * up; classes that name none leave their share unassigned. Of two equally likely categories the
 * smoother, which brings the higher load, is taken.
 */
export function readTile(
  tile: TileResult,
  patch: Patch,
  classification: Classification,
  { model, confidenceFloor }: ReadingOptions,
): TileResult {
  const probabilities: Record<Roughness, number> = { B: 0, C: 0, D: 0 };
  classification.probabilities.forEach((probability, index) => {
    const category = model.roughness[index];
    if (category) probabilities[category] += probability;
  });
  for (const category of ROUGHNESS) probabilities[category] = round(probabilities[category], 6);
  const likeliest = ROUGHNESS.reduce((best, category) =>
    probabilities[category] >= probabilities[best] ? category : best,
  );
  const confidence = probabilities[likeliest];
  return {
    ...tile,
    roughness: likeliest,
    modelRoughness: likeliest,
    by: 'model',
    probabilities,
    confidence,
    unsure: confidence < confidenceFloor,
    unlike: isUnlike({ features: classification.features, picture: patch }, model.likeness),
    coverage: round(patch.coverage, 4),
    imageSha256: patch.provenance.sha256,
    acquired: patch.provenance.acquired,
    nativeMetresPerPixel:
      patch.provenance.nativeMetresPerPixel === null
        ? null
        : round(patch.provenance.nativeMetresPerPixel, 4),
    urls: patch.provenance.urls,
  };
}

/** A person's word on a tile; null takes it back. The model's view is kept. */
export function relabelTile(tile: TileResult, roughness: Roughness | null): TileResult {
  if (roughness) return { ...tile, roughness, by: 'person' };
  return {
    ...tile,
    roughness: tile.modelRoughness,
    by: tile.modelRoughness === null ? null : 'model',
  };
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
