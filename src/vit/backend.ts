import * as tf from '@tensorflow/tfjs';
import { UserError } from '../site/user-error.ts';
import { DEFAULT_ORDER } from './classifier.ts';
import type { BackendInfo, BackendName } from './classifier.ts';
import { selfCheck } from './self-check.ts';
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
  /** Where the wasm binaries lie: a folder URL, or a URL for each file name. Node needs none. */
  wasmPaths?: string | Record<string, string>;
  signal?: AbortSignal;
}

/** The backend that TensorFlow.js now runs on, in this thread. */
export interface Backend {
  info: BackendInfo;
  /** WebGPU only. */
  device: GPUDevice | null;
  /** Resolves with the reason once the device is lost; null where there is none to lose. */
  lost: Promise<string> | null;
  /** Errors the device reported since the last call: shaders that fail do not throw. */
  takeErrors(): string[];
}

type Started = Omit<Backend, 'info'> & { detail: string };

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
      const fault = name === 'cpu' ? null : ((await selfCheck(name)) ?? started.takeErrors()[0]);
      if (!fault) return { ...started, info: { name, detail, rejected } };
      rejected.push({ name, reason: fault });
    } catch (error) {
      signal?.throwIfAborted();
      rejected.push({ name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  const reasons = rejected.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
  throw new UserError(`No compute backend works here (${reasons}).`);
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

async function startWasm({ wasmPaths }: BackendOptions): Promise<Started> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  // Paths can be set only before the first start.
  if (wasmPaths && !tf.engine().registry['wasm']) wasm.setWasmPaths(wasmPaths);
  await use('wasm');
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const threaded = await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT');
  const threads = simd && threaded ? wasm.getThreadsCount() : 1;
  return hostOnly(`${simd ? 'SIMD' : 'no SIMD'}, ${threads} thread${threads === 1 ? '' : 's'}`);
}

/** `tf.setBackend` that says no by throwing, since it answers false and leaves another in place. */
async function use(name: BackendName): Promise<void> {
  if (!tf.findBackendFactory(name)) throw new Error('not part of this build');
  const set = await tf.setBackend(name);
  if (!set || tf.getBackend() !== name) throw new Error('did not start');
  await tf.ready();
}
