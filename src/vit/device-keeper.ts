import * as tf from '@tensorflow/tfjs';
import pLimit from 'p-limit';
import type { LimitFunction } from 'p-limit';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { UserError } from '../site/user-error.ts';
import { chooseBackend } from './backend.ts';
import type { Backend } from './backend.ts';
import { DEFAULT_ORDER } from './classifier.ts';
import type { BackendInfo, BackendName } from './classifier.ts';
import type { ClassifierOptions } from './create-classifier.ts';
import { batchSizeFor } from './batch.ts';
import { createDeviceModel } from './device-model.ts';
import type { DeviceModel } from './device-model.ts';

/** The device was lost while work was on it. */
class DeviceLost extends Error {}

/**
 * Keeps a model's weights on a working device: starts it, runs work on it, and starts again when it
 * is lost or reports errors.
 */
export class DeviceKeeper {
  #backend: Backend;
  #model: DeviceModel;
  #order: readonly BackendName[];
  #givenUp: BackendInfo['rejected'] = [];
  #restarting: Promise<void> | null = null;
  #limit: LimitFunction;
  #disposed = false;

  static async start(checkpoint: Checkpoint, options: ClassifierOptions): Promise<DeviceKeeper> {
    const asked = { kernels: 'auto' as const, ...options };
    options.onProgress?.({ stage: 'backend' });
    const backend = await chooseBackend(asked);
    options.onProgress?.({ stage: 'upload' });
    const batch = options.batchSize ?? batchSizeFor(backend.info, checkpoint.config);
    const model = await createDeviceModel(checkpoint, backend, batch, options.threads);
    return new DeviceKeeper(checkpoint, asked, backend, model);
  }

  private constructor(
    private readonly checkpoint: Checkpoint,
    private readonly options: ClassifierOptions,
    backend: Backend,
    model: DeviceModel,
  ) {
    this.#backend = backend;
    this.#order = options.order ?? DEFAULT_ORDER;
    this.#model = model;
    this.#limit = pLimit(model.atOnce);
  }

  /** Images at most in one run. */
  get batchSize(): number {
    const { batchSize } = this.#model;
    const { info } = this.#backend;
    return this.options.batchSize ?? batchSize ?? batchSizeFor(info, this.checkpoint.config);
  }

  /** Runs worth having under way at once. */
  get atOnce(): number {
    return this.#model.atOnce;
  }

  get info(): BackendInfo {
    const { info } = this.#backend;
    const { threads } = this.#model;
    const rejected = [...this.#givenUp, ...info.rejected];
    return { ...info, rejected, ...(threads !== undefined && { threads }) };
  }

  /**
   * Runs `work`, again on a new device where this one failed under it; as many at once as the model
   * takes, the others wait.
   */
  run<T>(work: (model: DeviceModel) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#limit(() => this.#run(work, signal));
  }

  async #run<T>(work: (model: DeviceModel) => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (let losses = 0; ;) {
      await this.#restarting;
      if (this.#disposed) throw new Error('This classifier has been disposed.');
      signal?.throwIfAborted();
      const backend = this.#backend;
      const { name } = backend.info;
      // Another classifier of this thread may have left another backend in place.
      if (tf.getBackend() !== name) await tf.setBackend(name);
      let fault: string | null;
      try {
        const result = await this.#untilLost(work(this.#model), backend);
        const [error] = backend.takeErrors();
        // Another run may have met the fault that this answer comes from.
        const trusted = this.#backend === backend && !this.#restarting;
        if (error === undefined && trusted) return result;
        fault = `reported an error: ${error}`;
      } catch (error) {
        const lost = error instanceof DeviceLost;
        if (!lost && this.#backend === backend && !this.#restarting) throw error;
        // A driver reset happens; twice in one batch is no accident.
        fault = lost && ++losses > 1 ? `lost its device: ${error.message}` : null;
      }
      if (this.#backend !== backend) continue;
      this.#restarting ??= this.#restart(fault).finally(() => (this.#restarting = null));
    }
  }

  async #untilLost<T>(work: Promise<T>, { lost }: Backend): Promise<T> {
    if (!lost) return work;
    const loss = lost.then((reason): never => {
      throw new DeviceLost(reason);
    });
    // A read-back from a lost device rejects too; the loss is the better reason.
    const outcome = await Promise.race([
      work.then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      ),
      loss,
    ]);
    if ('value' in outcome) return outcome.value;
    await Promise.race([loss, new Promise((resolve) => setTimeout(resolve, 50))]);
    throw outcome.error;
  }

  /** @param fault why the backend in use is given up for good, or null to start it again */
  async #restart(fault: string | null): Promise<void> {
    const { name } = this.#backend.info;
    this.#model.dispose();
    if (fault !== null) {
      this.#order = this.#order.filter((other) => other !== name);
      this.#givenUp.push({ name, reason: fault });
      if (this.#order.length === 0)
        throw new UserError(`${name} ${fault}; no other backend is left.`);
    }
    this.#backend = await chooseBackend({ ...this.options, order: this.#order, signal: undefined });
    const { info } = this.#backend;
    const batch = this.options.batchSize ?? batchSizeFor(info, this.checkpoint.config);
    const { threads } = this.options;
    this.#model = await createDeviceModel(this.checkpoint, this.#backend, batch, threads);
    this.#limit.concurrency = this.#model.atOnce;
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#model.dispose();
  }
}
