import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { patchesPerSide, tokenCount } from '../../checkpoint/config.ts';
import type { VitConfig } from '../../checkpoint/config.ts';
import { WasmArena } from './wasm-arena.ts';
import type { Panels } from './wasm-arena.ts';
import { COLUMNS, SPARE_ROWS } from './wasm-product.ts';

export type WasmWeights = Pick<Checkpoint, 'config' | 'tensors'>;

export interface Norm {
  gain: number;
  shift: number;
}

export interface Layer {
  before: Norm;
  qkv: Panels;
  mix: Panels;
  after: Norm;
  up: Panels;
  down: Panels;
}

/** Where a model's weights lie, and its sides: plain data, so that another thread can be told. */
export interface WasmLayout {
  config: VitConfig;
  projection: Panels;
  /** Position embeddings, that of the class token with the token itself. */
  placed: number;
  layers: Layer[];
  last: Norm;
  head: { weight: number; bias: number };
  /** Zeros for products without a bias. */
  noBias: number;
  /** End of the weights [bytes]; activations begin there or later. */
  weightBytes: number;
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

/** Tokens as rows of scores are long: whole panels. */
export const paddedTokens = (config: VitConfig): number =>
  Math.ceil(tokenCount(config) / COLUMNS) * COLUMNS;

/**
 * Gives every weight its place.
 * @returns where they lie, and what writes them there
 * @throws Error where the model has widths that the kernels do not
 */
export function placeWeights({ config, tensors }: WasmWeights): {
  layout: WasmLayout;
  fill: (buffer: ArrayBufferLike) => void;
} {
  const reason = wasmUnsupported(config);
  if (reason) throw new Error(reason);
  const { hiddenSize: d, intermediateSize: wide, patchSize, heads } = config;
  const arena = new WasmArena(tensors);
  const norm = (name: string): Norm => ({
    gain: arena.vector(`${name}.weight`),
    shift: arena.vector(`${name}.bias`),
  });
  const projection = ['vit.embeddings.patch_embeddings.projection'];
  const placed = arena.values('vit.embeddings.position_embeddings').slice();
  const token = arena.values('vit.embeddings.cls_token');
  for (let i = 0; i < d; i++) placed[i]! += token[i]!;
  const places = {
    config,
    projection: arena.panels(projection, 3 * patchSize ** 2),
    placed: arena.put(placed),
    layers: Array.from({ length: config.layers }, (_, n): Layer => {
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
    }),
    last: norm('vit.layernorm'),
    head: { weight: arena.vector('classifier.weight'), bias: arena.vector('classifier.bias') },
    noBias: arena.put(new Float32Array(paddedTokens(config))),
  };
  return {
    layout: { ...places, weightBytes: arena.bytes },
    fill: (buffer) => arena.fill(buffer),
  };
}

/** Buffers of a forward: patches, the residual stream, normed rows, q k v, MLP, scores, keys, values. */
export type Activations = Record<
  'patches' | 'x' | 'side' | 'qkv' | 'wide' | 'scores' | 'keys' | 'values',
  number
>;

/**
 * Gives a forward its buffers.
 * @param from first byte that is free, a multiple of 64
 * @returns their addresses, and the first byte after them
 */
export function placeActivations(
  config: VitConfig,
  maxBatch: number,
  from: number,
): { at: Activations; end: number } {
  const { hiddenSize: d, intermediateSize: wide, patchSize, heads } = config;
  const padded = paddedTokens(config);
  // A block of rows may be more than there are: every buffer has room for it.
  const rows = maxBatch * tokenCount(config) + SPARE_ROWS;
  const numbers: Activations = {
    patches: (maxBatch * patchesPerSide(config) ** 2 + SPARE_ROWS) * 3 * patchSize ** 2,
    x: rows * d,
    side: rows * d,
    qkv: rows * 3 * d,
    wide: rows * wide,
    scores: (padded + SPARE_ROWS) * padded,
    keys: padded * (d / heads),
    values: padded * (d / heads),
  };
  let end = from;
  const at = { ...numbers };
  for (const name of Object.keys(numbers) as (keyof Activations)[]) {
    at[name] = end;
    end = Math.ceil((end + numbers[name] * 4) / 64) * 64;
  }
  return { at, end };
}
