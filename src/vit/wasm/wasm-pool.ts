import type { PreprocessorConfig } from '../../checkpoint/preprocessor-config.ts';
import type { RgbImage } from '../../imagery/patch.ts';
import { UserError } from '../../site/user-error.ts';
import { describeThreads, planThreads } from './plan-threads.ts';
import type { ThreadOffer, ThreadPlan } from './plan-threads.ts';
import { compileKernels } from './wasm-kernels.ts';
import type { CompiledKernels } from './wasm-kernels.ts';
import { placeActivations, placeWeights } from './wasm-layout.ts';
import type { WasmWeights } from './wasm-layout.ts';
import type { FromThread, ToThread } from './wasm-thread.ts';
import { pagesOf } from './wasm-vit.ts';
import type { WasmOutput } from './wasm-vit.ts';

/** What the host makes of `serveThread` in a thread of its own. */
export interface ComputeThread {
  post(message: ToThread, transfer: ArrayBuffer[]): void;
  end(): void;
}

/** Starts threads; a browser's are workers, Node's `worker_threads`. */
export interface ThreadHost extends ThreadOffer {
  /** @param stopped told when the thread ends by itself, or never starts */
  start(heard: (message: FromThread) => void, stopped: (reason: string) => void): ComputeThread;
}

type PoolWeights = WasmWeights & { preprocessor: PreprocessorConfig };

interface Job {
  id: number;
  image: RgbImage;
  settle: (answer: WasmOutput) => void;
  fail: (error: unknown) => void;
  /** Threads that stopped under it. */
  stopped: number;
}

interface Thread {
  handle: ComputeThread;
  ready: boolean;
  job: Job | null;
}

/**
 * A ViT in several threads, each computing one picture at a time: the numbers are those of one
 * thread to the last bit, whoever computes. Threads start when there is work for them; one that
 * stops leaves its picture to the others.
 */
export class WasmPool {
  #threads = new Map<number, Thread>();
  #queue: Job[] = [];
  #jobs = 0;
  #regions: number[];
  #lost: string[] = [];
  #disposed = false;
  #memory: WebAssembly.Memory | null = null;

  /**
   * @returns the pool, its first thread computing; or the plan where one thread is to compute
   * @throws Error where the model does not fit the kernels, or no thread starts
   */
  static async create(weights: PoolWeights, host: ThreadHost): Promise<WasmPool | ThreadPlan> {
    const { layout, fill } = placeWeights(weights);
    const { weightBytes } = layout;
    const activations = placeActivations(layout.config, 1, weightBytes).end - weightBytes;
    const plan = planThreads(layout.config, { weights: weightBytes, activations }, host);
    if (plan.count < 2) return plan;
    const kernels = await compileKernels(undefined, { shared: plan.shared });
    const pool = new WasmPool(weights, { layout, fill, activations, plan, host, kernels });
    try {
      await pool.#first();
    } catch (error) {
      pool.dispose();
      throw error;
    }
    return pool;
  }

  private constructor(
    private readonly weights: PoolWeights,
    private readonly means: ReturnType<typeof placeWeights> & {
      activations: number;
      plan: ThreadPlan;
      host: ThreadHost;
      kernels: CompiledKernels;
    },
  ) {
    const { plan, fill } = means;
    this.#regions = Array.from({ length: plan.count }, (_, i) => i);
    if (!plan.shared) return;
    const pages = pagesOf(plan.bytes);
    this.#memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    fill(this.#memory.buffer);
  }

  /** Threads that compute, or will when there is work. */
  get count(): number {
    return this.#threads.size + this.#regions.length;
  }

  /** Weights and activations of all threads [bytes]. */
  get bytes(): number {
    return this.means.plan.bytes;
  }

  /** For people: `4 threads sharing their weights, 31 MB`. */
  get description(): string {
    const now = describeThreads({ ...this.means.plan, count: this.count });
    return this.#lost.length === 0 ? now : `${now}; ${this.#lost.length} stopped: ${this.#lost[0]}`;
  }

  /** Waits until a thread is there. */
  async #first(): Promise<void> {
    const side = this.means.layout.config.imageSize;
    await this.run([{ width: side, height: side, rgb: new Uint8Array(3 * side * side) }]);
  }

  /**
   * Computes pictures at the model's size, spread over the threads.
   * @throws UserError where every thread stopped; AbortError
   */
  async run(images: readonly RgbImage[], signal?: AbortSignal): Promise<WasmOutput> {
    signal?.throwIfAborted();
    if (this.#disposed) throw new Error('This model has been disposed.');
    const jobs: Job[] = [];
    const answers = images.map(
      (image) =>
        new Promise<WasmOutput>((settle, fail) => {
          jobs.push({ id: ++this.#jobs, image, settle, fail, stopped: 0 });
        }),
    );
    // Who is computing a picture of a cancelled batch finishes it, and nobody listens.
    const drop = () => {
      this.#queue = this.#queue.filter((job) => !jobs.includes(job));
      for (const { fail } of jobs) fail(signal!.reason);
    };
    signal?.addEventListener('abort', drop, { once: true });
    this.#queue.push(...jobs);
    this.#feed();
    try {
      return joined(await Promise.all(answers));
    } finally {
      signal?.removeEventListener('abort', drop);
      this.#queue = this.#queue.filter((job) => !jobs.includes(job));
    }
  }

  /** Gives waiting pictures to idle threads, and starts threads for the rest. */
  #feed(): void {
    for (const thread of this.#threads.values()) {
      if (!thread.ready || thread.job) continue;
      const job = this.#queue.shift();
      if (!job) return;
      thread.job = job;
      thread.handle.post({ job: job.id, image: job.image }, []);
    }
    const starting = [...this.#threads.values()].filter(({ ready }) => !ready).length;
    for (let missing = this.#queue.length - starting; missing > 0; missing--) {
      const region = this.#regions.shift();
      if (region === undefined) break;
      this.#start(region);
    }
    if (this.count > 0) return;
    const error = new UserError(
      `Every compute thread stopped (${this.#lost[0]}). Load the model again, or ask for one thread.`,
    );
    for (const { fail } of this.#queue.splice(0)) fail(error);
  }

  #start(region: number): void {
    const { host, layout, kernels, activations, fill } = this.means;
    let weights: WebAssembly.Memory | ArrayBuffer | null = this.#memory;
    if (!weights) fill((weights = new ArrayBuffer(layout.weightBytes)));
    const handle = host.start(
      (message) => this.#hear(region, message),
      (reason) => this.#stop(region, reason),
    );
    this.#threads.set(region, { handle, ready: false, job: null });
    const activationsAt = layout.weightBytes + region * activations;
    const { preprocessor } = this.weights;
    handle.post(
      { start: { kernels, layout, preprocessor, weights, activationsAt } },
      weights instanceof ArrayBuffer ? [weights] : [],
    );
  }

  #hear(region: number, message: FromThread): void {
    const thread = this.#threads.get(region);
    if (!thread) return;
    if ('ready' in message) thread.ready = true;
    else if (message.job === null) return this.#stop(region, (message as { error: string }).error);
    else {
      const { job } = thread;
      thread.job = null;
      if ('answer' in message) job?.settle(message.answer);
      else job?.fail(new Error(message.error));
    }
    this.#feed();
  }

  /** A thread is gone: its picture goes to another, once. */
  #stop(region: number, reason: string): void {
    const thread = this.#threads.get(region);
    if (!thread) return;
    this.#threads.delete(region);
    thread.handle.end();
    this.#lost.push(reason);
    const { job } = thread;
    if (job && ++job.stopped > 1) {
      job.fail(new UserError(`A picture stopped two compute threads (${reason}).`));
    } else if (job) this.#queue.unshift(job);
    this.#feed();
  }

  dispose(): void {
    this.#disposed = true;
    const gone = new Error('This model has been disposed.');
    for (const { handle, job } of this.#threads.values()) {
      handle.end();
      job?.fail(gone);
    }
    for (const { fail } of this.#queue.splice(0)) fail(gone);
    this.#threads.clear();
    this.#regions = [];
  }
}

/** Answers of single pictures as those of one batch. */
function joined(answers: WasmOutput[]): WasmOutput {
  const join = (parts: Float32Array[]): Float32Array => {
    const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
    parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
    return all;
  };
  return {
    logits: join(answers.map(({ logits }) => logits)),
    features: join(answers.map(({ features }) => features)),
  };
}
