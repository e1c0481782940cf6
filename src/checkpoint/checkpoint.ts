import type { VitConfig } from './config.ts';
import type { NamedTensor } from './named-tensor.ts';
import type { PreprocessorConfig } from './preprocessor-config.ts';
import type { UpwindJson } from './upwind-json.ts';

/** A ViT classifier as it lies in a Hugging Face folder, checked, nothing yet on a device. */
export interface Checkpoint {
  /** Folder name, Hub id, or archive name. */
  id: string;
  config: VitConfig;
  preprocessor: PreprocessorConfig;
  upwind: UpwindJson;
  /** Names as `ViTForImageClassification` has them, `vit.` prefix included. */
  tensors: Map<string, NamedTensor>;
  /** SHA-256 of the weights file, hex; of the shards' digests in order where there are several. */
  sha256: string;
  /** False where the head is fresh and must be trained. */
  trained: boolean;
}
