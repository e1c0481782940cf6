import type { Roughness } from '../roughness/category.ts';
import { ROUGHNESS } from '../roughness/category.ts';
import type { LngLat } from '../site/lng-lat.ts';
import type { Tile } from '../site/tile.ts';
import { DEMO_HALF_SIDE_M, sceneOfLngLat } from './frame.ts';
import { ClearingReader, CoverReader } from './land-cover.ts';

/** Where the truth of a tile is sampled [m]. */
const SAMPLE_M = 10;

/** Roads along the town's edge, and the gaps between its districts, count as town [m]. */
const TOWN_MARGIN_M = 26;

/** The truth of one tile, by area. */
export interface TileTruth {
  roughness: Roughness;
  shares: Record<Roughness, number>;
}

let readers: { cover: CoverReader; clearings: ClearingReader } | null = null;

/**
 * Roughness of one place of the scene by its land cover: B town and forest; C fields, grassland,
 * links, parks, airfield, clearings; D water, beach and tidal flats (ASCE/SEI 7, 26.7.2).
 * @param x metres east of the scene's centre @param y metres north
 * @returns null outside the scene
 */
export function truthAtScene(x: number, y: number): Roughness | null {
  if (Math.abs(x) > DEMO_HALF_SIDE_M || Math.abs(y) > DEMO_HALF_SIDE_M) return null;
  readers ??= { cover: new CoverReader(1), clearings: new ClearingReader(1) };
  const c = readers.cover.at(x, y);
  if (c.shore < c.beach || c.river > 0 || c.mud > 0) return 'D';
  if (c.town > -TOWN_MARGIN_M && c.park <= 0 && c.golf <= 0) return 'B';
  if (c.forest > 0 && readers.clearings.at(x, y) < 0) return 'B';
  return 'C';
}

/** {@link truthAtScene} for a position. */
export function truthAt(place: LngLat): Roughness | null {
  const { x, y } = sceneOfLngLat(place);
  return truthAtScene(x, y);
}

/**
 * Category with the largest area of a tile, sampled every 10 m, and the share of each.
 * Ties go to the smoother category. Shares are of the part inside the scene.
 * @returns null for a tile wholly outside the scene
 */
export function truthOfTile(tile: Pick<Tile, 'centre' | 'sizeM'>): TileTruth | null {
  const { x, y } = sceneOfLngLat(tile.centre);
  const side = Math.max(1, Math.round(tile.sizeM / SAMPLE_M));
  const count: Record<Roughness, number> = { B: 0, C: 0, D: 0 };
  let seen = 0;
  for (let j = 0; j < side; j++) {
    for (let i = 0; i < side; i++) {
      const truth = truthAtScene(
        x + ((i + 0.5) / side - 0.5) * tile.sizeM,
        y + ((j + 0.5) / side - 0.5) * tile.sizeM,
      );
      if (truth) {
        count[truth]++;
        seen++;
      }
    }
  }
  if (seen === 0) return null;
  const roughness = ROUGHNESS.reduce((best, r) => (count[r] >= count[best] ? r : best));
  return { roughness, shares: { B: count.B / seen, C: count.C / seen, D: count.D / seen } };
}
