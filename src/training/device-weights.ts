import * as tf from '@tensorflow/tfjs';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { float32Tensor, toFloat32 } from '../checkpoint/named-tensor.ts';
import type { NamedTensors } from './vit-shape.ts';

/** The checkpoint's weights on the device; the caller disposes them. */
export function uploadWeights(checkpoint: Checkpoint): NamedTensors {
  const weights: NamedTensors = {};
  for (const [name, tensor] of checkpoint.tensors) {
    weights[name] = tf.tensor(toFloat32(tensor, name), tensor.shape, 'float32');
  }
  return weights;
}

/** The checkpoint with some weights replaced; the others keep their bytes. */
export function withWeights(
  checkpoint: Checkpoint,
  values: Record<string, Float32Array>,
): Checkpoint {
  const tensors = new Map(checkpoint.tensors);
  for (const [name, data] of Object.entries(values)) {
    tensors.set(name, float32Tensor(checkpoint.tensors.get(name)!.shape, data));
  }
  return { ...checkpoint, tensors };
}
