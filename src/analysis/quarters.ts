/** True for the quarter of a tile, `e1n0/ne`. */
export const isQuarter = ({ id }: { id: string }): boolean => id.includes('/');

/** Ids of the tiles that were looked at again in quarters, which hold in their place. */
export function quarteredIds(tiles: readonly { id: string }[]): Set<string> {
  return new Set(tiles.filter(isQuarter).map(({ id }) => id.slice(0, id.lastIndexOf('/'))));
}
