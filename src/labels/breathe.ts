/** Longest that work holds the page up before it lets it paint and answer [ms]. */
const BREATH_MS = 25;

/**
 * Cuts long work into pieces: called between two steps, it lets the page have its turn once enough
 * time has passed, and costs next to nothing otherwise. A timer, not a promise alone: those run
 * before the page does.
 */
export function breather(breathMs = BREATH_MS): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < breathMs) return;
    await new Promise((resolve) => setTimeout(resolve));
    last = performance.now();
  };
}
