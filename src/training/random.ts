/**
 * Seeded numbers for shuffling and augmentation. A generator is made afresh from what it is for
 * (seed, epoch, image), so a run that resumes draws the same numbers without any stored state.
 */

/** Uniform numbers in [0, 1), from any whole numbers as key. Same key, same numbers. */
export function randomStream(...key: number[]): () => number {
  let [a, b] = [0x243f6a88, 0x85a308d3];
  for (const word of key) {
    a = mix(a ^ (word >>> 0));
    b = mix((b + a) ^ Math.trunc(word / 2 ** 32));
  }
  return () => {
    a = (a + 0x9e3779b9) >>> 0;
    b = mix(b ^ a);
    return b / 2 ** 32;
  };
}

/** Bijective scramble of 32 bits (two xor-shift-multiply rounds). */
function mix(word: number): number {
  let w = word >>> 0;
  w = Math.imul(w ^ (w >>> 16), 0x21f0aaad);
  w = Math.imul(w ^ (w >>> 15), 0x735a2d97);
  return (w ^ (w >>> 15)) >>> 0;
}

/** A shuffled copy (Fisher–Yates). */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
