import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { patchesPerSide } from '../checkpoint/config.ts';
import type { RgbImage } from '../imagery/patch.ts';
import type { BackendOptions } from './backend.ts';
import { batchSizes } from './batch.ts';
import type { AttentionMap, Classification, ExplainingClassifier } from './classifier.ts';
import { DeviceKeeper } from './device-keeper.ts';
import { modelInfo } from './model-info.ts';
import { resizeForModel } from './preprocess.ts';
import { softmax } from './softmax.ts';
import type { ThreadHost } from './wasm/wasm-pool.ts';

/** How far a classifier is from its first answer. */
export interface ClassifierProgress {
  stage: 'backend' | 'upload' | 'warm-up' | 'ready';
}

export interface ClassifierOptions extends BackendOptions {
  onProgress?: (progress: ClassifierProgress) => void;
  /** Images to run at once; by backend and model size unless said. */
  batchSize?: number;
  /** Starts threads for wasm; without one this thread computes alone. */
  threads?: ThreadHost | null;
}

/** Lets messages in, such as a cancel, between two batches. */
const nextTask = () => new Promise<void>((resolve) => setTimeout(resolve));

/**
 * Puts a checkpoint on the best backend this thread has and warms it up.
 * A lost GPU device is replaced and the batch run again; a device that reports errors, or is lost a
 * second time, is given up for the next backend, which `backend.rejected` then says.
 * @throws UserError where no backend works
 */
export async function createClassifier(
  checkpoint: Checkpoint,
  options: ClassifierOptions = {},
): Promise<ExplainingClassifier> {
  const { config, preprocessor } = checkpoint;
  const model = modelInfo(checkpoint);
  const keeper = await DeviceKeeper.start(checkpoint, options);

  const resized = (image: RgbImage) => resizeForModel(image, preprocessor, config.imageSize);

  async function runBatch(images: RgbImage[], signal?: AbortSignal): Promise<Classification[]> {
    const batch = images.map(resized);
    const { logits, features } = await keeper.run((on) => on.run(batch, signal), signal);
    return images.map((_, index) => {
      const row = (values: Float32Array, width: number) =>
        values.slice(index * width, (index + 1) * width);
      const own = row(logits, model.labels.length);
      return {
        logits: own,
        probabilities: softmax(own, model.temperature),
        features: row(features, model.hiddenSize),
      };
    });
  }

  const classifier: ExplainingClassifier = {
    model,
    get backend() {
      return keeper.info;
    },
    get batchSize() {
      return keeper.batchSize;
    },
    async classify(images, { signal } = {}) {
      let from = 0;
      const batches = batchSizes(images.length, classifier.batchSize).map((size) =>
        images.slice(from, (from += size)),
      );
      const answers: Classification[][] = [];
      const next = batches.entries();
      // As many as the device takes at once; each begins when another is done.
      const work = async () => {
        for (const [index, batch] of next) {
          signal?.throwIfAborted();
          answers[index] = await runBatch(batch, signal);
          await nextTask();
        }
      };
      await Promise.all(Array.from({ length: keeper.atOnce }, work));
      signal?.throwIfAborted();
      return answers.flat();
    },
    async explain(image, { signal } = {}): Promise<AttentionMap> {
      const own = resized(image);
      const weights = await keeper.run((on) => on.explain(own), signal);
      return { side: patchesPerSide(config), weights };
    },
    dispose: () => keeper.dispose(),
  };

  try {
    if (keeper.info.name === 'webgpu') {
      // Shaders compile on first use, synchronously; better here than under the first tile.
      options.onProgress?.({ stage: 'warm-up' });
      const side = config.imageSize;
      const blank = { width: side, height: side, rgb: new Uint8Array(side * side * 3) };
      await classifier.classify(Array<RgbImage>(classifier.batchSize).fill(blank), options);
    }
  } catch (error) {
    await keeper.dispose();
    throw error;
  }
  options.onProgress?.({ stage: 'ready' });
  return classifier;
}
