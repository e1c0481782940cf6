import * as tf from '@tensorflow/tfjs';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { VitConfig } from '../checkpoint/config.ts';
import { elementCount, float32Tensor, toFloat32 } from '../checkpoint/named-tensor.ts';
import type { NamedTensor } from '../checkpoint/named-tensor.ts';
import { vitShapes } from '../checkpoint/vit-tensors.ts';

/**
 * Weights on the device, under their Hugging Face names. Matrices lie transposed, `[in, out]`, and
 * the patch projection as `[3·patch², hidden]`: matmuls without a transposed operand run the fast
 * path of every backend.
 */
export type VitParams = ReadonlyMap<string, tf.Tensor>;

const isMatrix = (shape: readonly number[]): boolean => shape.length === 2 || shape.length === 4;

/** Makes the tensors of a checkpoint on the current backend; `disposeParams` frees them. */
export function createParams(checkpoint: Pick<Checkpoint, 'config' | 'tensors'>): VitParams {
  const params = new Map<string, tf.Tensor>();
  for (const [name, shape] of vitShapes(checkpoint.config)) {
    const tensor = checkpoint.tensors.get(name);
    if (!tensor) throw new Error(`Checkpoint lacks ${name}.`);
    params.set(name, createParam(toFloat32(tensor, name), shape));
  }
  return params;
}

function createParam(values: Float32Array, shape: number[]): tf.Tensor {
  if (!isMatrix(shape)) {
    return tf.tensor(
      values,
      shape.length === 1 ? shape : [elementCount(shape.slice(0, -1)), shape.at(-1)!],
    );
  }
  const outputs = shape[0]!;
  return tf.tidy(() => tf.transpose(tf.tensor2d(values, [outputs, values.length / outputs])));
}

/** The weights back from the device, in the layout of a checkpoint file. */
export async function readParams(
  params: VitParams,
  config: VitConfig,
): Promise<Map<string, NamedTensor>> {
  const tensors = new Map<string, NamedTensor>();
  for (const [name, shape] of vitShapes(config)) {
    const param = params.get(name);
    if (!param) continue;
    const upright = isMatrix(shape) ? tf.transpose(param) : param;
    tensors.set(name, float32Tensor(shape, (await upright.data()) as Float32Array));
    if (upright !== param) upright.dispose();
  }
  return tensors;
}

export function disposeParams(params: VitParams): void {
  for (const tensor of params.values()) tensor.dispose();
}
