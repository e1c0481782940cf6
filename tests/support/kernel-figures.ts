/** Numbers between −1 and 1 from a seed, as float32. */
export function random(length: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Largest error, relative to the largest of the expected numbers. */
export function relativeError(found: Float32Array, expected: Float64Array): number {
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let worst = 0;
  found.forEach((value, i) => {
    const off = Math.abs(value - expected[i]!) / scale;
    if (!(off <= worst)) worst = off;
  });
  return worst;
}

/** Error function by its Taylor series in float64, exact to 1e-15 for |x| ≤ 3; beyond it is ±1 to 1e-4 of GELU's tail. */
export function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
