/** softmax(logits / temperature); sums to 1. */
export function softmax(logits: ArrayLike<number>, temperature = 1): Float32Array {
  const scaled = Array.from(logits, (logit) => logit / temperature);
  const top = Math.max(...scaled);
  const powers = scaled.map((value) => Math.exp(value - top));
  const sum = powers.reduce((total, value) => total + value, 0);
  return Float32Array.from(powers, (power) => power / sum);
}
