import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { elementCount, toFloat32 } from '../../checkpoint/named-tensor.ts';
import type { NamedTensor } from '../../checkpoint/named-tensor.ts';
import { COLUMNS } from './wasm-product.ts';

/** A layer's weights in panels of eight outputs, [outputs/8, inputs, 8], with their bias. */
export interface Panels {
  weights: number;
  bias: number;
  inputs: number;
  outputs: number;
}

/**
 * Places in WebAssembly memory, handed out one after another: addresses are bytes, aligned to 64.
 * Nothing is written before `fill`, so that the size is known when the memory is made.
 */
export class WasmArena {
  #end = 64;
  #fills: ((buffer: ArrayBufferLike) => void)[] = [];

  constructor(private readonly tensors: Checkpoint['tensors']) {}

  /** Memory handed out so far [bytes]. */
  get bytes(): number {
    return this.#end;
  }

  /** Room for so many numbers. */
  allocate(numbers: number): number {
    const at = this.#end;
    this.#end = Math.ceil((at + numbers * 4) / 64) * 64;
    return at;
  }

  /** Room that `write` fills. */
  #place(numbers: number, write: (to: Float32Array) => void): number {
    const at = this.allocate(numbers);
    this.#fills.push((buffer) => write(new Float32Array(buffer, at, numbers)));
    return at;
  }

  /** Writes everything that was placed. */
  fill(buffer: ArrayBufferLike): void {
    for (const fill of this.#fills) fill(buffer);
  }

  put(values: Float32Array): number {
    return this.#place(values.length, (to) => to.set(values));
  }

  #tensor(name: string): NamedTensor {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new Error(`Checkpoint lacks ${name}.`);
    return tensor;
  }

  #count(name: string): number {
    return elementCount(this.#tensor(name).shape);
  }

  /** A tensor in single precision. */
  values(name: string): Float32Array {
    return toFloat32(this.#tensor(name), name);
  }

  vector(name: string): number {
    return this.#place(this.#count(name), (to) => to.set(this.values(name)));
  }

  /**
   * Layers of equal width as one.
   * @param scale factors of the layers, by which their answers are multiplied
   */
  panels(names: string[], inputs: number, scale: number[] = []): Panels {
    const rows = names.map((name) => this.#count(`${name}.weight`) / inputs);
    const outputs = rows.reduce((sum, count) => sum + count, 0);
    const factor = (i: number) => scale[i] ?? 1;
    const weights = this.#place(inputs * outputs, (packed) => {
      let output = 0;
      for (const [i, name] of names.entries()) {
        const part = this.values(`${name}.weight`);
        for (let from = 0; from < part.length; from += inputs, output++) {
          let to = Math.floor(output / COLUMNS) * COLUMNS * inputs + (output % COLUMNS);
          for (let k = 0; k < inputs; k++, to += COLUMNS) packed[to] = part[from + k]! * factor(i);
        }
      }
    });
    const bias = this.#place(outputs, (to) => {
      let at = 0;
      for (const [i, name] of names.entries()) {
        if (this.tensors.has(`${name}.bias`)) {
          to.set(
            this.values(`${name}.bias`).map((value) => value * factor(i)),
            at,
          );
        }
        at += rows[i]!;
      }
    });
    return { weights, bias, inputs, outputs };
  }
}
