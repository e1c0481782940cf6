import type { PreprocessorConfig } from '../../checkpoint/preprocessor-config.ts';
import type { RgbImage } from '../../imagery/patch.ts';
import { imagesToPatches } from '../preprocess.ts';
import type { CompiledKernels } from './wasm-kernels.ts';
import { placeActivations } from './wasm-layout.ts';
import type { WasmLayout } from './wasm-layout.ts';
import { WasmVit, pagesOf } from './wasm-vit.ts';
import type { WasmOutput } from './wasm-vit.ts';

/** What a thread needs to compute a model. */
export interface ThreadStart {
  kernels: CompiledKernels;
  layout: WasmLayout;
  preprocessor: PreprocessorConfig;
  /** The memory that all see, or the weights for a memory of the thread's own. */
  weights: WebAssembly.Memory | ArrayBuffer;
  /** First byte of the shared memory that is this thread's. */
  activationsAt: number;
}

export type ToThread = { start: ThreadStart } | { job: number; image: RgbImage };

export type FromThread =
  | { ready: true }
  | { job: number; answer: WasmOutput }
  /** `job` is null where the thread cannot start. */
  | { job: number | null; error: string };

async function prepare({
  kernels,
  layout,
  preprocessor,
  weights,
  activationsAt,
}: ThreadStart): Promise<(image: RgbImage) => WasmOutput> {
  const shared = weights instanceof WebAssembly.Memory;
  const from = shared ? activationsAt : layout.weightBytes;
  const { end } = placeActivations(layout.config, 1, from);
  const memory = shared ? weights : new WebAssembly.Memory({ initial: pagesOf(end) });
  if (!shared) new Uint8Array(memory.buffer).set(new Uint8Array(weights));
  const vit = await WasmVit.on({ kernels, memory, layout, activationsAt: from, maxBatch: 1 });
  return (image) => vit.forward(imagesToPatches([image], preprocessor, layout.config), 1);
}

/**
 * The thread's side of a pool: one picture at a time, in the order they come.
 * @param post answers
 * @returns what hears the pool's messages
 */
export function serveThread(
  post: (message: FromThread, transfer: ArrayBuffer[]) => void,
): (message: ToThread) => Promise<void> {
  let model: Promise<(image: RgbImage) => WasmOutput> | null = null;
  return async (message) => {
    const job = 'job' in message ? message.job : null;
    try {
      if ('start' in message) {
        model = prepare(message.start);
        await model;
        post({ ready: true }, []);
        return;
      }
      if (!model) throw new Error('This thread was not started.');
      const answer = (await model)(message.image);
      const buffers = [answer.logits.buffer, answer.features.buffer] as ArrayBuffer[];
      post({ job: message.job, answer }, buffers);
    } catch (error) {
      post({ job, error: error instanceof Error ? error.message : String(error) }, []);
    }
  };
}
