import type { CanvasWindow } from '../../demo/canvas.ts';
import type { ScenePainter } from '../../demo/demo-source.ts';
import { startWorker } from './start-worker.ts';

/** What the painter's worker is told. */
export type PaintJob = { id: number; window: CanvasWindow } | { cancel: number };
type PaintAnswer = { id: number; rgba?: Uint8ClampedArray; error?: string };

interface Waiting {
  resolve(rgba: Uint8ClampedArray): void;
  reject(error: unknown): void;
}

/** A painter without a job for this long ends its worker; the next job starts another [ms]. */
const IDLE_MS = 3000;

/** Paints windows of the demo scene in a worker of its own. */
export class DemoPainter {
  #worker: Worker | null = null;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #lastId = 0;
  #waiting = new Map<number, Waiting>();

  readonly paint: ScenePainter = async (window, signal) => {
    signal?.throwIfAborted();
    const id = ++this.#lastId;
    const worker = this.#start();
    const cancel = () => {
      worker.postMessage({ cancel: id } satisfies PaintJob);
      this.#settle(id)?.reject(signal?.reason);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await new Promise<Uint8ClampedArray>((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject });
        worker.postMessage({ id, window } satisfies PaintJob);
      });
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  };

  /** Ends the worker; jobs under way are rejected. */
  dispose(): void {
    clearTimeout(this.#idle);
    this.#worker?.terminate();
    this.#worker = null;
    for (const job of this.#waiting.values()) job.reject(new DOMException('Ended', 'AbortError'));
    this.#waiting.clear();
  }

  #start(): Worker {
    clearTimeout(this.#idle);
    if (this.#worker) return this.#worker;
    const worker = startWorker('demo');
    worker.onmessage = ({ data }: MessageEvent<PaintAnswer>) => {
      const job = this.#settle(data.id);
      if (data.rgba) job?.resolve(data.rgba);
      else job?.reject(new Error(`The demo scene could not be painted: ${data.error}`));
    };
    worker.onerror = ({ message }) => {
      const error = new Error(`The demo scene's worker stopped: ${message}`);
      for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(error);
      this.dispose();
    };
    return (this.#worker = worker);
  }

  #settle(id: number): Waiting | undefined {
    const job = this.#waiting.get(id);
    this.#waiting.delete(id);
    clearTimeout(this.#idle);
    if (this.#waiting.size === 0) this.#idle = setTimeout(() => this.dispose(), IDLE_MS);
    return job;
  }
}
