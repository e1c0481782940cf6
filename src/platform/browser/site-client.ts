import { proxy, releaseProxy, wrap } from 'comlink';
import type { Remote } from 'comlink';
import type { AnalyseRequest } from '../../analysis/analyse-request.ts';
import type { AnalysisListener } from '../../analysis/analysis-event.ts';
import type { Reassessment } from '../../analysis/reassess.ts';
import type { SiteResult } from '../../analysis/site-result.ts';
import type { Patch } from '../../imagery/patch.ts';
import type { Tile } from '../../site/tile.ts';
import { UserError } from '../../site/user-error.ts';
import type { Classifier } from '../../vit/classifier.ts';
import { revived } from './engine-client.ts';
import type { ImageryChoice } from './open-imagery.ts';
import type { Classify, ClassifierState, SiteHost } from './site-protocol.ts';
import { startWorker } from './start-worker.ts';

/**
 * The analysis in a worker of its own, started with the first call. Rejections are as those of
 * `analyseSite`; `dispose` ends the worker, and every call that waits for it with an AbortError.
 */
export class SiteWorker {
  #worker: Worker | null = null;
  #host: Remote<SiteHost> | null = null;
  #broken: Promise<never> | null = null;
  #break: (reason: Error) => void = () => {};
  #calls = 0;

  /** `analyseSite`, with the imagery named rather than given. */
  analyse(
    job: { request: AnalyseRequest; imagery: ImageryChoice },
    classifier: Classifier,
    { signal, onProgress }: { signal: AbortSignal; onProgress: AnalysisListener },
  ): Promise<SiteResult> {
    return this.#call(signal, (host, call) =>
      host.analyse(
        call,
        { ...job, classifier: stateOf(classifier) },
        proxy(classifyBy(classifier, signal)),
        proxy(onProgress),
      ),
    );
  }

  /** `refineResult`, with the imagery named rather than given. */
  refine(
    job: { result: SiteResult; imagery: ImageryChoice },
    classifier: Classifier,
    { signal, onProgress }: { signal: AbortSignal; onProgress: AnalysisListener },
  ): Promise<SiteResult> {
    return this.#call(signal, (host, call) =>
      host.refine(
        call,
        { ...job, classifier: stateOf(classifier) },
        proxy(classifyBy(classifier, signal)),
        proxy(onProgress),
      ),
    );
  }

  /** Starts the worker before it has anything to do; what goes wrong is told by the next call. */
  prepare(imagery: ImageryChoice): void {
    this.#call(undefined, (host) => host.prepare(imagery)).catch(() => undefined);
  }

  /** `tilesWorthRefining`. */
  boundary(result: SiteResult): Promise<Record<string, string[]>> {
    return this.#call(undefined, (host) => host.boundary(result));
  }

  /** `reassess`. */
  reassess(result: SiteResult, change: Reassessment): Promise<SiteResult> {
    return this.#call(undefined, (host) => host.reassess(result, change));
  }

  /** The picture of one tile; null where there is none. */
  capture(
    job: { tile: Tile; imagery: ImageryChoice; sizePx: number },
    signal: AbortSignal,
  ): Promise<Patch | null> {
    return this.#call(signal, (host, call) => host.capture(call, job));
  }

  dispose(): void {
    this.#host?.[releaseProxy]();
    this.#worker?.terminate();
    this.#break(new DOMException('The analysis was cancelled.', 'AbortError'));
    this.#worker = this.#host = this.#broken = null;
  }

  #start(): { host: Remote<SiteHost>; broken: Promise<never> } {
    if (this.#host && this.#broken) return { host: this.#host, broken: this.#broken };
    const worker = startWorker('site');
    const broken = new Promise<never>((_, reject) => {
      this.#break = reject;
      worker.addEventListener('error', ({ message }) => {
        reject(
          new UserError(
            `The analysis worker stopped: ${message || 'its script did not load'}. Reload the page.`,
          ),
        );
        this.dispose();
      });
    });
    broken.catch(() => {}); // Heard by whoever waits; nobody may be waiting when it happens.
    const host = wrap<SiteHost>(worker);
    this.#worker = worker;
    this.#host = host;
    this.#broken = broken;
    return { host, broken };
  }

  async #call<T>(
    signal: AbortSignal | undefined,
    send: (host: Remote<SiteHost>, call: number) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const { host, broken } = this.#start();
    const call = ++this.#calls;
    const cancel = () => void host.cancel(call);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await Promise.race([send(host, call), broken]);
    } catch (error) {
      throw revived(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }
}

const stateOf = ({ model, backend, batchSize }: Classifier): ClassifierState => ({
  model,
  backend,
  batchSize,
});

/** The classifier's side of a call from the worker. */
const classifyBy =
  (classifier: Classifier, signal: AbortSignal): Classify =>
  async (images) => {
    const answers = await classifier.classify(images, { signal });
    return { answers, state: stateOf(classifier) };
  };
