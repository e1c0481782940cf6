import type { RgbImage } from '../imagery/patch.ts';

/** Bits that may differ between near-duplicates, of 64. */
const MAX_DISTANCE = 6;
/** Largest difference of mean red, green or blue between near-duplicates, of 255. */
const MAX_COLOUR = 10;

/**
 * Perceptual signature: a 64-bit difference hash (is each cell of an 8 × 8 grid brighter than its
 * right neighbour?) followed by the mean colour. The colour keeps calm water and bare sand apart,
 * whose differences are noise.
 * @returns 22 hex digits: 16 of hash, 6 of colour
 */
export function signatureOf({ width, height, rgb }: RgbImage): string {
  const [cols, rows] = [9, 8];
  const sums = new Float64Array(cols * rows);
  const counts = new Float64Array(cols * rows);
  const mean = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * rows) / height);
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      const cell = row * cols + Math.floor((x * cols) / width);
      const [r, g, b] = [rgb[at]!, rgb[at + 1]!, rgb[at + 2]!];
      sums[cell]! += 0.299 * r + 0.587 * g + 0.114 * b;
      counts[cell]! += 1;
      mean[0]! += r;
      mean[1]! += g;
      mean[2]! += b;
    }
  }
  let hash = '';
  for (let row = 0; row < rows; row++) {
    let byte = 0;
    for (let col = 0; col < 8; col++) {
      const at = row * cols + col;
      // Half a grey level of dead band: an even picture gives 0, not its noise.
      const [left, right] = [
        sums[at]! / (counts[at]! || 1),
        sums[at + 1]! / (counts[at + 1]! || 1),
      ];
      byte = (byte << 1) | (left > right + 0.5 ? 1 : 0);
    }
    hash += hex(byte);
  }
  return hash + mean.map((sum) => hex(Math.round(sum / (width * height)))).join('');
}
const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

interface Signature {
  key: string;
  bytes: Uint8Array;
}

const parse = (key: string): Signature => ({
  key,
  bytes: Uint8Array.from({ length: 11 }, (_, i) => parseInt(key.slice(i * 2, i * 2 + 2), 16)),
});

const POPCOUNT = Uint8Array.from({ length: 256 }, (_, n) => {
  let bits = 0;
  for (let rest = n; rest; rest &= rest - 1) bits++;
  return bits;
});

function alike(a: Uint8Array, b: Uint8Array): boolean {
  let distance = 0;
  for (let i = 0; i < 8; i++) distance += POPCOUNT[a[i]! ^ b[i]!]!;
  if (distance > MAX_DISTANCE) return false;
  for (let i = 8; i < 11; i++) if (Math.abs(a[i]! - b[i]!) > MAX_COLOUR) return false;
  return true;
}

/**
 * Groups of pictures that look nearly the same, largest first; pictures like no other are in none.
 * Two hashes within 6 bits agree in at least one of their 8 bytes, so only pictures that share a
 * byte at the same place are compared.
 */
export function findNearDuplicates(
  labels: readonly { id: string; signature: string }[],
): string[][] {
  const idsOf = new Map<string, string[]>();
  for (const { id, signature } of labels) {
    const ids = idsOf.get(signature);
    if (ids) ids.push(id);
    else idsOf.set(signature, [id]);
  }
  const signatures = [...idsOf.keys()].sort().map(parse);
  const parent = signatures.map((_, i) => i);
  const root = (i: number): number => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!;
    return i;
  };
  for (let band = 0; band < 8; band++) {
    const buckets = new Map<number, number[]>();
    signatures.forEach(({ bytes }, i) => {
      const bucket = buckets.get(bytes[band]!);
      if (!bucket) buckets.set(bytes[band]!, [i]);
      else bucket.push(i);
    });
    for (const bucket of buckets.values()) {
      for (let i = 0; i < bucket.length; i++) {
        for (let j = i + 1; j < bucket.length; j++) {
          const [a, b] = [bucket[i]!, bucket[j]!];
          if (parent[a] === parent[b] || !alike(signatures[a]!.bytes, signatures[b]!.bytes)) {
            continue;
          }
          parent[root(b)] = root(a);
        }
      }
    }
  }
  const groups = new Map<number, string[]>();
  signatures.forEach(({ key }, i) => {
    const group = groups.get(root(i)) ?? [];
    group.push(...idsOf.get(key)!);
    groups.set(root(i), group);
  });
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => group.sort())
    .sort((a, b) => b.length - a.length || (a[0]! < b[0]! ? -1 : 1));
}
