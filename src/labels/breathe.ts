/** Longest that work holds the page up before it lets it paint and answer [ms]. */
const BREATH_MS = 25;

/** After what the page has waiting. A message, not a timer: those stand still in a tab behind. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

/**
 * Cuts long work into pieces: called between two steps, it lets the page have its turn once enough
 * time has passed, and costs next to nothing otherwise.
 */
export function breather(breathMs = BREATH_MS): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < breathMs) return;
    await turn();
    last = performance.now();
  };
}
