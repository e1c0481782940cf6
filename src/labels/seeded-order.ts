/**
 * A number in [0, 1) that depends on the seed and the text alone: the same on every machine, and
 * unmoved by whatever else is in the list. FNV-1a, then the finalizer of MurmurHash3.
 */
export function seededShare(seed: number, text: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** A copy in seeded order; adding an element never swaps two others. */
export const inSeededOrder = <T>(
  items: readonly T[],
  seed: number,
  key: (item: T) => string,
): T[] =>
  items
    .map((item) => ({ item, share: seededShare(seed, key(item)), key: key(item) }))
    .sort((a, b) => a.share - b.share || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item);
