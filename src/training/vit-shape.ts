import type * as tf from '@tensorflow/tfjs';
import type { VitConfig } from '../checkpoint/config.ts';

/** Dimensions of a ViT; a checkpoint's `config` is one. */
export type VitShape = Pick<
  VitConfig,
  | 'hiddenSize'
  | 'layers'
  | 'heads'
  | 'intermediateSize'
  | 'imageSize'
  | 'patchSize'
  | 'layerNormEps'
>;

/** Tensors under their Hugging Face names, in PyTorch's layout (`Linear` weights are [out, in]). */
export type NamedTensors = Record<string, tf.Tensor>;

/** Patches per image. */
export const patchCount = (shape: VitShape): number => (shape.imageSize / shape.patchSize) ** 2;

/** Tokens per image: the patches and CLS. */
export const tokenCount = (shape: VitShape): number => patchCount(shape) + 1;

/** Values in one RGB patch. */
export const patchLength = ({ patchSize }: VitShape): number => 3 * patchSize ** 2;

export const names = {
  cls: 'vit.embeddings.cls_token',
  position: 'vit.embeddings.position_embeddings',
  projection: 'vit.embeddings.patch_embeddings.projection',
  block: (index: number) => `vit.encoder.layer.${index}`,
  norm: 'vit.layernorm',
  classifier: 'classifier',
};

/** Names of every tensor of one block. */
export function blockNames(index: number): string[] {
  const linear = [
    'attention.attention.query',
    'attention.attention.key',
    'attention.attention.value',
    'attention.output.dense',
    'layernorm_before',
    'layernorm_after',
    'intermediate.dense',
    'output.dense',
  ];
  return linear.flatMap((name) => [
    `${names.block(index)}.${name}.weight`,
    `${names.block(index)}.${name}.bias`,
  ]);
}

/** What a run trains. `lastBlocks` of null in mode `full`: everything. */
export interface TrainedPart {
  mode: 'head' | 'full';
  lastBlocks: number | null;
}

/**
 * Names of the tensors that a run changes, in a fixed order.
 * `head`: the classifier. The last k blocks: those, the norm after them and the classifier.
 * `full`: also the embeddings.
 */
export function trainedNames(shape: VitShape, part: TrainedPart): string[] {
  const classifier = [`${names.classifier}.weight`, `${names.classifier}.bias`];
  if (part.mode === 'head') return classifier;
  const norm = [`${names.norm}.weight`, `${names.norm}.bias`];
  const first = firstTrainedBlock(shape, part);
  const blocks = Array.from({ length: shape.layers - first }, (_, i) => blockNames(first + i));
  const embeddings =
    part.lastBlocks === null
      ? [names.cls, names.position, `${names.projection}.weight`, `${names.projection}.bias`]
      : [];
  return [...embeddings, ...blocks.flat(), ...norm, ...classifier];
}

/** Index of the first block that is trained; the number of blocks if none is. */
export function firstTrainedBlock(shape: VitShape, part: TrainedPart): number {
  if (part.mode === 'head') return shape.layers;
  return part.lastBlocks === null ? 0 : Math.max(0, shape.layers - part.lastBlocks);
}
