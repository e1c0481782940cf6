/** Opaque enough to be taken for the ground's own colour, of 255. */
const SEEN_ALPHA = 128;

type Step = readonly [number, number];
const STEPS: readonly Step[] = [
  [-1, 0],
  [1, 0],
  [0, -1],
  [0, 1],
];

/**
 * Continues a square picture over ground it does not show, in place, by its mirror image at the
 * nearest seen edge, along a row or a column. A plain colour there would be a texture of its own,
 * the smoothest there is, and pass for water.
 * @param rgb Colours, size × size × 3 levels.
 * @param seen One byte a pixel: 1 where `rgb` is ground. All 1 afterwards, unless none was.
 */
export function fillUnseen(rgb: Uint8Array, seen: Uint8Array, size: number): void {
  if (!seen.includes(1)) return;
  // A corner that sees nothing along its row and column waits for what the first pass fills.
  while (seen.includes(0)) {
    const known = seen.slice();
    for (let p = 0; p < seen.length; p++) {
      if (known[p] === 1) continue;
      const from = mirrored(known, size, p);
      if (from === undefined) continue;
      rgb.copyWithin(p * 3, from * 3, from * 3 + 3);
      seen[p] = 1;
    }
  }
}

/** The seen pixel that `p` mirrors at the nearest edge; of equally near ones, where most is seen. */
function mirrored(seen: Uint8Array, size: number, p: number): number | undefined {
  let best: { distance: number; length: number; step: Step } | undefined;
  for (const step of STEPS) {
    const distance = runFrom(seen, size, { p, step, value: 0 });
    const edge = neighbour(size, p, step, distance);
    if (edge === undefined || (best && distance > best.distance)) continue;
    const length = runFrom(seen, size, { p: edge, step, value: 1 });
    if (!best || distance < best.distance || length > best.length)
      best = { distance, length, step };
  }
  if (!best) return undefined;
  // Back and forth over the seen stretch where the gap is wider than it.
  const into = (best.distance - 1) % (2 * best.length);
  const depth = into < best.length ? into : 2 * best.length - 1 - into;
  return neighbour(size, p, best.step, best.distance + depth);
}

/** Pixels from `p` on, itself included, that are all `value`. */
function runFrom(
  seen: Uint8Array,
  size: number,
  { p, step, value }: { p: number; step: Step; value: number },
): number {
  let length = 0;
  for (
    let at: number | undefined = p;
    at !== undefined && seen[at] === value;
    at = neighbour(size, p, step, length)
  ) {
    length++;
  }
  return length;
}

function neighbour(size: number, p: number, [dx, dy]: Step, by: number): number | undefined {
  const x = (p % size) + dx * by;
  const y = Math.floor(p / size) + dy * by;
  return x >= 0 && y >= 0 && x < size && y < size ? y * size + x : undefined;
}

/** Which pixels of premultiplied RGBA show ground. */
export function seenPixels(rgba: Uint8Array | Uint8ClampedArray): Uint8Array {
  return Uint8Array.from({ length: rgba.length / 4 }, (_, p) =>
    rgba[p * 4 + 3]! >= SEEN_ALPHA ? 1 : 0,
  );
}
