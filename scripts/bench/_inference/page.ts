/** The contest in a page: what runs in Chromium on its own WebGPU. */
import { runContest } from './contest.ts';
import type { Standing } from './contest.ts';
import { inOnnxRuntime, onnxReference } from './onnx-contenders.ts';
import type { Ort } from './onnx-contenders.ts';
import { fused, inTensorFlow, inWasm, plainOps, startOwn } from './own-contenders.ts';
import { weightsOf } from './sizes.ts';

declare global {
  interface Window {
    benchInference(options: PageOptions): Promise<{ adapter: string; standings: Standing[] }>;
  }
}

export interface PageOptions {
  size: string;
  batches: number[];
  runs: number;
  only: string | null;
}

/** Where the bench serves ONNX Runtime's files. */
const PEER_URL = '/bench-peers/onnxruntime-web/dist/';

window.benchInference = async ({ size, batches, runs, only }) => {
  const url = `${PEER_URL}ort.webgpu.min.mjs`;
  const ort = (await import(/* @vite-ignore */ url)) as Ort;
  ort.env.wasm.wasmPaths = new URL(PEER_URL, location.href).href;
  ort.env.wasm.numThreads = 1;
  const backend = await startOwn(
    navigator.gpu,
    '/node_modules/@tensorflow/tfjs-backend-wasm/dist/',
  );
  const weights = weightsOf(size);
  const all = [
    fused(weights, backend.device!),
    inTensorFlow(weights, { name: 'tfjs webgpu, stock', backend: 'webgpu', ops: plainOps() }),
    inOnnxRuntime(ort, weights, { name: 'onnxruntime-web webgpu', provider: 'webgpu' }),
    inOnnxRuntime(ort, weights, {
      name: 'onnxruntime-web webgpu, fused attention',
      provider: 'webgpu',
      form: 'fused',
    }),
    inWasm(weights),
    inTensorFlow(weights, { name: 'tfjs wasm, heads in turn', backend: 'wasm' }),
    inOnnxRuntime(ort, weights, { name: 'onnxruntime-web wasm, 1 thread', provider: 'wasm' }),
  ];
  const pattern = only === null ? null : new RegExp(only);
  const standings = await runContest(
    all.filter(({ name }) => !pattern || pattern.test(name)),
    {
      batches,
      runs,
      reference: onnxReference(ort, weights, 'wasm'),
      say: (line) => console.info(line),
    },
  );
  return { adapter: backend.info.detail, standings };
};
