import { UserError } from '../site/user-error.ts';
import { narrowToHalf, widenBrain, widenHalf } from './half.ts';

/** Bytes of one element, for every type a safetensors file may name. */
export const DTYPE_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;
export type Dtype = keyof typeof DTYPE_BYTES;

/** A weight as the file has it: little-endian elements, row-major, not yet widened. */
export interface NamedTensor {
  shape: number[];
  dtype: Dtype;
  data: Uint8Array;
}

export const elementCount = (shape: readonly number[]): number =>
  shape.reduce((product, side) => product * side, 1);

/** `F32` tensor over its own copy of `values`. */
export function float32Tensor(shape: number[], values: Float32Array): NamedTensor {
  return { shape, dtype: 'F32', data: new Uint8Array(values.slice().buffer) };
}

/**
 * The elements as float32; exact for F32, F16 and BF16.
 * @throws UserError where the tensor holds whole numbers, which no weight of ours does
 */
export function toFloat32(tensor: NamedTensor, name = 'tensor'): Float32Array {
  switch (tensor.dtype) {
    case 'F32':
      return new Float32Array(aligned(tensor.data));
    case 'F16':
      return widenHalf(new Uint16Array(aligned(tensor.data)));
    case 'BF16':
      return widenBrain(new Uint16Array(aligned(tensor.data)));
    default:
      throw new UserError(
        `${name} holds ${tensor.dtype}; weights must be F32, F16 or BF16. Save the model again in one of these.`,
      );
  }
}

/** The tensor in another float type; F32 from F32 keeps every bit. */
export function castTensor(tensor: NamedTensor, dtype: 'F32' | 'F16'): NamedTensor {
  if (tensor.dtype === dtype) return tensor;
  const values = toFloat32(tensor);
  const data = dtype === 'F32' ? values.buffer : narrowToHalf(values).buffer;
  return { shape: tensor.shape, dtype, data: new Uint8Array(data) };
}

/** Index of the first element that is NaN or infinite, or -1. Reads the bits, so it widens nothing. */
export function firstNonFinite(tensor: NamedTensor): number {
  if (tensor.dtype === 'F32') {
    return new Uint32Array(aligned(tensor.data)).findIndex(
      (word) => (word & 0x7f800000) === 0x7f800000,
    );
  }
  const exponent = tensor.dtype === 'F16' ? 0x7c00 : tensor.dtype === 'BF16' ? 0x7f80 : null;
  if (exponent === null) return -1;
  return new Uint16Array(aligned(tensor.data)).findIndex((word) => (word & exponent) === exponent);
}

/** A copy that starts at 0, since a file's header leaves tensors at any byte offset. */
function aligned(data: Uint8Array): ArrayBuffer {
  return data.slice().buffer as ArrayBuffer;
}
