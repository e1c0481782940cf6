import type { ThreadHost } from '../../vit/wasm/wasm-pool.ts';
import type { FromThread } from '../../vit/wasm/wasm-thread.ts';

/** Threads at most: beyond, memory is the bottleneck, and a browser counts hyperthreads as cores. */
const MOST = 8;

/** Threads to compute with unless told: all cores but one, which is the map's. */
export const threadsHere = (cores = navigator.hardwareConcurrency): number =>
  Math.max(1, Math.min(MOST, cores - 1));

/** The page's side: starts a worker, and ends it. A worker cannot be sure of starting another. */
export interface ThreadStarter {
  /** @param port the thread's end of a channel */
  (id: number, port: MessagePort): void;
}

/** The engine's view of the threads that its page starts. */
export class PageThreads {
  #stopped = new Map<number, (reason: string) => void>();
  #last = 0;

  /** Told by the page. */
  stopped(id: number, reason: string): void {
    this.#stopped.get(id)?.(reason);
  }

  /**
   * @param threads a person's number; by the machine's cores unless given
   * @param page starts a worker, or ends it where there is no port
   */
  host(
    threads: number | undefined,
    page: { start: ThreadStarter; end: (id: number) => void },
  ): ThreadHost {
    return {
      most: threads ?? threadsHere(),
      asked: threads !== undefined,
      shared: self.crossOriginIsolated,
      start: (heard, stopped) => {
        const id = ++this.#last;
        const { port1, port2 } = new MessageChannel();
        this.#stopped.set(id, stopped);
        port1.onmessage = ({ data }: MessageEvent<FromThread>) => heard(data);
        port1.onmessageerror = () => stopped('its message could not be read');
        page.start(id, port2);
        return {
          post: (message, transfer) => port1.postMessage(message, transfer),
          end: () => {
            this.#stopped.delete(id);
            port1.close();
            page.end(id);
          },
        };
      },
    };
  }
}
