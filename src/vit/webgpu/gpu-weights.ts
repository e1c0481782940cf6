import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { castTensor, toFloat32 } from '../../checkpoint/named-tensor.ts';
import type { NamedTensor } from '../../checkpoint/named-tensor.ts';
import type { WeightType } from './matmul-shape.ts';

/** Weights of one matrix in GPU memory, `[outputs, inputs]`, in the type the file has. */
export interface GpuMatrix {
  buffer: GPUBuffer;
  type: WeightType;
}

/** Copies a checkpoint's tensors to a device as they are: F16 and BF16 take half the memory. */
export class GpuWeights {
  #buffers: GPUBuffer[] = [];

  constructor(
    private readonly device: GPUDevice,
    private readonly checkpoint: Pick<Checkpoint, 'tensors'>,
  ) {}

  #tensor(name: string): NamedTensor {
    const tensor = this.checkpoint.tensors.get(name);
    if (!tensor) throw new Error(`Checkpoint lacks ${name}.`);
    return tensor;
  }

  /** Several matrices of equal width, one below the other. */
  matrix(...names: string[]): GpuMatrix {
    const tensors = names.map((name) => this.#tensor(`${name}.weight`));
    const same = tensors.every(({ dtype }) => dtype === tensors[0]!.dtype);
    const alike = same ? tensors : tensors.map((tensor) => castTensor(tensor, 'F32'));
    return {
      buffer: this.upload(alike.map(({ data }) => data)),
      type: alike[0]!.dtype as WeightType,
    };
  }

  /** Vectors one after another, as float32; `absent` of zeros where the model has no such bias. */
  vector(names: string[], absent = 0): GPUBuffer {
    const parts = names.map((name) => {
      const tensor = this.checkpoint.tensors.get(name);
      if (!tensor && absent === 0) throw new Error(`Checkpoint lacks ${name}.`);
      return tensor ? toFloat32(tensor, name) : new Float32Array(absent);
    });
    return this.upload(parts.map((part) => new Uint8Array(part.buffer)));
  }

  /** Bytes one after another in a new buffer. */
  upload(parts: Uint8Array[]): GPUBuffer {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const buffer = this.device.createBuffer({
      // A buffer is mapped in words; a row of a matrix fills whole ones.
      size: Math.ceil(length / 16) * 16,
      usage: GPUBufferUsage.STORAGE,
      mappedAtCreation: true,
    });
    const bytes = new Uint8Array(buffer.getMappedRange());
    let offset = 0;
    for (const part of parts) {
      bytes.set(part, offset);
      offset += part.length;
    }
    buffer.unmap();
    this.#buffers.push(buffer);
    return buffer;
  }

  get bytes(): number {
    return this.#buffers.reduce((sum, { size }) => sum + size, 0);
  }

  destroy(): void {
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers = [];
  }
}
