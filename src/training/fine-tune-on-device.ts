import { UserError } from '../site/user-error.ts';
import type { Backend } from '../vit/backend.ts';
import type { BackendInfo, BackendName } from '../vit/classifier.ts';
import { fineTune } from './fine-tune.ts';
import type { FineTuneOptions, FineTuneResult } from './fine-tune.ts';
import type { TrainerState } from './trainer-state.ts';
import { fusedTrainingIfSound } from './webgpu/fused-training.ts';

export interface DeviceOptions {
  /** Backends to try, best first. */
  order: readonly BackendName[];
  /** Starts the first of `order` that works, as `chooseBackend`. */
  start: (order: readonly BackendName[]) => Promise<Backend>;
  /** Told which backend computes: at the start, and after each change. */
  onBackend?: (info: BackendInfo) => void;
}

/** How often one run outlives the loss of its device. */
const MOST_LOSSES = 3;

/** The device has gone, or answers with errors. */
class DeviceFault extends Error {
  constructor(
    message: string,
    readonly lost: boolean,
  ) {
    super(message);
  }
}

/**
 * `fineTune` on a backend of its own, which outlives a lost GPU device: the device is started
 * again and the run goes on from its last state. A device that reports errors, or is lost again
 * and again, gives way to the next backend, which `onBackend` then says.
 */
export async function fineTuneOnDevice(
  options: FineTuneOptions,
  device: DeviceOptions,
): Promise<FineTuneResult & { backend: BackendInfo }> {
  let order = device.order;
  let state: TrainerState | null = options.resume ?? null;
  const givenUp: BackendInfo['rejected'] = [];
  for (let losses = 0; ;) {
    const started = await device.start(order);
    const info = await withKernels(started.info, options);
    const backend = { ...info, rejected: [...givenUp, ...info.rejected] };
    device.onBackend?.(backend);
    try {
      const result = await untilFault(started, options, state, (kept) => (state = kept));
      return { ...result, backend };
    } catch (error) {
      if (!(error instanceof DeviceFault)) throw error;
      options.signal?.throwIfAborted();
      if (error.lost && ++losses < MOST_LOSSES) continue;
      order = order.filter((name) => name !== info.name);
      givenUp.push({ name: info.name, reason: error.message });
      losses = 0;
      if (order.length === 0) {
        throw new UserError(
          `${info.name} ${error.message}, and no other backend is left. What was trained is stored: start again to go on.`,
        );
      }
    }
  }
}

/** Says whose kernels train, where there is a choice. */
async function withKernels(
  info: BackendInfo,
  { checkpoint }: FineTuneOptions,
): Promise<BackendInfo> {
  const { fused, reason } = await fusedTrainingIfSound(checkpoint.config);
  fused?.dispose();
  if (fused) return { ...info, detail: `${info.detail}, fused kernels` };
  return reason
    ? { ...info, detail: `${info.detail}, stock kernels (the fused ones: ${reason})` }
    : info;
}

async function untilFault(
  { lost, takeErrors }: Backend,
  options: FineTuneOptions,
  resume: TrainerState | null,
  keep: (state: TrainerState) => void,
): Promise<FineTuneResult> {
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  let fault: DeviceFault | null = null;
  const run = fineTune({
    ...options,
    resume,
    signal,
    saveState: async (state) => {
      // What a dead device still answers is not worth keeping.
      if (fault) return;
      keep(state);
      await options.saveState?.(state);
    },
    onProgress: (progress) => {
      const [error] = takeErrors();
      if (error !== undefined) {
        fault = new DeviceFault(`reported an error: ${error}`, false);
        stop.abort(fault);
      } else options.onProgress?.(progress);
    },
  });
  const loss = lost?.then((reason): never => {
    fault = new DeviceFault(`lost its device: ${reason}`, true);
    stop.abort(fault);
    throw fault;
  });
  try {
    return await (loss ? Promise.race([run, loss]) : run);
  } catch (error) {
    run.catch(() => {});
    // Reading from a lost device fails too; the loss is the better reason, and comes a moment later.
    if (loss && !fault && !options.signal?.aborted) {
      await Promise.race([loss.catch(() => {}), new Promise((done) => setTimeout(done, 50))]);
    }
    throw fault ?? error;
  }
}
