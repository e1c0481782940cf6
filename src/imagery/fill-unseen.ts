/** Opaque enough to be taken for the ground's own colour, of 255. */
const SEEN_ALPHA = 128;

/**
 * Continues a square picture over ground it does not show, in place, by its mirror image at the
 * nearest seen edge, along a row or a column; of equally near ones, where most is seen. A plain
 * colour there would be a texture of its own, the smoothest there is, and pass for water.
 * @param rgb Colours, size × size × 3 levels.
 * @param seen One byte a pixel: 1 where `rgb` is ground. All 1 afterwards, unless none was.
 */
export function fillUnseen(rgb: Uint8Array, seen: Uint8Array, size: number): void {
  if (!seen.includes(1)) return;
  // A corner that sees nothing along its row and column waits for what the first pass fills.
  while (seen.includes(0)) {
    const ways = [
      lookAlong(seen, size, [-1, 0]),
      lookAlong(seen, size, [1, 0]),
      lookAlong(seen, size, [0, -1]),
      lookAlong(seen, size, [0, 1]),
    ];
    for (let p = 0; p < seen.length; p++) {
      if (seen[p] === 1) continue;
      const from = mirrored(ways, p);
      if (from === undefined) continue;
      rgb.copyWithin(p * 3, from * 3, from * 3 + 3);
      seen[p] = 1;
    }
  }
}

/** What each pixel meets in one direction. */
interface Way {
  /** From a pixel to its neighbour that way, in the row-major order. */
  step: number;
  /** Steps from an unseen pixel to the first seen one; 0 where there is none. */
  gap: Int32Array;
  /** Pixels of the seen stretch that begins at a seen pixel. */
  run: Int32Array;
}

function lookAlong(seen: Uint8Array, size: number, [dx, dy]: readonly [number, number]): Way {
  const step = dy * size + dx;
  const gap = new Int32Array(seen.length);
  const run = new Int32Array(seen.length);
  const isLast = (p: number): boolean => {
    const [x, y] = [(p % size) + dx, Math.floor(p / size) + dy];
    return x < 0 || y < 0 || x === size || y === size;
  };
  // Neighbours that way come first.
  for (let i = 0; i < seen.length; i++) {
    const p = step < 0 ? i : seen.length - 1 - i;
    const next = isLast(p) ? undefined : p + step;
    if (seen[p] === 1) run[p] = 1 + (next === undefined ? 0 : run[next]!);
    else if (next !== undefined) gap[p] = seen[next] === 1 ? 1 : gap[next]! && gap[next]! + 1;
  }
  return { step, gap, run };
}

/** The seen pixel that `p` mirrors. */
function mirrored(ways: readonly Way[], p: number): number | undefined {
  let best: { distance: number; length: number; step: number } | undefined;
  for (const { step, gap, run } of ways) {
    const distance = gap[p]!;
    if (distance === 0 || (best && distance > best.distance)) continue;
    const length = run[p + step * distance]!;
    if (!best || distance < best.distance || length > best.length)
      best = { distance, length, step };
  }
  if (!best) return undefined;
  // Back and forth over the seen stretch where the gap is wider than it.
  const into = (best.distance - 1) % (2 * best.length);
  const depth = into < best.length ? into : 2 * best.length - 1 - into;
  return p + best.step * (best.distance + depth);
}

/** Which pixels of premultiplied RGBA show ground. */
export function seenPixels(rgba: Uint8Array | Uint8ClampedArray): Uint8Array {
  return Uint8Array.from({ length: rgba.length / 4 }, (_, p) =>
    rgba[p * 4 + 3]! >= SEEN_ALPHA ? 1 : 0,
  );
}
