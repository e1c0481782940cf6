import * as tf from '@tensorflow/tfjs';
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
  #disposed = false;

  static async start(checkpoint: Checkpoint, options: ClassifierOptions): Promise<DeviceKeeper> {
    const asked = { kernels: 'auto' as const, ...options };
    options.onProgress?.({ stage: 'backend' });
    const backend = await chooseBackend(asked);
    options.onProgress?.({ stage: 'upload' });
    const batch = options.batchSize ?? batchSizeFor(backend.info, checkpoint.config);
    const model = await createDeviceModel(checkpoint, backend, batch);
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
  }

  /** Images at most in one run. */
  get batchSize(): number {
    return this.options.batchSize ?? batchSizeFor(this.#backend.info, this.checkpoint.config);
  }

  get info(): BackendInfo {
    const { info } = this.#backend;
    return { ...info, rejected: [...this.#givenUp, ...info.rejected] };
  }

  /** Runs `work`, again on a new device where this one failed under it. */
  async run<T>(work: (model: DeviceModel) => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (let losses = 0; ;) {
      if (this.#disposed) throw new Error('This classifier has been disposed.');
      signal?.throwIfAborted();
      const { info } = this.#backend;
      // Another classifier of this thread may have left another backend in place.
      if (tf.getBackend() !== info.name) await tf.setBackend(info.name);
      try {
        const result = await this.#untilLost(work(this.#model));
        const [error] = this.#backend.takeErrors();
        if (error === undefined) return result;
        await this.#restart(`reported an error: ${error}`);
      } catch (error) {
        if (!(error instanceof DeviceLost)) throw error;
        // A driver reset happens; twice in one batch is no accident.
        await this.#restart(++losses > 1 ? `lost its device: ${error.message}` : null);
      }
    }
  }

  async #untilLost<T>(work: Promise<T>): Promise<T> {
    const { lost } = this.#backend;
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
    this.#model = await createDeviceModel(this.checkpoint, this.#backend, this.batchSize);
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#model.dispose();
  }
}
