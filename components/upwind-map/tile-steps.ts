import type { TileResult } from '../../src/analysis/site-result.ts';

/** East and north steps of the arrow keys. */
const STEPS: Record<string, [east: number, north: number]> = {
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};

/** The site's own tile, where Home leads and the cursor starts. */
export function siteTile(tiles: readonly TileResult[]): TileResult | null {
  const away = (tile: TileResult) => Math.hypot(tile.eastM, tile.northM);
  return tiles.reduce<TileResult | null>(
    (nearest, tile) => (nearest && away(nearest) <= away(tile) ? nearest : tile),
    null,
  );
}

/**
 * The tile that a key leads to from another: the nearest one that lies within 45° of the arrow.
 * @returns the tile itself at the edge; null for other keys
 */
export function tileAfter(
  key: string,
  from: TileResult,
  tiles: readonly TileResult[],
): TileResult | null {
  if (key === 'Home') return siteTile(tiles);
  const step = STEPS[key];
  if (!step) return null;
  let best = from;
  let bestLength = Infinity;
  for (const tile of tiles) {
    const [east, north] = [tile.eastM - from.eastM, tile.northM - from.northM];
    const along = east * step[0] + north * step[1];
    const across = Math.abs(east * step[1]) + Math.abs(north * step[0]);
    if (along < 1 || across > along) continue;
    const length = along + 2 * across;
    if (length < bestLength) [best, bestLength] = [tile, length];
  }
  return best;
}
