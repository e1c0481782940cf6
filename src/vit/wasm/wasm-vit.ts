import { tokenCount } from '../../checkpoint/config.ts';
import { compileKernels } from './wasm-kernels.ts';
import type { CompiledKernels, WasmKernels } from './wasm-kernels.ts';
import { paddedTokens, placeActivations, placeWeights } from './wasm-layout.ts';
import type { Activations, Layer, Norm, WasmLayout, WasmWeights } from './wasm-layout.ts';
import type { Panels } from './wasm-arena.ts';
import { COLUMNS } from './wasm-product.ts';

/** Answers of one batch, row-major. */
export interface WasmOutput {
  /** [batch, labels] */
  logits: Float32Array;
  /** [batch, hidden] */
  features: Float32Array;
}

/** What a forward runs on. The memory may be shared: activations are each thread's own. */
export interface WasmPlace {
  kernels: CompiledKernels;
  memory: WebAssembly.Memory;
  layout: WasmLayout;
  /** First byte for activations. */
  activationsAt: number;
  /** Images at most in one `forward`. */
  maxBatch: number;
}

const PAGE = 65_536;

/** Pages that so many bytes take. */
export const pagesOf = (bytes: number): number => Math.ceil(bytes / PAGE);

/**
 * A ViT in one WebAssembly module of our own, on the calling thread. TensorFlow.js computes norms,
 * GELU, softmax and the slices of attention as passes over memory of their own, a quarter of its time.
 */
export class WasmVit {
  #kernels: WasmKernels;
  /** Rows of a block. */
  #height: number;
  #memory: WebAssembly.Memory;
  #layout: WasmLayout;
  #tokens: number;
  /** Keys and values in panels have so many rows. */
  #padded: number;
  #at: Activations;

  /**
   * A model with a memory of its own.
   * @param maxBatch images at most in one `forward`
   * @throws Error where the model has widths that the kernels do not, or the engine has no SIMD
   */
  static async create(weights: WasmWeights, maxBatch: number): Promise<WasmVit> {
    const { layout, fill } = placeWeights(weights);
    const { end } = placeActivations(layout.config, maxBatch, layout.weightBytes);
    const memory = new WebAssembly.Memory({ initial: pagesOf(end) });
    fill(memory.buffer);
    const kernels = await compileKernels();
    return WasmVit.on({ kernels, memory, layout, activationsAt: layout.weightBytes, maxBatch });
  }

  /** A model whose weights lie in a memory already. */
  static async on(place: WasmPlace): Promise<WasmVit> {
    const { kernels, memory } = place;
    const instance = await WebAssembly.instantiate(kernels.module, { env: { memory } });
    return new WasmVit(place, instance.exports as unknown as WasmKernels);
  }

  private constructor(
    { kernels: { rows }, memory, layout, activationsAt, maxBatch }: WasmPlace,
    kernels: WasmKernels,
  ) {
    this.#kernels = kernels;
    this.#height = rows;
    this.#memory = memory;
    this.#layout = layout;
    this.maxBatch = maxBatch;
    this.#tokens = tokenCount(layout.config);
    this.#padded = paddedTokens(layout.config);
    this.#at = placeActivations(layout.config, maxBatch, activationsAt).at;
  }

  readonly maxBatch: number;

  /** The numbers there. */
  #view(at: number, numbers: number): Float32Array {
    return new Float32Array(this.#memory.buffer, at, numbers);
  }

  #blocks(rows: number): number {
    return Math.ceil(rows / this.#height);
  }

  /** @param columns first and number of the layer's outputs to compute; all of them unless given */
  #product(
    kind: 'store' | 'gelu' | 'residual',
    [from, to]: [number, number],
    { weights, bias, inputs, outputs }: Panels,
    rows: number,
    [first, count]: [number, number] = [0, outputs],
  ): void {
    this.#kernels[kind](
      from,
      inputs * 4,
      weights + first * inputs * 4,
      to + first * 4,
      outputs * 4,
      this.#blocks(rows),
      count / COLUMNS,
      inputs / 4,
      bias + first * 4,
    );
  }

  #norm([from, to]: [number, number], { gain, shift }: Norm, rows: number, stride?: number): void {
    const { hiddenSize: d, layerNormEps } = this.#layout.config;
    this.#kernels.norm(from, to, gain, shift, rows, d / 4, stride ?? d * 4, layerNormEps);
  }

  /**
   * Computes one batch, at once.
   * @param patches [batch·patches, 3·patch²]
   */
  forward(patches: Float32Array, batch: number): WasmOutput {
    if (batch > this.maxBatch) throw new Error(`Batch ${batch} exceeds ${this.maxBatch}.`);
    const { x, side, qkv } = this.#at;
    const { hiddenSize: d } = this.#layout.config;
    const rows = batch * this.#tokens;
    this.#embed(patches, batch);
    for (const layer of this.#layout.layers) {
      this.#norm([x, side], layer.before, rows);
      if (layer !== this.#layout.layers.at(-1)) {
        this.#product('store', [side, qkv], layer.qkv, rows);
        for (let image = 0; image < batch; image++) this.#attention(image, this.#tokens);
        this.#afterAttention(layer, 0, rows);
        continue;
      }
      // Of the last block only the class token is read: it alone asks, and goes on.
      this.#product('store', [side, qkv], layer.qkv, rows, [d, 2 * d]);
      const each = (body: (image: number, row: number) => void) => {
        for (let image = 0; image < batch; image++) body(image, image * this.#tokens);
      };
      each((_, row) =>
        this.#product('store', [side + row * d * 4, qkv + row * 3 * d * 4], layer.qkv, 1, [0, d]),
      );
      each((image) => this.#attention(image, 1));
      each((_, row) => this.#afterAttention(layer, row, 1));
    }
    this.#norm([x, side], this.#layout.last, batch, this.#tokens * d * 4);
    const features = this.#view(side, batch * d).slice();
    return { features, logits: this.#logits(features, batch) };
  }

  /** The rest of a block from a row on: projection and MLP, each added to the residual stream. */
  #afterAttention(layer: Layer, row: number, rows: number): void {
    const at = row * this.#layout.config.hiddenSize * 4;
    const [x, side, wide] = [this.#at.x + at, this.#at.side + at, this.#at.wide];
    this.#product('residual', [side, x], layer.mix, rows);
    this.#norm([x, side], layer.after, rows);
    this.#product('gelu', [side, wide], layer.up, rows);
    this.#product('residual', [wide, x], layer.down, rows);
  }

  /** Patch embeddings on top of the positions, image by image. */
  #embed(patches: Float32Array, batch: number): void {
    const { hiddenSize: d, patchSize } = this.#layout.config;
    const { patches: from, x } = this.#at;
    this.#view(from, patches.length).set(patches);
    const inner = 3 * patchSize ** 2;
    const length = this.#tokens * d;
    const placed = this.#view(this.#layout.placed, length);
    for (let image = 0; image < batch; image++) {
      // The last block of rows runs into the next image, which is written after.
      const to = x + image * length * 4;
      this.#view(to, length).set(placed);
      const count = this.#tokens - 1;
      const own = from + image * count * inner * 4;
      this.#product('residual', [own, to + d * 4], this.#layout.projection, count);
    }
  }

  /** softmax(q·kᵀ)·v of an image's first rows, all heads; the queries come scaled. */
  #attention(image: number, rows: number): void {
    const { hiddenSize: d, heads } = this.#layout.config;
    const { qkv, side, scores, keys, values } = this.#at;
    const width = d / heads;
    const [tokens, padded] = [this.#tokens, this.#padded];
    const stride = 3 * d * 4;
    const kernels = this.#kernels;
    const blocks = this.#blocks(rows);
    const product = (
      a: [number, number],
      b: number,
      out: [number, number],
      size: [number, number],
    ) =>
      kernels.store(...a, b, ...out, blocks, size[1] / COLUMNS, size[0] / 4, this.#layout.noBias);
    for (let head = 0; head < heads; head++) {
      const q = qkv + image * tokens * stride + head * width * 4;
      kernels.packKeys(q + d * 4, stride, keys, tokens, width);
      kernels.packValues(q + 2 * d * 4, stride, values, tokens, width / COLUMNS, padded);
      product([q, stride], keys, [scores, padded * 4], [width, padded]);
      kernels.softmax(scores, rows, padded / 4, padded - tokens);
      const out = side + (image * tokens * d + head * width) * 4;
      product([scores, padded * 4], values, [out, d * 4], [padded, width]);
    }
  }

  #logits(features: Float32Array, batch: number): Float32Array {
    const { config, head } = this.#layout;
    const d = config.hiddenSize;
    const weight = this.#view(head.weight, config.labels.length * d);
    const bias = this.#view(head.bias, config.labels.length);
    return Float32Array.from({ length: batch * bias.length }, (_, i) => {
      const [image, label] = [Math.floor(i / bias.length), i % bias.length];
      let sum = bias[label]!;
      for (let k = 0; k < d; k++) sum += features[image * d + k]! * weight[label * d + k]!;
      return sum;
    });
  }

  /** Memory that this model holds [bytes]. */
  get bytes(): number {
    return this.#memory.buffer.byteLength;
  }
}
