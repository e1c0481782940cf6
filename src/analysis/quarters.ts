/** True for the quarter of a tile, `e1n0/ne`. */
export const isQuarter = ({ id }: { id: string }): boolean => id.includes('/');

/** Id of the tile that a quarter is of. */
export const wholeIdOf = ({ id }: { id: string }): string => id.slice(0, id.lastIndexOf('/'));

/**
 * The tiles whose word counts, each piece of ground once: a tile that was looked at again in quarters
 * gives way to them, unless a person has judged it whole; then what the model read in its quarters
 * gives way.
 */
export function tilesThatCount<T extends { id: string; by: 'model' | 'person' | null }>(
  tiles: readonly T[],
): T[] {
  const quartered = new Set(tiles.filter(isQuarter).map(wholeIdOf));
  if (quartered.size === 0) return [...tiles];
  const judgedWhole = new Set(
    tiles.filter(({ id, by }) => by === 'person' && quartered.has(id)).map(({ id }) => id),
  );
  return tiles.filter((tile) =>
    isQuarter(tile)
      ? tile.by === 'person' || !judgedWhole.has(wholeIdOf(tile))
      : !quartered.has(tile.id) || judgedWhole.has(tile.id),
  );
}
