import { likenessSchema } from './likeness.ts';
import { parseWith } from './parse-json.ts';
import { z } from '../site/schema.ts';
import type { Infer } from '../site/schema.ts';

/**
 * `upwind.json`: what a checkpoint says beyond Hugging Face's files. Only `schema` must be there;
 * what a later version adds is kept and written back.
 */
const schema = z.looseObject({
  schema: z.literal(1, 'was written by a later Upwind; update Upwind to read it'),
  /** Ground side of one input [m]. */
  tile_m: z.number().positive().nullish(),
  /** Imagery it was trained on. */
  imagery: z.unknown().optional(),
  /** Checkpoint it was fine-tuned from, and the SHA-256 of that one's weights. */
  parent: z.string().nullish(),
  parent_sha256: z.string().nullish(),
  /** Softmax temperature from calibration. */
  temperature: z.number().positive().nullish(),
  /** Confidence below which a tile is unsure. */
  confidence_floor: z.number().min(0).max(1).nullish(),
  /** What the training pictures look like. */
  likeness: likenessSchema.nullish(),
  /** False for a head that has not been trained. */
  trained: z.boolean().optional(),
  metrics: z.unknown().optional(),
  training: z.unknown().optional(),
  software: z.unknown().optional(),
});
export type UpwindJson = Infer<typeof schema>;

/** @throws UserError naming the first field that does not fit */
export function parseUpwindJson(value: unknown, fileName = 'upwind.json'): UpwindJson {
  return parseWith(schema, value, fileName);
}
