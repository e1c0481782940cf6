import * as tf from '@tensorflow/tfjs';
import { parameterCounts } from './memory.ts';
import type { FineTuneSettings } from './settings.ts';
import { firstTrainedBlock, tokenCount } from './vit-shape.ts';
import type { VitShape } from './vit-shape.ts';

/** What a matrix product alone reaches, a whole step does not: norms, GELU, softmax, copies. */
const SHARE_IN_PRODUCTS = 0.6;

/** Speed of matrix products on the backend in use, from one of a ViT-Tiny's [floating-point operations a second]. */
export async function measureSpeed(): Promise<number> {
  const [rows, inner, columns] = [788, 192, 768];
  const a = tf.ones([rows, inner]);
  const b = tf.ones([inner, columns]);
  const once = async () => {
    const start = performance.now();
    const product = tf.matMul(a, b);
    await product.data();
    product.dispose();
    return performance.now() - start;
  };
  // The first one warms up: shaders on a GPU, code on wasm.
  await once();
  const best = Math.min(await once(), await once(), await once());
  tf.dispose([a, b]);
  return (2 * rows * inner * columns) / (Math.max(best, 0.05) / 1000);
}

/** Floating-point operations of one picture's forward pass: two for each weight and token. */
function forwardFlops(shape: VitShape): number {
  const { all } = parameterCounts(shape, { mode: 'full', lastBlocks: null });
  const tokens = tokenCount(shape);
  const scores = 4 * shape.layers * tokens * tokens * shape.hiddenSize;
  return 2 * all * tokens + scores;
}

/**
 * Time of a whole run, evaluation included [s]. A backward pass costs twice the forward pass of
 * what is trained. Good to a factor of two; the run itself tells better after some steps.
 */
export function estimateSeconds(
  shape: VitShape,
  settings: FineTuneSettings,
  of: { train: number; validation: number; flopsPerSecond: number },
): number {
  const forward = forwardFlops(shape) / (of.flopsPerSecond * SHARE_IN_PRODUCTS);
  // Each picture once through the backbone; the head itself takes some milliseconds an epoch.
  if (settings.mode === 'head') {
    return forward * (of.train + of.validation) + 0.02 * settings.epochs;
  }
  const trained = (shape.layers - firstTrainedBlock(shape, settings)) / shape.layers;
  return settings.epochs * forward * (of.train * (1 + 2 * trained) + of.validation);
}
