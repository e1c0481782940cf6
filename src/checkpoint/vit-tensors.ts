import { UserError } from '../site/user-error.ts';
import { tokenCount } from './config.ts';
import type { VitConfig } from './config.ts';
import { firstNonFinite } from './named-tensor.ts';
import type { NamedTensor } from './named-tensor.ts';

/** Names and shapes of a `ViTForImageClassification`, in Hugging Face's order. */
export function vitShapes(config: VitConfig): Map<string, number[]> {
  const { hiddenSize: d, intermediateSize: wide, patchSize: p, labels } = config;
  const shapes = new Map<string, number[]>();
  const dense = (name: string, outputs: number, inputs: number, bias = true) => {
    shapes.set(`${name}.weight`, [outputs, inputs]);
    if (bias) shapes.set(`${name}.bias`, [outputs]);
  };
  const norm = (name: string) => {
    shapes.set(`${name}.weight`, [d]);
    shapes.set(`${name}.bias`, [d]);
  };
  shapes.set('vit.embeddings.cls_token', [1, 1, d]);
  shapes.set('vit.embeddings.position_embeddings', [1, tokenCount(config), d]);
  shapes.set('vit.embeddings.patch_embeddings.projection.weight', [d, 3, p, p]);
  shapes.set('vit.embeddings.patch_embeddings.projection.bias', [d]);
  for (let n = 0; n < config.layers; n++) {
    const layer = `vit.encoder.layer.${n}`;
    for (const part of ['query', 'key', 'value']) {
      dense(`${layer}.attention.attention.${part}`, d, d, config.qkvBias);
    }
    dense(`${layer}.attention.output.dense`, d, d);
    dense(`${layer}.intermediate.dense`, wide, d);
    dense(`${layer}.output.dense`, d, wide);
    norm(`${layer}.layernorm_before`);
    norm(`${layer}.layernorm_after`);
  }
  norm('vit.layernorm');
  dense('classifier', labels.length, d);
  return shapes;
}

/**
 * Adds the `vit.` prefix that a backbone alone (`ViTModel`) drops.
 */
export function withVitPrefix(tensors: ReadonlyMap<string, NamedTensor>): Map<string, NamedTensor> {
  if (tensors.has('vit.embeddings.cls_token')) return new Map(tensors);
  return new Map(
    [...tensors].map(([name, tensor]) => [
      name.startsWith('classifier.') ? name : `vit.${name}`,
      tensor,
    ]),
  );
}

/**
 * Keeps the tensors a forward pass needs, each checked for presence, shape, type and finite
 * values; a pooler and the like are left behind.
 * @throws UserError naming the first tensor that does not fit
 */
export function checkVitTensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  shapes: ReadonlyMap<string, number[]>,
  fileName: string,
): Map<string, NamedTensor> {
  const checked = new Map<string, NamedTensor>();
  for (const [name, shape] of shapes) {
    const tensor = tensors.get(name);
    const fail = (line: string) => new UserError(`${fileName}: ${name} ${line}`);
    if (!tensor) throw fail('is missing; these weights do not belong to this config.json.');
    if (tensor.shape.join() !== shape.join()) {
      throw fail(
        `has shape [${tensor.shape.join(', ')}], config.json asks for [${shape.join(', ')}].`,
      );
    }
    if (!['F32', 'F16', 'BF16'].includes(tensor.dtype)) {
      throw fail(`holds ${tensor.dtype}; weights must be F32, F16 or BF16.`);
    }
    const at = firstNonFinite(tensor);
    if (at >= 0) {
      throw fail(
        `holds NaN or infinity at element ${at}; the model was saved after its training diverged, or is damaged.`,
      );
    }
    checked.set(name, tensor);
  }
  return checked;
}
