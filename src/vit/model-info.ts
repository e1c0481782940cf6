import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { roughnessOfLabel } from '../checkpoint/labels.ts';
import type { ModelInfo } from './classifier.ts';

/** What a checkpoint says of itself. */
export function modelInfo({ id, config, upwind, sha256, trained }: Checkpoint): ModelInfo {
  return {
    id,
    sha256,
    labels: config.labels,
    roughness: config.labels.map(roughnessOfLabel),
    trained,
    tileM: upwind.tile_m ?? null,
    imageSize: config.imageSize,
    hiddenSize: config.hiddenSize,
    layers: config.layers,
    temperature: upwind.temperature ?? 1,
    confidenceFloor: upwind.confidence_floor ?? 0,
    likeness: upwind.likeness ?? null,
  };
}
