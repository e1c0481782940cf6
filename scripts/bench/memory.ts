/**
 * Heap that training takes on wasm against what `estimateMemory` says beforehand. One shape a
 * process, since a wasm heap never shrinks.
 *
 *   npm run bench -- memory [--model tiny|base] [--layers 12] [--batch 5] [--again] [--json]
 */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { AdamW } from '../../src/training/adamw.ts';
import { backprop } from '../../src/training/backprop.ts';
import { estimateMemory, gigabytes } from '../../src/training/memory.ts';
import { patchCount, patchLength } from '../../src/training/vit-shape.ts';
import type { VitShape } from '../../src/training/vit-shape.ts';
import { randomWeights } from './_random-weights.ts';

const { values: flags } = parseArgs({
  options: {
    model: { type: 'string', default: 'tiny' },
    layers: { type: 'string', default: '12' },
    batch: { type: 'string', default: '5' },
    again: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const base = flags.model === 'base';
const shape: VitShape = {
  hiddenSize: base ? 768 : 192,
  layers: Number(flags.layers),
  heads: base ? 12 : 3,
  intermediateSize: base ? 3072 : 768,
  imageSize: 224,
  patchSize: 16,
  layerNormEps: 1e-12,
};
const batchSize = Number(flags.batch);
const checkpointing = flags.again;
const part = { mode: 'full', lastBlocks: null } as const;

setWasmPaths(
  `${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`,
);
await tf.setBackend('wasm');
const weights = randomWeights(shape, 3, 1);
const optimizer = new AdamW({ weightDecay: 0.01, maxGradNorm: 1 });
// Two steps: the second has gradients, moments and activations at once.
for (let step = 0; step < 2; step++) {
  const patches = tf.randomUniform([
    batchSize * patchCount(shape),
    patchLength(shape),
  ]) as tf.Tensor2D;
  const oneHot = tf.tidy(() =>
    tf.oneHot(tf.zeros([batchSize], 'int32'), 3).toFloat(),
  ) as tf.Tensor2D;
  const result = backprop(weights, shape, { patches, oneHot }, { part, checkpointing });
  const norm = optimizer.update(weights, result.gradients, 1e-5);
  tf.dispose([result.loss, result.logits, result.gradients, norm, patches, oneHot]);
}
const heapBytes = (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
const { total } = estimateMemory(shape, { ...part, batchSize }, { checkpointing });
const report = { ...shape, batchSize, checkpointing, heapBytes, estimateBytes: total };
if (flags.json) console.log(JSON.stringify(report));
else {
  console.log(
    `ViT-${base ? 'Base' : 'Tiny'}, ${shape.layers} blocks, batch ${batchSize}${checkpointing ? ', blocks computed again' : ''}: heap ${gigabytes(heapBytes)}, estimate ${gigabytes(total)}`,
  );
}
