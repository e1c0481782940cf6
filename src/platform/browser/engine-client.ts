import { proxy, releaseProxy, transfer, wrap } from 'comlink';
import type { RgbImage } from '../../imagery/patch.ts';
import { UserError } from '../../site/user-error.ts';
import type { ExplainingClassifier } from '../../vit/classifier.ts';
import type { EngineHost, EngineLoad, EngineProgress, EngineState } from './engine-protocol.ts';
import { startWorker } from './start-worker.ts';

export interface EngineOptions extends EngineLoad {
  signal?: AbortSignal;
  onProgress?: (progress: EngineProgress) => void;
}

/**
 * Loads a model in a worker of its own and gives a classifier that computes there. `dispose` ends
 * the worker, and with it everything it holds.
 * @throws UserError as `readCheckpoint` and `createClassifier`; AbortError where `signal` fires
 */
export async function startEngine({
  signal,
  onProgress,
  ...request
}: EngineOptions): Promise<ExplainingClassifier> {
  signal?.throwIfAborted();
  const worker = startWorker('engine');
  const host = wrap<EngineHost>(worker);
  let heard = false;
  worker.addEventListener('message', () => (heard = true), { once: true });
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => {
      const why = event.message || 'its script did not load';
      reject(
        new UserError(
          heard
            ? `The compute worker stopped: ${why}.`
            : `The compute worker did not start: ${why}. Where a bundler made this page, docs/embedding.md of the package says what to set.`,
        ),
      );
    });
  });
  broken.catch(() => {}); // Heard by whoever waits; nobody may be waiting when it happens.
  const threads = new Map<number, Worker>();
  const thread = (id: number, port: MessagePort | null): void => {
    threads.get(id)?.terminate();
    threads.delete(id);
    if (!port) return;
    const stopped = (reason: string) => {
      if (threads.has(id)) void host.threadStopped(id, reason);
    };
    try {
      const compute = startWorker('compute');
      threads.set(id, compute);
      compute.addEventListener('error', ({ message }) =>
        stopped(message || 'its script did not load'),
      );
      compute.postMessage({ port }, [port]);
    } catch (error) {
      void host.threadStopped(id, error instanceof Error ? error.message : String(error));
    }
  };
  const end = () => {
    host[releaseProxy]();
    worker.terminate();
    for (const compute of threads.values()) compute.terminate();
    threads.clear();
  };

  let state: EngineState;
  try {
    const load = host.load(
      request,
      proxy((progress) => onProgress?.(progress)),
      proxy(thread),
    );
    state = await untilAborted(Promise.race([load, broken]), signal);
  } catch (error) {
    end();
    throw revived(error);
  }

  let calls = 0;
  let disposed = false;
  const call = async <T extends { state: EngineState }>(
    send: (call: number) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> => {
    signal?.throwIfAborted();
    if (disposed) throw new Error('This classifier has been disposed.');
    const id = ++calls;
    const cancel = () => void host.cancel(id);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const answer = await untilAborted(Promise.race([send(id), broken]), signal);
      state = answer.state;
      return answer;
    } catch (error) {
      throw revived(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  };

  return {
    get model() {
      return state.model;
    },
    get backend() {
      return state.backend;
    },
    get batchSize() {
      return state.batchSize;
    },
    async classify(images, { signal } = {}) {
      const copies = images.map(copyOf);
      const buffers = copies.map(({ rgb }) => rgb.buffer as ArrayBuffer);
      const send = (id: number) => host.classify(id, transfer(copies, buffers));
      return (await call(send, signal)).answers;
    },
    async explain(image, { signal } = {}) {
      const copy = copyOf(image);
      const send = (id: number) =>
        host.explain(id, transfer(copy, [copy.rgb.buffer as ArrayBuffer]));
      return (await call(send, signal)).map;
    },
    async dispose() {
      if (disposed) return;
      disposed = true;
      end();
    },
  };
}

/** The page keeps its pixels; the copy's buffer moves to the worker. */
const copyOf = ({ width, height, rgb }: RgbImage): RgbImage => ({
  width,
  height,
  rgb: rgb.slice(),
});

/** Rejects at once on abort; the worker hears of it separately. */
function untilAborted<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Errors lose their class between threads; the name stays. */
export function revived(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  if (error.name === 'UserError') return new UserError(error.message);
  if (error.name === 'AbortError' && !(error instanceof DOMException)) {
    return new DOMException(error.message, 'AbortError');
  }
  return error;
}
