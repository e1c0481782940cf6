/**
 * 16-bit floats as numbers: IEEE 754 binary16 and bfloat16. The widening is exact; the narrowing
 * rounds to nearest, ties to even, as PyTorch and NumPy do.
 */
const scratch = new Float32Array(1);
const bits = new Uint32Array(scratch.buffer);

/** One binary16 pattern as a number, subnormals and infinities included. */
export function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Every binary16 value, so that widening a tensor is one look-up an element (256 KiB). */
let table: Float32Array | null = null;

export function widenHalf(halves: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, half) => halfToNumber(half));
  const out = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) out[i] = table[halves[i]!]!;
  return out;
}

/** bfloat16 is the upper half of a float32. */
export function widenBrain(brains: Uint16Array): Float32Array {
  const out = new Uint32Array(brains.length);
  for (let i = 0; i < brains.length; i++) out[i] = brains[i]! << 16;
  return new Float32Array(out.buffer);
}

/** One number as binary16, rounded to nearest, ties to even; too large becomes an infinity. */
export function numberToHalf(value: number): number {
  scratch[0] = value;
  const word = bits[0]!;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and more round to infinity
  if (magnitude >= 0x38800000) {
    // Normal: drop 13 bits of fraction, carry into the exponent where rounding overflows.
    const rebased = magnitude - 0x38000000;
    return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
  }
  // Subnormal: a whole number of 2^-24, rounded to even by hand.
  const steps = Math.abs(scratch[0]!) * 2 ** 24;
  const below = Math.floor(steps);
  const rest = steps - below;
  return sign | (below + (rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? 1 : 0));
}

export function narrowToHalf(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = numberToHalf(values[i]!);
  return out;
}
