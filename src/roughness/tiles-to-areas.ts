import type { LngLat } from '../site/lng-lat.ts';
import { ROUGHNESS } from './category.ts';
import type { Roughness } from './category.ts';
import type { ClassifiedArea } from './classified-area.ts';

/** What of a classified tile counts here; a `TileResult` fits. */
export interface TileLike {
  id: string;
  footprint: LngLat[];
  roughness: Roughness | null;
  by: 'model' | 'person' | null;
  probabilities: Record<Roughness, number> | null;
  confidence: number;
  /** Below the model's confidence floor. */
  unsure: boolean;
}

export interface TilesToAreasOptions {
  /** Take a tile below the confidence floor as either of its two likeliest categories. */
  conservative?: boolean;
}

/** Tiles as pieces of ground. A tile without a roughness may be anything. */
export function tilesToAreas(
  tiles: readonly TileLike[],
  { conservative = false }: TilesToAreasOptions = {},
): ClassifiedArea[] {
  return tiles.map((tile) => ({
    id: tile.id,
    polygons: [[tile.footprint]],
    roughness: tile.roughness,
    candidates: candidatesOf(tile, conservative),
    confidence: tile.roughness === null ? 0 : tile.by === 'person' ? 1 : tile.confidence,
    by: tile.roughness === null ? null : tile.by,
  }));
}

function candidatesOf(tile: TileLike, conservative: boolean): Roughness[] {
  if (tile.roughness === null) return [...ROUGHNESS];
  const unsure = conservative && tile.unsure && tile.by !== 'person' && tile.probabilities !== null;
  return unsure ? twoLikeliest(tile.probabilities!, tile.roughness) : [tile.roughness];
}

/** The likeliest and the next; of two equally likely the more severe. Roughest first. */
function twoLikeliest(probabilities: Record<Roughness, number>, likeliest: Roughness): Roughness[] {
  const others = ROUGHNESS.filter((category) => category !== likeliest);
  const [a, b] = others as [Roughness, Roughness];
  const next = probabilities[a] > probabilities[b] ? a : b; // b is the smoother: ties are severe
  return ROUGHNESS.filter((category) => category === likeliest || category === next);
}
