import * as tf from '@tensorflow/tfjs';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { ROUGHNESS } from '../roughness/category.ts';
import { imagesToPatches } from '../vit/preprocess.ts';
import { augmented } from './augment.ts';
import { backprop, forwardFeatures, forwardHead, headGradients } from './backprop.ts';
import type { Gradients } from './backprop.ts';
import { logitOfRoughness } from './class-targets.ts';
import type { LabelledImage } from './dataset/dataset.ts';
import { featureKey } from './feature-cache.ts';
import type { FeatureCache, Features } from './feature-cache.ts';
import { randomStream } from './random.ts';
import type { FineTuneSettings } from './settings.ts';
import { patchLength } from './vit-shape.ts';
import type { NamedTensors } from './vit-shape.ts';
import type { FusedTraining } from './webgpu/fused-training.ts';

type T2 = tf.Tensor2D;

export interface LearnerContext {
  checkpoint: Checkpoint;
  weights: NamedTensors;
  settings: FineTuneSettings;
  checkpointing: boolean;
  features: FeatureCache;
  /** Our own kernels, on WebGPU where they passed their check. */
  fused?: FusedTraining | null;
  signal?: AbortSignal;
}

/** Computes gradients and logits of pictures, in mode `full` or `head`. */
export interface Learner {
  /** Work before the first step: the features, in mode `head`. */
  prepare(images: readonly LabelledImage[], onImage: (done: number) => void): Promise<void>;
  /** The caller disposes the result. */
  gradients(images: readonly LabelledImage[], epoch: number): Promise<Gradients>;
  /** [images, classes]. Pictures as they are, never augmented. */
  logits(images: readonly LabelledImage[]): Promise<Float32Array>;
  /** CLS features, one a picture, where the backbone stands still; null where training moves them. */
  features(images: readonly LabelledImage[]): Promise<Float32Array[] | null>;
  dispose(): void;
}

export const createLearner = (context: LearnerContext): Learner =>
  context.settings.mode === 'head' ? new HeadLearner(context) : new FullLearner(context);

/** Pictures evaluated at once. */
const EVALUATION_BATCH = 8;

class FullLearner implements Learner {
  constructor(private readonly context: LearnerContext) {}

  async prepare(): Promise<void> {}

  async gradients(images: readonly LabelledImage[], epoch: number): Promise<Gradients> {
    const { checkpoint, weights, settings, checkpointing, fused } = this.context;
    const patches = await patchesOf(this.context, images, settings.augment ? epoch : null);
    const oneHot = oneHotOf(checkpoint, images);
    const part = { mode: settings.mode, lastBlocks: settings.lastBlocks };
    const result = backprop(
      weights,
      checkpoint.config,
      { patches, oneHot },
      { part, checkpointing, fused },
    );
    tf.dispose([patches, oneHot]);
    return result;
  }

  async logits(images: readonly LabelledImage[]): Promise<Float32Array> {
    const { weights, checkpoint } = this.context;
    const classes = checkpoint.config.labels.length;
    const all = new Float32Array(images.length * classes);
    for (let from = 0; from < images.length; from += EVALUATION_BATCH) {
      this.context.signal?.throwIfAborted();
      const batch = images.slice(from, from + EVALUATION_BATCH);
      const features = await featuresOf(this.context, batch);
      const logits = forwardHead(weights, features);
      all.set(await logits.data<'float32'>(), from * classes);
      tf.dispose([features, logits]);
    }
    return all;
  }

  async features(): Promise<null> {
    return null;
  }

  dispose(): void {}
}

/** The backbone stands still, so every picture passes through it once. */
class HeadLearner implements Learner {
  private readonly rows = new Map<string, number>();
  private table: T2 | null = null;

  constructor(private readonly context: LearnerContext) {}

  async prepare(images: readonly LabelledImage[], onImage: (done: number) => void): Promise<void> {
    const { checkpoint, features } = this.context;
    const width = checkpoint.config.hiddenSize;
    const key = await featureKey(checkpoint, tf.getBackend());
    const known = await features.load(key);
    const missing = images.filter(({ sha256 }) => known.get(sha256)?.length !== width);
    const fresh: Features = new Map();
    try {
      await this.compute(missing, fresh, (done) => onImage(images.length - missing.length + done));
    } finally {
      // Also those of a run that is cancelled: the next one starts from there.
      if (fresh.size > 0) await features.add(key, fresh);
    }
    onImage(images.length);
    const table = new Float32Array(images.length * width);
    images.forEach(({ id, sha256 }, row) => {
      this.rows.set(id, row);
      table.set((fresh.get(sha256) ?? known.get(sha256))!, row * width);
    });
    this.table = tf.tensor2d(table, [images.length, width]);
  }

  private async compute(
    images: readonly LabelledImage[],
    into: Features,
    onImage: (done: number) => void,
  ): Promise<void> {
    const width = this.context.checkpoint.config.hiddenSize;
    for (let from = 0; from < images.length; from += EVALUATION_BATCH) {
      this.context.signal?.throwIfAborted();
      onImage(from);
      const batch = images.slice(from, from + EVALUATION_BATCH);
      const computed = await featuresOf(this.context, batch);
      const values = await computed.data<'float32'>();
      computed.dispose();
      batch.forEach(({ sha256 }, i) => into.set(sha256, values.slice(i * width, (i + 1) * width)));
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }

  async gradients(images: readonly LabelledImage[]): Promise<Gradients> {
    const features = this.pick(images);
    const oneHot = oneHotOf(this.context.checkpoint, images);
    const result = headGradients(this.context.weights, features, oneHot);
    tf.dispose([features, oneHot]);
    return result;
  }

  async logits(images: readonly LabelledImage[]): Promise<Float32Array> {
    const features = this.pick(images);
    const logits = forwardHead(this.context.weights, features);
    const values = Float32Array.from(await logits.data<'float32'>());
    tf.dispose([features, logits]);
    return values;
  }

  async features(images: readonly LabelledImage[]): Promise<Float32Array[]> {
    const width = this.context.checkpoint.config.hiddenSize;
    const picked = this.pick(images);
    const values = await picked.data<'float32'>();
    picked.dispose();
    return images.map((_, i) => values.slice(i * width, (i + 1) * width));
  }

  private pick(images: readonly LabelledImage[]): T2 {
    return tf.tidy(() => {
      const rows = images.map(({ id }) => this.rows.get(id)!);
      return tf.gather(this.table!, tf.tensor1d(rows, 'int32')) as T2;
    });
  }

  dispose(): void {
    this.table?.dispose();
    this.table = null;
  }
}

/** CLS features [images, hiddenSize] of pictures as they are; the caller disposes them. */
async function featuresOf(context: LearnerContext, images: readonly LabelledImage[]): Promise<T2> {
  const patches = await patchesOf(context, images, null);
  const features = forwardFeatures(context.weights, context.checkpoint.config, patches, context);
  patches.dispose();
  return features;
}

/** @param epoch augments by it; null for the pictures as they are */
async function patchesOf(
  { checkpoint, settings }: LearnerContext,
  images: readonly LabelledImage[],
  epoch: number | null,
): Promise<T2> {
  const { config, preprocessor } = checkpoint;
  const pictures = [];
  for (const image of images) {
    const picture = await image.picture();
    const random = randomStream(settings.seed, epoch ?? 0, ...wordsOf(image.sha256));
    pictures.push(epoch === null ? picture : augmented(picture, config.imageSize, random));
  }
  const rows = imagesToPatches(pictures, preprocessor, config);
  const length = patchLength(config);
  return tf.tensor2d(rows, [rows.length / length, length]);
}

/** The first 64 bits of a hash as two whole numbers. */
const wordsOf = (sha256: string): number[] =>
  [0, 8].map((from) => Number.parseInt(sha256.slice(from, from + 8), 16));

function oneHotOf(checkpoint: Checkpoint, images: readonly LabelledImage[]): T2 {
  const { labels } = checkpoint.config;
  const targets = logitOfRoughness(labels);
  const values = new Float32Array(images.length * labels.length);
  images.forEach(({ label }, i) => {
    values[i * labels.length + targets[ROUGHNESS.indexOf(label)]!] = 1;
  });
  return tf.tensor2d(values, [images.length, labels.length]);
}
