import type { Roughness } from '../roughness/category.ts';

/** True for the quarter of a tile, `e1n0/ne`. */
export const isQuarter = ({ id }: { id: string }): boolean => id.includes('/');

/** Id of the tile that a quarter is of. */
export const wholeIdOf = ({ id }: { id: string }): string => id.slice(0, id.lastIndexOf('/'));

/**
 * The tiles whose word counts, each piece of ground once: a tile that was looked at again in quarters
 * gives way to them, unless a person has judged it whole; then what the model read in its quarters
 * gives way. Where a person judged both, the word on a quarter holds there, and the word on the whole
 * in the other quarters, which come as copies that say so.
 */
export function tilesThatCount<
  T extends { id: string; by: 'model' | 'person' | null; roughness: Roughness | null },
>(tiles: readonly T[]): T[] {
  const quarters = new Map<string, T[]>();
  for (const tile of tiles.filter(isQuarter)) {
    quarters.set(wholeIdOf(tile), [...(quarters.get(wholeIdOf(tile)) ?? []), tile]);
  }
  if (quarters.size === 0) return [...tiles];
  const byPerson = ({ by }: T) => by === 'person';
  const wholes = new Map(tiles.filter(({ id }) => quarters.has(id)).map((tile) => [tile.id, tile]));
  return tiles.flatMap((tile) => {
    const own = quarters.get(tile.id);
    if (own) return byPerson(tile) && !own.some(byPerson) ? [tile] : [];
    if (!isQuarter(tile) || byPerson(tile)) return [tile];
    const whole = wholes.get(wholeIdOf(tile));
    if (!whole || !byPerson(whole)) return [tile];
    const mixed = quarters.get(whole.id)!.some(byPerson);
    return mixed ? [{ ...tile, roughness: whole.roughness, by: 'person' }] : [];
  });
}
