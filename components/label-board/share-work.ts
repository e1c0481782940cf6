import type { LabelController } from './label-controller.ts';

/** What an import, an export or a push came to. */
export interface ShareOutcome {
  message: string;
  url?: string;
  lines: readonly string[];
  bad?: boolean;
}

export type ShareJob = (
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
) => Promise<ShareOutcome>;

/**
 * Labels on their way out or in, one piece of work at a time. It outlives the view that began it:
 * whoever looks elsewhere meanwhile finds it going on, or done.
 */
export class ShareWork {
  #work: { done: number; total: number } | null = null;
  #outcome: ShareOutcome | null = null;
  #stopping: AbortController | null = null;
  #listeners = new Set<() => void>();

  /** Null while nothing goes on. */
  get work(): { done: number; total: number } | null {
    return this.#work;
  }

  /** Of the last piece of work; null while one goes on, and before the first. */
  get outcome(): ShareOutcome | null {
    return this.#outcome;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #set(work: ShareWork['work'], outcome: ShareOutcome | null): void {
    this.#work = work;
    this.#outcome = outcome;
    for (const listener of [...this.#listeners]) listener();
  }

  /**
   * Begins a piece of work; where one goes on it is left to that.
   * @param stopped what is said once it has been stopped
   */
  async run(stopped: string, job: ShareJob): Promise<void> {
    if (this.#work) return;
    const { signal } = (this.#stopping = new AbortController());
    this.#set({ done: 0, total: 0 }, null);
    try {
      const outcome = await job(signal, (done, total) => this.#set({ done, total }, null));
      this.#set(null, outcome);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#set(
        null,
        signal.aborted ? { message: stopped, lines: [] } : { message, lines: [], bad: true },
      );
    }
  }

  stop(): void {
    this.#stopping?.abort();
  }
}

const works = new WeakMap<LabelController, ShareWork>();

/** The one that goes with these labels, for every view of them. */
export function shareWorkOf(labels: LabelController): ShareWork {
  let work = works.get(labels);
  if (!work) works.set(labels, (work = new ShareWork()));
  return work;
}
