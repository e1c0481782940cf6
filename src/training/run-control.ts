import { abortable } from '../site/abort.ts';

/** Pauses a run between two steps, and lets it go on. */
export class RunControl {
  private waiting: { promise: Promise<void>; go: () => void } | null = null;

  get paused(): boolean {
    return this.waiting !== null;
  }

  pause(): void {
    if (this.waiting) return;
    let go!: () => void;
    const promise = new Promise<void>((resolve) => (go = resolve));
    this.waiting = { promise, go };
  }

  resume(): void {
    this.waiting?.go();
    this.waiting = null;
  }

  /** Resolves once the run may go on; rejects with AbortError where it is cancelled meanwhile. */
  async untilRunning(signal?: AbortSignal): Promise<void> {
    if (!this.waiting) return;
    await abortable(this.waiting.promise, signal);
  }
}
