import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { patchesPerSide, tokenCount } from '../../checkpoint/config.ts';
import type { VitConfig } from '../../checkpoint/config.ts';
import { toFloat32 } from '../../checkpoint/named-tensor.ts';
import { WasmArena } from './wasm-arena.ts';
import type { Panels } from './wasm-arena.ts';
import { compileKernels } from './wasm-kernels.ts';
import type { WasmKernels } from './wasm-kernels.ts';
import { COLUMNS, SPARE_ROWS } from './wasm-product.ts';

/** Answers of one batch, row-major. */
export interface WasmOutput {
  /** [batch, labels] */
  logits: Float32Array;
  /** [batch, hidden] */
  features: Float32Array;
}

interface Norm {
  gain: number;
  shift: number;
}

interface Layer {
  before: Norm;
  qkv: Panels;
  mix: Panels;
  after: Norm;
  up: Panels;
  down: Panels;
}

/** Why these kernels cannot compute a model, or null. */
export function wasmUnsupported({
  hiddenSize,
  intermediateSize,
  heads,
}: Pick<VitConfig, 'hiddenSize' | 'intermediateSize' | 'heads'>): string | null {
  const widths = [hiddenSize, intermediateSize, hiddenSize / heads];
  return widths.every((width) => width % COLUMNS === 0) ? null : 'a width does not divide by 8';
}

/**
 * A ViT in one WebAssembly module of our own, on one thread. TensorFlow.js computes norms, GELU,
 * softmax and the slices of attention as passes over memory of their own, a quarter of its time.
 */
export class WasmVit {
  #kernels!: WasmKernels;
  /** Rows of a block. */
  #height!: number;
  #arena: WasmArena;
  #config: VitConfig;
  #tokens: number;
  /** Keys and values in panels have so many rows. */
  #padded: number;
  #projection: Panels;
  #placed: number;
  #layers: Layer[];
  #last: Norm;
  #head: { weight: Float32Array; bias: Float32Array };
  /** Buffers: patches, the residual stream, normed rows, q k v, MLP, scores, keys, values. */
  #at: Record<'patches' | 'x' | 'side' | 'qkv' | 'wide' | 'scores' | 'keys' | 'values', number>;
  #noBias: number;

  /**
   * @param maxBatch images at most in one `forward`
   * @throws Error where the model has widths that the kernels do not, or the engine has no SIMD
   */
  static async create(
    checkpoint: Pick<Checkpoint, 'config' | 'tensors'>,
    maxBatch: number,
  ): Promise<WasmVit> {
    const reason = wasmUnsupported(checkpoint.config);
    if (reason) throw new Error(reason);
    const { module, rows } = await compileKernels();
    const vit = new WasmVit(checkpoint, maxBatch);
    const { memory } = vit.#arena;
    const instance = await WebAssembly.instantiate(module, { env: { memory } });
    vit.#kernels = instance.exports as unknown as WasmKernels;
    vit.#height = rows;
    return vit;
  }

  private constructor(
    { config, tensors }: Pick<Checkpoint, 'config' | 'tensors'>,
    readonly maxBatch: number,
  ) {
    const { hiddenSize: d, intermediateSize: wide, patchSize, heads } = config;
    const arena = new WasmArena(tensors);
    const tokens = tokenCount(config);
    const padded = Math.ceil(tokens / COLUMNS) * COLUMNS;
    const norm = (name: string): Norm => ({
      gain: arena.vector(`${name}.weight`),
      shift: arena.vector(`${name}.bias`),
    });
    const inner = 3 * patchSize ** 2;
    this.#projection = arena.panels(['vit.embeddings.patch_embeddings.projection'], inner);
    this.#placed = this.#placedToken(arena, tensors, d);
    this.#layers = Array.from({ length: config.layers }, (_, n): Layer => {
      const layer = `vit.encoder.layer.${n}`;
      const parts = ['query', 'key', 'value'].map((part) => `${layer}.attention.attention.${part}`);
      return {
        before: norm(`${layer}.layernorm_before`),
        qkv: arena.panels(parts, d, [(d / heads) ** -0.5]),
        mix: arena.panels([`${layer}.attention.output.dense`], d),
        after: norm(`${layer}.layernorm_after`),
        up: arena.panels([`${layer}.intermediate.dense`], d),
        down: arena.panels([`${layer}.output.dense`], wide),
      };
    });
    this.#last = norm('vit.layernorm');
    const [weight, bias] = ['weight', 'bias'].map((end) =>
      toFloat32(tensors.get(`classifier.${end}`)!, `classifier.${end}`),
    ) as [Float32Array, Float32Array];
    this.#head = { weight, bias };
    // A block of rows may be more than there are: every buffer has room for it.
    const rows = maxBatch * tokens + SPARE_ROWS;
    this.#at = {
      patches: arena.allocate((maxBatch * patchesPerSide(config) ** 2 + SPARE_ROWS) * inner),
      x: arena.allocate(rows * d),
      side: arena.allocate(rows * d),
      qkv: arena.allocate(rows * 3 * d),
      wide: arena.allocate(rows * wide),
      scores: arena.allocate((padded + SPARE_ROWS) * padded),
      keys: arena.allocate(padded * (d / heads)),
      values: arena.allocate(padded * (d / heads)),
    };
    this.#noBias = arena.allocate(padded);
    this.#arena = arena;
    this.#config = config;
    this.#tokens = tokens;
    this.#padded = padded;
  }

  /** Position embeddings, that of the class token with the token itself. */
  #placedToken(arena: WasmArena, tensors: Checkpoint['tensors'], d: number): number {
    const [positions, token] = ['position_embeddings', 'cls_token'].map((name) =>
      toFloat32(tensors.get(`vit.embeddings.${name}`)!, name),
    ) as [Float32Array, Float32Array];
    const placed = positions.slice();
    for (let i = 0; i < d; i++) placed[i]! += token[i]!;
    return arena.put(placed);
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
    const { hiddenSize: d, layerNormEps } = this.#config;
    this.#kernels.norm(from, to, gain, shift, rows, d / 4, stride ?? d * 4, layerNormEps);
  }

  /**
   * Computes one batch, at once.
   * @param patches [batch·patches, 3·patch²]
   */
  forward(patches: Float32Array, batch: number): WasmOutput {
    if (batch > this.maxBatch) throw new Error(`Batch ${batch} exceeds ${this.maxBatch}.`);
    const { x, side, qkv } = this.#at;
    const { hiddenSize: d } = this.#config;
    const rows = batch * this.#tokens;
    this.#embed(patches, batch);
    for (const layer of this.#layers) {
      this.#norm([x, side], layer.before, rows);
      if (layer !== this.#layers.at(-1)) {
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
    this.#norm([x, side], this.#last, batch, this.#tokens * d * 4);
    const features = this.#arena.view(side, batch * d).slice();
    return { features, logits: this.#logits(features, batch) };
  }

  /** The rest of a block from a row on: projection and MLP, each added to the residual stream. */
  #afterAttention(layer: Layer, row: number, rows: number): void {
    const at = row * this.#config.hiddenSize * 4;
    const [x, side, wide] = [this.#at.x + at, this.#at.side + at, this.#at.wide];
    this.#product('residual', [side, x], layer.mix, rows);
    this.#norm([x, side], layer.after, rows);
    this.#product('gelu', [side, wide], layer.up, rows);
    this.#product('residual', [wide, x], layer.down, rows);
  }

  /** Patch embeddings on top of the positions, image by image. */
  #embed(patches: Float32Array, batch: number): void {
    const { hiddenSize: d, patchSize } = this.#config;
    const { patches: from, x } = this.#at;
    this.#arena.view(from, patches.length).set(patches);
    const inner = 3 * patchSize ** 2;
    const length = this.#tokens * d;
    const placed = this.#arena.view(this.#placed, length);
    for (let image = 0; image < batch; image++) {
      // The last block of rows runs into the next image, which is written after.
      const to = x + image * length * 4;
      this.#arena.view(to, length).set(placed);
      const count = this.#tokens - 1;
      const own = from + image * count * inner * 4;
      this.#product('residual', [own, to + d * 4], this.#projection, count);
    }
  }

  /** softmax(q·kᵀ)·v of an image's first rows, all heads; the queries come scaled. */
  #attention(image: number, rows: number): void {
    const { hiddenSize: d, heads } = this.#config;
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
    ) => kernels.store(...a, b, ...out, blocks, size[1] / COLUMNS, size[0] / 4, this.#noBias);
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
    const { weight, bias } = this.#head;
    const d = this.#config.hiddenSize;
    return Float32Array.from({ length: batch * bias.length }, (_, i) => {
      const [image, label] = [Math.floor(i / bias.length), i % bias.length];
      let sum = bias[label]!;
      for (let k = 0; k < d; k++) sum += features[image * d + k]! * weight[label * d + k]!;
      return sum;
    });
  }

  /** Memory that this model holds [bytes]. */
  get bytes(): number {
    return this.#arena.memory.buffer.byteLength;
  }
}
