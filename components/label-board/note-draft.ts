/**
 * A note that is being typed. A card shows other tiles as the pointer crosses the map, and may go at
 * any moment: what was typed belongs to the label that it was typed for, and is kept when that goes
 * out of sight.
 */
export class NoteDraft {
  #typed: { id: string; text: string } | null = null;
  #keep: (id: string, text: string) => void;

  constructor(keep: (id: string, text: string) => void) {
    this.#keep = keep;
  }

  type(id: string, text: string): void {
    if (this.#typed && this.#typed.id !== id) this.settle();
    this.#typed = { id, text };
  }

  /** Another label is shown, or none. */
  shows(id: string | null): void {
    if (this.#typed && this.#typed.id !== id) this.settle();
  }

  /** Keeps what was typed. */
  settle(): void {
    const typed = this.#typed;
    this.#typed = null;
    if (typed) this.#keep(typed.id, typed.text);
  }
}
