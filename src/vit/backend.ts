import * as tf from '@tensorflow/tfjs';
import { UserError } from '../site/user-error.ts';
import { SOFTWARE_ADAPTER } from './batch.ts';
import { DEFAULT_ORDER } from './classifier.ts';
import type { BackendInfo, BackendName } from './classifier.ts';
import { selfCheck, tinyCase } from './self-check.ts';
import { WasmVit } from './wasm/wasm-vit.ts';
import { FusedVit } from './webgpu/fused-vit.ts';
import { kernelPlan } from './webgpu/kernels.ts';
import { startWebGpu } from './webgpu-device.ts';

export interface BackendOptions {
  /** Backends to try, best first. */
  order?: readonly BackendName[];
  /** `navigator.gpu`, or Dawn's in Node; null or absent where the host has none. */
  gpu?: GPU | null;
  /** Why `gpu` is absent, where the host knows. */
  gpuMissing?: string;
  /**
   * Take a WebGPU adapter that is the CPU in disguise (SwiftShader, lavapipe) although another
   * backend is left; wasm is many times faster there. Default false.
   */
  softwareGpu?: boolean;
  /**
   * On WebGPU and on wasm: Upwind's own kernels where they pass their check (`fused`),
   * the same but not on a software adapter, which compiles them for longer than a site takes
   * (`auto`), or TensorFlow.js's (`stock`, the default here; training needs those).
   */
  kernels?: 'auto' | 'fused' | 'stock';
  /** Where the wasm binaries lie: a folder URL, or a URL for each file name. Node needs none. */
  wasmPaths?: string | Record<string, string>;
  signal?: AbortSignal;
}

/** The backend that TensorFlow.js now runs on, in this thread. */
export interface Backend {
  info: BackendInfo;
  /** Whose kernels compute a forward, after they passed the self-check. */
  kernels: 'fused' | 'stock';
  /** WebGPU only. */
  device: GPUDevice | null;
  /** Resolves with the reason once the device is lost; null where there is none to lose. */
  lost: Promise<string> | null;
  /** Errors the device reported since the last call: shaders that fail do not throw. */
  takeErrors(): string[];
}

export type Started = Omit<Backend, 'info' | 'kernels'> & { detail: string };

const hostOnly = (detail: string): Started => ({
  detail,
  device: null,
  lost: null,
  takeErrors: () => [],
});

/**
 * Picks the first backend of `order` that starts and computes the right numbers, and makes it
 * TensorFlow.js's own. Those passed over are in `info.rejected`, each with its reason.
 * @throws UserError where none works
 */
export async function chooseBackend(options: BackendOptions = {}): Promise<Backend> {
  const { order = DEFAULT_ORDER, signal } = options;
  tf.enableProdMode();
  const rejected: BackendInfo['rejected'] = [];
  for (const name of order) {
    signal?.throwIfAborted();
    try {
      const last = name === order.at(-1);
      const { detail, ...started } = await start(name, {
        ...options,
        softwareGpu: options.softwareGpu || last,
      });
      const unfit = wantsFused(name, options, detail) ? await checkFused(name, started) : '';
      if (unfit === null) {
        const info = { name, detail: `${detail}, fused kernels`, rejected };
        return { ...started, kernels: 'fused', info };
      }
      const fault = name === 'cpu' ? null : ((await selfCheck(name)) ?? started.takeErrors()[0]);
      if (!fault) {
        const said = unfit ? `${detail}, stock kernels (the fused ones: ${unfit})` : detail;
        return { ...started, kernels: 'stock', info: { name, detail: said, rejected } };
      }
      rejected.push({ name, reason: fault });
    } catch (error) {
      signal?.throwIfAborted();
      rejected.push({ name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  const reasons = rejected.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
  throw new UserError(`No compute backend works here (${reasons}).`);
}

const wantsFused = (
  name: BackendName,
  { kernels = 'stock' }: BackendOptions,
  detail: string,
): boolean => {
  if (kernels === 'stock') return false;
  if (name === 'wasm') return detail === SIMD;
  return name === 'webgpu' && (kernels === 'fused' || !SOFTWARE_ADAPTER.test(detail));
};

/** Verdicts on devices, so that a second model does not wait for a second check. */
const fusedVerdicts = new WeakMap<GPUDevice, Promise<string | null>>();
let wasmVerdict: Promise<string | null> | null = null;

/** Why our own kernels cannot be trusted there, or null. */
function checkFused(
  name: BackendName,
  started: Pick<Started, 'device' | 'takeErrors'>,
): Promise<string | null> {
  if (name === 'wasm') return (wasmVerdict ??= checkWasm());
  const known = fusedVerdicts.get(started.device!);
  if (known) return known;
  const verdict = runFusedCheck(started);
  fusedVerdicts.set(started.device!, verdict);
  return verdict;
}

async function checkWasm(): Promise<string | null> {
  try {
    const { checkpoint, patches, images } = tinyCase();
    const vit = await WasmVit.create(checkpoint, images.length);
    return await selfCheck('wasm', async () => vit.forward(patches, images.length).logits);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function runFusedCheck({
  device,
  takeErrors,
}: Pick<Started, 'device' | 'takeErrors'>): Promise<string | null> {
  const check = async (dtype: 'F32' | 'F16') => {
    const tiny = tinyCase(dtype);
    const vit = await FusedVit.create(device!, tiny.checkpoint, tiny.images.length);
    try {
      const compute = async () => (await vit.forwardImages(tiny.images)).logits;
      return await selfCheck('webgpu', compute, dtype);
    } finally {
      vit.dispose();
    }
  };
  try {
    // Weights in half precision have kernels of their own where the GPU computes in it.
    const half = kernelPlan(device!).half ? await check('F16') : null;
    return half ?? (await check('F32')) ?? takeErrors()[0] ?? null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function start(name: BackendName, options: BackendOptions): Promise<Started> {
  switch (name) {
    case 'webgpu':
      return startWebGpu(options);
    case 'wasm':
      return startWasm(options);
    case 'webgl':
      await use('webgl');
      return hostOnly('WebGL');
    case 'cpu':
      await use('cpu');
      return hostOnly('plain JavaScript');
  }
}

/** What wasm says of itself where our kernels serve it. */
const SIMD = 'SIMD';

async function startWasm({ wasmPaths }: BackendOptions): Promise<Started> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  // TensorFlow.js starts its threads from the text of a function, which names a variable that every
  // minifier renames: in a built page they fail. Ours are started by the host.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  // Paths can be set only before the first start.
  if (wasmPaths && !tf.engine().registry['wasm']) wasm.setWasmPaths(wasmPaths);
  await use('wasm');
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return hostOnly(simd ? SIMD : 'no SIMD');
}

/** `tf.setBackend` that says no by throwing, since it answers false and leaves another in place. */
async function use(name: BackendName): Promise<void> {
  if (!tf.findBackendFactory(name)) throw new Error('not part of this build');
  const set = await tf.setBackend(name);
  if (!set || tf.getBackend() !== name) throw new Error('did not start');
  await tf.ready();
}
