/** True for the quarter of a tile, `e1n0/ne`. */
export const isQuarter = ({ id }: { id: string }): boolean => id.includes('/');

/** Id of the tile that a quarter is of. */
export const wholeIdOf = ({ id }: { id: string }): string => id.slice(0, id.lastIndexOf('/'));

/** Ids of the tiles that were looked at again in quarters, which hold in their place. */
export function quarteredIds(tiles: readonly { id: string }[]): Set<string> {
  return new Set(tiles.filter(isQuarter).map(wholeIdOf));
}
