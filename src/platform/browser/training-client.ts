import { proxy, releaseProxy, transfer, wrap } from 'comlink';
import type { Remote } from 'comlink';
import type { CheckpointFiles } from '../../checkpoint/file-set.ts';
import { UserError } from '../../site/user-error.ts';
import type { ModelSource } from './model-source.ts';
import type {
  ClassQuestion,
  DatasetRequest,
  DatasetSummary,
  Estimate,
  Judgement,
  RunEvent,
  RunOutcome,
  RunRequest,
  StoredRun,
  TrainingHost,
} from './training-protocol.ts';
import { startWorker } from './start-worker.ts';

/** Training in a worker of its own. `dispose` ends it; a run's state stays on the device. */
export class TrainingClient {
  #worker: Worker;
  #host: Remote<TrainingHost>;
  #broken: Promise<never>;
  /** True once the worker has stopped: nothing more comes from this client. */
  broken = false;

  constructor() {
    this.#worker = startWorker('training');
    this.#host = wrap<TrainingHost>(this.#worker);
    this.#broken = new Promise<never>((_, reject) => {
      this.#worker.addEventListener('error', (event) => {
        this.broken = true;
        reject(
          new UserError(
            `The training worker stopped: ${event.message || 'its script did not load'}. A run that had begun is stored; go on with it.`,
          ),
        );
      });
    });
    this.#broken.catch(() => {}); // Heard by whoever waits; nobody may be waiting when it happens.
  }

  openDataset(
    files: CheckpointFiles,
    request: DatasetRequest,
    onProgress: (done: number, total: number) => void,
    {
      onDownload = () => {},
      signal,
    }: {
      /** Bytes of the file that is being downloaded. */
      onDownload?: (loaded: number, total: number) => void;
      signal?: AbortSignal;
    } = {},
  ): Promise<DatasetSummary | ClassQuestion> {
    const stop = () => void this.#host.stopReading();
    signal?.addEventListener('abort', stop, { once: true });
    const served = proxy({
      list: async () => (await files.list({ signal })).map(({ path, size }) => ({ path, size })),
      async read(path: string) {
        // A copy: its buffer moves to the worker.
        const bytes = (await files.read(path, { onProgress: onDownload, signal })).slice();
        return transfer(bytes, [bytes.buffer as ArrayBuffer]);
      },
    });
    const opening: Promise<DatasetSummary | ClassQuestion> = this.#host.openDataset(
      served,
      request,
      proxy(onProgress),
    );
    return this.#call(opening).finally(() => signal?.removeEventListener('abort', stop));
  }

  thumbnail(id: string, side: number): Promise<Blob> {
    return this.#call(this.#host.thumbnail(id, side));
  }

  estimate(request: RunRequest): Promise<Estimate> {
    return this.#call(this.#host.estimate(request));
  }

  run(
    request: RunRequest,
    options: { resume: boolean; onEvent: (event: RunEvent) => void },
  ): Promise<RunOutcome> {
    return this.#call(this.#host.run(request, options.resume, proxy(options.onEvent)));
  }

  pause(): void {
    void this.#host.pause();
  }

  goOn(): void {
    void this.#host.goOn();
  }

  /** The run rejects with AbortError once its state is stored. */
  cancel(): void {
    void this.#host.cancel();
  }

  judge(
    source: ModelSource,
    onProgress: (done: number, total: number) => void = () => {},
  ): Promise<Judgement> {
    return this.#call(this.#host.judge(source, proxy(onProgress)));
  }

  /** @param options.wait until no other tab is busy with it; else null while one is */
  storedRun(options: { wait?: boolean } = {}): Promise<StoredRun | null> {
    return this.#call(this.#host.storedRun(options));
  }

  restoreDataset({ signal }: { signal?: AbortSignal } = {}): Promise<DatasetSummary> {
    const stop = () => void this.#host.stopReading();
    signal?.addEventListener('abort', stop, { once: true });
    return this.#call(this.#host.restoreDataset()).finally(() =>
      signal?.removeEventListener('abort', stop),
    );
  }

  forgetRun(): Promise<void> {
    return this.#call(this.#host.forgetRun());
  }

  dispose(): void {
    this.#host[releaseProxy]();
    this.#worker.terminate();
  }

  async #call<T>(work: Promise<T>): Promise<T> {
    try {
      return await Promise.race([work, this.#broken]);
    } catch (error) {
      throw revived(error);
    }
  }
}

/** Errors lose their class between threads; the name stays. */
function revived(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  if (error.name === 'UserError') return new UserError(error.message);
  if (error.name === 'AbortError') return new DOMException(error.message, 'AbortError');
  return error;
}
