import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { sha256Hex } from '../site/sha256.ts';

/** Features of pictures, by the SHA-256 of their encoded bytes. */
export type Features = Map<string, Float32Array>;

/** Keeps what a frozen backbone made of pictures: each is computed once, whatever runs follow. */
export interface FeatureCache {
  /** Everything known for a model; empty where nothing is. */
  load(modelKey: string): Promise<Features>;
  /** Adds to what is known. Losing it costs the computation, never an answer. */
  add(modelKey: string, features: Features): Promise<void>;
}

/** A cache that lives as long as the process. */
export function memoryFeatures(): FeatureCache {
  const models = new Map<string, Features>();
  return {
    load: async (key) => new Map(models.get(key)),
    async add(key, features) {
      models.set(key, new Map([...(models.get(key) ?? []), ...features]));
    },
  };
}

/**
 * Names all that features depend on: weights, geometry, preprocessing, and the backend, which
 * rounds in its own way. The head is not among them.
 */
export function featureKey(
  { sha256, config, preprocessor }: Checkpoint,
  backend: string,
): Promise<string> {
  const { heads, layers, layerNormEps, imageSize, patchSize } = config;
  const { resize, rescale, mean, std } = preprocessor;
  const parts = [sha256, heads, layers, layerNormEps, imageSize, patchSize];
  const text = JSON.stringify([...parts, resize, rescale, mean, std, backend]);
  return sha256Hex(new TextEncoder().encode(text));
}
