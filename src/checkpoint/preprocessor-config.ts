import { UserError } from '../site/user-error.ts';
import { parseWith } from './parse-json.ts';
import { z } from '../site/schema.ts';
import type { Infer } from '../site/schema.ts';

const rgb = z.tuple([z.number(), z.number(), z.number()]);
const side = z.number().int().positive().max(8192);
const schema = z.looseObject({
  do_resize: z.boolean().nullish(),
  size: z
    .union([side, z.looseObject({ height: side.optional(), width: side.optional() })])
    .nullish(),
  resample: z.number().int().nullish(),
  do_center_crop: z.boolean().nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().positive().nullish(),
  do_normalize: z.boolean().nullish(),
  image_mean: rgb.nullish(),
  image_std: rgb.nullish(),
});

/** How a picture becomes the model's input, as the checkpoint says. */
export interface PreprocessorConfig {
  /** Side of the resized picture [px]; null where pictures must come at the model's size. */
  resize: { width: number; height: number; filter: 'bilinear' | 'bicubic' } | null;
  /** Factor on 0–255 levels; 1 where they stay. */
  rescale: number;
  mean: [number, number, number];
  std: [number, number, number];
  raw: Record<string, unknown>;
}

/**
 * Reads `preprocessor_config.json` of a `ViTImageProcessor` (or the older `ViTFeatureExtractor`).
 * @param imageSize side of the model's input, which the resize must give [px]
 * @throws UserError where it asks for something that Upwind does not do
 */
export function parsePreprocessorConfig(
  value: unknown,
  imageSize: number,
  fileName = 'preprocessor_config.json',
): PreprocessorConfig {
  const raw = parseWith(schema, value, fileName);
  const fail = (line: string) => new UserError(`${fileName}: ${line}`);
  if (raw.do_center_crop)
    throw fail('do_center_crop is not supported; resize to a square instead.');
  const normalize = raw.do_normalize ?? true;
  const std = normalize ? (raw.image_std ?? [0.5, 0.5, 0.5]) : [1, 1, 1];
  if (std.some((value) => value <= 0)) throw fail('image_std must be above 0.');
  return {
    resize: (raw.do_resize ?? true) ? resizeOf(raw, imageSize, fail) : null,
    rescale: (raw.do_rescale ?? true) ? (raw.rescale_factor ?? 1 / 255) : 1,
    mean: (normalize ? (raw.image_mean ?? [0.5, 0.5, 0.5]) : [0, 0, 0]) as [number, number, number],
    std: std as [number, number, number],
    raw: value as Record<string, unknown>,
  };
}

function resizeOf(
  raw: Infer<typeof schema>,
  imageSize: number,
  fail: (line: string) => UserError,
): PreprocessorConfig['resize'] {
  const size = raw.size ?? imageSize;
  if (typeof size === 'object' && (size.height === undefined || size.width === undefined)) {
    throw fail(
      'size gives a shortest edge, which leaves the picture oblong; Upwind needs {"height", "width"}.',
    );
  }
  const { height, width } = typeof size === 'object' ? size : { height: size, width: size };
  if (height !== imageSize || width !== imageSize) {
    throw fail(`size is ${width}×${height}, but the model reads ${imageSize}×${imageSize}.`);
  }
  // PIL.Image.Resampling: 2 bilinear, 3 bicubic.
  const resample = raw.resample ?? 2;
  if (resample !== 2 && resample !== 3) {
    throw fail(`resample ${resample} is not supported; use 2 (bilinear) or 3 (bicubic).`);
  }
  return { width: imageSize, height: imageSize, filter: resample === 2 ? 'bilinear' : 'bicubic' };
}
