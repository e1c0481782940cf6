/** Time between two redraws [ms]. */
const LEAST_MS = 200;
const MOST_MS = 2000;

/**
 * When to draw again what changes all the time: soon where drawing is quick, and where it is slow so
 * seldom that two thirds of the time are left to the map, and to the model that may share its GPU.
 */
export class RedrawPace {
  #redraw: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the last drawing began; null once it is done. */
  #begun: number | null = null;
  /** When to draw again at the earliest. */
  #rested = -Infinity;

  constructor(redraw: () => void) {
    this.#redraw = redraw;
  }

  /** Something changed: it is drawn when its time has come. */
  ask(): void {
    if (this.#timer !== undefined) return;
    const wait = Math.max(0, this.#rested - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#redraw();
    }, wait);
  }

  /** Nothing waits any more. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Drawing begins. */
  begin(): void {
    this.#begun = performance.now();
    this.#rested = this.#begun + MOST_MS;
  }

  /** It is on the screen. What was asked for meanwhile need not wait for the longest time. */
  done(): void {
    if (this.#begun === null) return;
    const took = performance.now() - this.#begun;
    this.#rested = this.#begun + Math.min(MOST_MS, Math.max(LEAST_MS, 3 * took));
    this.#begun = null;
    if (this.#timer === undefined) return;
    this.cancel();
    this.ask();
  }
}
