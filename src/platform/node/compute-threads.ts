import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ThreadHost } from '../../vit/wasm/wasm-pool.ts';
import type { FromThread } from '../../vit/wasm/wasm-thread.ts';

/** Threads at most unless told: beyond, memory is the bottleneck. */
const MOST = 16;

function startThread(): Worker {
  const here = import.meta.url;
  if (!here.endsWith('.ts')) return new Worker(new URL('./compute-thread.js', here));
  // From the sources, as tests and the bench run: a thread does not inherit the loader of TypeScript.
  const thread = JSON.stringify(new URL('./compute-thread.ts', here).href);
  const code = `import('tsx/esm/api').then(({ register }) => { register(); return import(${thread}); })`;
  return new Worker(code, { eval: true });
}

/**
 * Threads of this process for wasm, with the weights in one memory.
 * @param threads a person's number; as many as the machine has cores unless given
 */
export function nodeThreads(threads?: number): ThreadHost {
  return {
    most: threads ?? Math.min(MOST, availableParallelism()),
    asked: threads !== undefined,
    shared: true,
    start(heard, stopped) {
      const worker = startThread();
      // A thread keeps the process alive while it owes an answer, as a batch in this thread would.
      let owed = 0;
      const owes = (change: number) => {
        owed += change;
        if (owed > 0) worker.ref();
        else worker.unref();
      };
      worker.on('message', (message: FromThread) => {
        owes(-1);
        heard(message);
      });
      worker.on('error', ({ message }) => stopped(message));
      worker.on('exit', (code) => stopped(`it ended with code ${code}`));
      return {
        post(message, transfer) {
          owes(1);
          worker.postMessage(message, transfer);
        },
        end: () => void worker.terminate(),
      };
    },
  };
}
