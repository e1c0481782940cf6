import type { Checkpoint } from '../../../src/checkpoint/checkpoint.ts';
import type { Contender } from './contest.ts';
import { pixelsOf } from './sizes.ts';
import { vitOnnx } from './vit-graph.ts';
import type { AttentionForm } from './vit-graph.ts';

type Weights = Pick<Checkpoint, 'config' | 'tensors'>;

/** What `onnxruntime-node` and `onnxruntime-web` have in common, as far as it is used here. */
export interface Ort {
  env: { wasm: { numThreads?: number; wasmPaths?: string }; logLevel?: string };
  Tensor: new (type: 'float32', data: Float32Array, shape: number[]) => unknown;
  InferenceSession: {
    create(model: Uint8Array, options: object): Promise<OrtSession>;
  };
}
interface OrtSession {
  run(feeds: object): Promise<{ logits: { data: Float32Array } }>;
  release(): Promise<void>;
}

export interface OnnxOptions {
  name: string;
  provider: 'cpu' | 'webgpu' | 'wasm';
  form?: AttentionForm;
}

/** ONNX Runtime on one of its execution providers. */
export const inOnnxRuntime = (
  ort: Ort,
  weights: Weights,
  { name, provider, form = 'plain' }: OnnxOptions,
): Contender => ({
  name,
  async create(batch) {
    const { imageSize } = weights.config;
    const session = await ort.InferenceSession.create(vitOnnx(weights, form), {
      executionProviders: [provider],
      graphOptimizationLevel: 'all',
      freeDimensionOverrides: { batch },
      logSeverityLevel: 3,
    });
    const pixels = pixelsOf(weights.config, batch);
    const feeds = () => ({
      pixel_values: new ort.Tensor('float32', pixels, [batch, 3, imageSize, imageSize]),
    });
    return {
      run: async () => Float32Array.from((await session.run(feeds())).logits.data),
      dispose: () => session.release(),
    };
  },
});

/** Logits by ONNX Runtime on the CPU, which all others are held against. */
export const onnxReference =
  (ort: Ort, weights: Weights, provider: 'cpu' | 'wasm') => async (batch: number) => {
    const contender = inOnnxRuntime(ort, weights, { name: 'reference', provider });
    const runner = await contender.create(batch);
    const logits = await runner.run();
    await runner.dispose();
    return logits;
  };
