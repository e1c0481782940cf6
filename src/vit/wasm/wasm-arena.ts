import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { toFloat32 } from '../../checkpoint/named-tensor.ts';
import { COLUMNS } from './wasm-product.ts';

const PAGE = 65_536;

/** A layer's weights in panels of eight outputs, [outputs/8, inputs, 8], with their bias. */
export interface Panels {
  weights: number;
  bias: number;
  inputs: number;
  outputs: number;
}

/** WebAssembly memory that only grows: addresses are bytes, aligned to 64. */
export class WasmArena {
  readonly memory = new WebAssembly.Memory({ initial: 1 });
  #end = 64;

  constructor(private readonly tensors: Checkpoint['tensors']) {}

  /** Room for so many numbers, all 0. */
  allocate(numbers: number): number {
    const at = this.#end;
    this.#end = Math.ceil((at + numbers * 4) / 64) * 64;
    const missing = Math.ceil((this.#end - this.memory.buffer.byteLength) / PAGE);
    if (missing > 0) this.memory.grow(missing);
    return at;
  }

  /** The numbers there; a view that does not outlive the next `allocate`. */
  view(at: number, numbers: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.memory.buffer, at, numbers);
  }

  put(values: Float32Array): number {
    const at = this.allocate(values.length);
    this.view(at, values.length).set(values);
    return at;
  }

  #values(name: string): Float32Array {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new Error(`Checkpoint lacks ${name}.`);
    return toFloat32(tensor, name);
  }

  vector(name: string): number {
    return this.put(this.#values(name));
  }

  /**
   * Layers of equal width as one.
   * @param scale factors of the layers, by which their answers are multiplied
   */
  panels(names: string[], inputs: number, scale: number[] = []): Panels {
    const parts = names.map((name) => this.#values(`${name}.weight`));
    const outputs = parts.reduce((sum, { length }) => sum + length / inputs, 0);
    const at = this.allocate(inputs * outputs);
    const packed = this.view(at, inputs * outputs);
    let first = 0;
    for (const [i, part] of parts.entries()) {
      const factor = scale[i] ?? 1;
      for (let row = 0; row < part.length / inputs; row++) {
        const output = first + row;
        let to = Math.floor(output / COLUMNS) * COLUMNS * inputs + (output % COLUMNS);
        for (let k = 0; k < inputs; k++, to += COLUMNS)
          packed[to] = part[row * inputs + k]! * factor;
      }
      first += part.length / inputs;
    }
    const biases = parts.map((part, i) => {
      const name = `${names[i]}.bias`;
      const values = this.tensors.has(name)
        ? this.#values(name)
        : new Float32Array(part.length / inputs);
      return values.map((value) => value * (scale[i] ?? 1));
    });
    const bias = new Float32Array(outputs);
    biases.reduce((from, values) => (bias.set(values, from), from + values.length), 0);
    return { weights: at, bias: this.put(bias), inputs, outputs };
  }
}
