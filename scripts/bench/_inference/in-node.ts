import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nodeGpu } from '../../../src/platform/node/gpu.ts';
import { runContest } from './contest.ts';
import type { Contender, Standing } from './contest.ts';
import { inOnnxRuntime, onnxReference } from './onnx-contenders.ts';
import type { Ort } from './onnx-contenders.ts';
import { BENCH_FOLDER, peerRequire } from './peers.ts';
import { pixelsOf, weightsOf } from './sizes.ts';
import { vitOnnx } from './vit-graph.ts';

export interface HostOptions {
  sizes: string[];
  batches: number[];
  runs: number;
  /** Contenders whose names match; all unless given. */
  only?: RegExp;
  say: (line: string) => void;
}

export interface HostResult {
  adapter: string;
  standings: Record<string, Standing[]>;
}

type Weights = ReturnType<typeof weightsOf>;

/** The contest in this process: Dawn's WebGPU for all, wasm for all. */
export async function benchInNode(options: HostOptions): Promise<HostResult> {
  const found = await nodeGpu({ insist: true });
  if (!found.gpu) console.error(`No WebGPU in Node (${found.reason}): wasm alone is compared.`);
  const own = await import('./own-contenders.ts');
  const require = peerRequire();
  const ort = require('onnxruntime-node') as Ort;
  const web = (await import(
    pathToFileURL(join(BENCH_FOLDER, 'node_modules/onnxruntime-web/dist/ort.node.min.mjs')).href
  )) as Ort;
  web.env.wasm.numThreads = 1;
  const backend = await own.startOwn(found.gpu);
  const standings: HostResult['standings'] = {};
  for (const size of options.sizes) {
    const weights = weightsOf(size);
    const contenders: Contender[] = [];
    if (backend.device) {
      contenders.push(
        own.fused(weights, backend.device),
        own.inTensorFlow(weights, {
          name: 'tfjs webgpu, stock',
          backend: 'webgpu',
          ops: own.plainOps(),
        }),
        inOnnxRuntime(ort, weights, { name: 'onnxruntime-node webgpu', provider: 'webgpu' }),
        inOnnxRuntime(ort, weights, {
          name: 'onnxruntime-node webgpu, fused attention',
          provider: 'webgpu',
          form: 'fused',
        }),
        inTransformers(size, weights),
      );
    }
    contenders.push(
      own.inWasm(weights),
      own.inTensorFlow(weights, { name: 'tfjs wasm, heads in turn', backend: 'wasm' }),
      own.inTensorFlow(weights, { name: 'tfjs wasm, stock', backend: 'wasm', ops: own.plainOps() }),
      inOnnxRuntime(web, weights, { name: 'onnxruntime-web wasm, 1 thread', provider: 'wasm' }),
    );
    standings[size] = await runContest(
      contenders.filter(({ name }) => !options.only || options.only.test(name)),
      {
        batches: options.batches,
        runs: options.runs,
        reference: onnxReference(ort, weights, 'cpu'),
        say: (line) => options.say(`Node, ${size}, ${line}`),
      },
    );
  }
  const detail = backend.device ? backend.info.detail : 'no GPU';
  return { adapter: `${detail}; ${cpus().length} × ${cpus()[0]?.model}`, standings };
}

/** transformers.js, from a model folder as it would load from the Hub. */
function inTransformers(size: string, weights: Weights): Contender {
  return {
    name: 'transformers.js webgpu',
    async create(batch) {
      const { config } = weights;
      const folder = join(BENCH_FOLDER, 'models', size);
      mkdirSync(join(folder, 'onnx'), { recursive: true });
      writeFileSync(join(folder, 'onnx/model.onnx'), vitOnnx(weights));
      const json = {
        model_type: 'vit',
        architectures: ['ViTForImageClassification'],
        hidden_size: config.hiddenSize,
        num_hidden_layers: config.layers,
        num_attention_heads: config.heads,
        intermediate_size: config.intermediateSize,
        image_size: config.imageSize,
        patch_size: config.patchSize,
        id2label: Object.fromEntries(config.labels.map((label, i) => [i, label])),
      };
      writeFileSync(join(folder, 'config.json'), JSON.stringify(json));
      const transformers = await import(
        pathToFileURL(
          join(BENCH_FOLDER, 'node_modules/@huggingface/transformers/dist/transformers.node.mjs'),
        ).href
      );
      const { AutoModelForImageClassification, Tensor, env } = transformers;
      env.allowRemoteModels = false;
      env.localModelPath = join(BENCH_FOLDER, 'models');
      const model = await AutoModelForImageClassification.from_pretrained(size, {
        device: 'webgpu',
        dtype: 'fp32',
      });
      const pixels = pixelsOf(config, batch);
      const shape = [batch, 3, config.imageSize, config.imageSize];
      return {
        run: async () => {
          const { logits } = await model({ pixel_values: new Tensor('float32', pixels, shape) });
          return Float32Array.from(logits.data as Float32Array);
        },
        dispose: () => model.dispose(),
      };
    },
  };
}
