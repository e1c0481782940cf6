import { UserError } from '../site/user-error.ts';
import { parseWith } from './parse-json.ts';
import { z } from '../site/schema.ts';
import type { Infer } from '../site/schema.ts';

const count = z.number().int().positive().max(65_536);
/** A side in pixels, given as `n` or `[n, n]`. */
const side = z.union([
  count,
  z
    .tuple([count, count])
    .refine(([height, width]) => height === width, 'must be square')
    .transform(([height]) => height),
]);

/** `config.json` of a ViT; what is missing takes the default of Hugging Face's `ViTConfig`. */
const schema = z.looseObject({
  architectures: z.array(z.string()).nullish(),
  model_type: z.string().default('vit'),
  hidden_size: count.default(768),
  num_hidden_layers: count.max(1024).default(12),
  num_attention_heads: count.default(12),
  intermediate_size: count.default(3072),
  hidden_act: z.string().default('gelu'),
  layer_norm_eps: z.number().positive().default(1e-12),
  initializer_range: z.number().positive().default(0.02),
  image_size: side.default(224),
  patch_size: side.default(16),
  num_channels: z.number().int().default(3),
  qkv_bias: z.boolean().default(true),
  num_labels: count.optional(),
  id2label: z.record(z.string(), z.string()).nullish(),
});

/** The size of a ViT and what its classes are called. */
export interface VitConfig {
  hiddenSize: number;
  layers: number;
  heads: number;
  intermediateSize: number;
  layerNormEps: number;
  initializerRange: number;
  /** Side of the input [px]. */
  imageSize: number;
  /** Side of a patch [px]. */
  patchSize: number;
  qkvBias: boolean;
  /** Class names in logit order. */
  labels: string[];
  /** The whole document, so that what we do not read is written back. */
  raw: Record<string, unknown>;
}

/** Patches along one side of the image. */
export const patchesPerSide = (config: VitConfig): number => config.imageSize / config.patchSize;

/** Tokens of one image: its patches and the class token. */
export const tokenCount = (config: VitConfig): number => patchesPerSide(config) ** 2 + 1;

/**
 * Reads `config.json`.
 * @throws UserError where it is no ViT, or one that Upwind does not compute
 */
export function parseVitConfig(value: unknown, fileName = 'config.json'): VitConfig {
  const raw = parseWith(schema, value, fileName);
  const fail = (line: string) => new UserError(`${fileName}: ${line}`);
  if (raw.model_type !== 'vit') {
    throw fail(`this is a "${raw.model_type}" model; Upwind reads ViT (model_type "vit").`);
  }
  if (raw.hidden_act !== 'gelu') {
    throw fail(`hidden_act is "${raw.hidden_act}"; Upwind computes "gelu" only.`);
  }
  if (raw.num_channels !== 3) throw fail(`num_channels is ${raw.num_channels}; Upwind reads RGB.`);
  if (raw.hidden_size % raw.num_attention_heads !== 0) {
    throw fail(
      `hidden_size ${raw.hidden_size} does not divide by ${raw.num_attention_heads} attention heads.`,
    );
  }
  if (raw.image_size % raw.patch_size !== 0) {
    throw fail(`image_size ${raw.image_size} does not divide by patch_size ${raw.patch_size}.`);
  }
  return {
    hiddenSize: raw.hidden_size,
    layers: raw.num_hidden_layers,
    heads: raw.num_attention_heads,
    intermediateSize: raw.intermediate_size,
    layerNormEps: raw.layer_norm_eps,
    initializerRange: raw.initializer_range,
    imageSize: raw.image_size,
    patchSize: raw.patch_size,
    qkvBias: raw.qkv_bias,
    labels: labelNames(raw, fail),
    raw: value as Record<string, unknown>,
  };
}

function labelNames(raw: Infer<typeof schema>, fail: (line: string) => UserError): string[] {
  // ViTConfig's own default is two classes, named by number.
  const named = raw.id2label ?? {};
  const total = Object.keys(named).length || (raw.num_labels ?? 2);
  return Array.from({ length: total }, (_, index) => {
    const name = Object.keys(named).length ? named[String(index)] : `LABEL_${index}`;
    if (name === undefined) throw fail(`id2label has ${total} classes but no number ${index}.`);
    return name;
  });
}

/** The config with other classes, in the typed part and in the document. */
export function withLabels(config: VitConfig, labels: string[]): VitConfig {
  const raw: Record<string, unknown> = {
    ...config.raw,
    architectures: ['ViTForImageClassification'],
    id2label: Object.fromEntries(labels.map((label, index) => [String(index), label])),
    label2id: Object.fromEntries(labels.map((label, index) => [label, index])),
  };
  delete raw.num_labels;
  return { ...config, labels: [...labels], raw };
}
