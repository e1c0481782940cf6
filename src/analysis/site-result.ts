import {
  directionResultSchema,
  overrideSchema,
  sectorResultSchema,
  segmentSchema,
} from '../exposure/verdict.ts';
import type {
  DirectionResult,
  Override,
  SectorResult,
  SectorSegment,
} from '../exposure/verdict.ts';
import { UserError } from '../site/user-error.ts';
import { z } from '../site/schema.ts';
import type { Infer } from '../site/schema.ts';

export { directionResultSchema, overrideSchema, sectorResultSchema, segmentSchema };
export type { DirectionResult, Override, SectorResult, SectorSegment };
/** A stretch of fetch of a sector or direction. */
export type FetchSegment = SectorSegment;

/**
 * The answer for one site, as versioned JSON. Every export is made from it, and nothing in it
 * depends on the clock: the same site, model and imagery give the same bytes.
 * Lengths are metres unless the name says feet; bearings are degrees clockwise from true north
 * and name where the wind comes from.
 */
const roughness = z.enum(['B', 'C', 'D']);
const maybeRoughness = roughness.nullable();
const share = z.number().min(0).max(1);
const lngLat = z.object({ lng: z.number(), lat: z.number() });

/** One classified tile. `roughness` is what counts; `modelRoughness` is what the model said. */
export const tileResultSchema = z.object({
  id: z.string(),
  lng: z.number(),
  lat: z.number(),
  eastM: z.number(),
  northM: z.number(),
  sizeM: z.number().positive(),
  ring: z.number().int().min(0),
  footprint: z.array(lngLat),
  roughness: maybeRoughness,
  modelRoughness: maybeRoughness,
  by: z.enum(['model', 'person']).nullable(),
  /** Over B, C, D; null where the tile was not seen. */
  probabilities: z.object({ B: share, C: share, D: share }).nullable(),
  confidence: share,
  /** Below the confidence floor. */
  unsure: z.boolean(),
  /** CLS feature further from the training data than the checkpoint's threshold. */
  unlike: z.boolean(),
  /** Why there is no picture; null where there is one. */
  missing: z.enum(['transparent', 'absent', 'failed']).nullable(),
  detail: z.string(),
  coverage: share,
  imageSha256: z.string().nullable(),
  acquired: z.string().nullable(),
  nativeMetresPerPixel: z.number().nullable(),
  /** Requests behind the picture, without keys. */
  urls: z.array(z.string()),
});
/** One tile: where it is, what was seen in it, and who said so. */
export type TileResult = Infer<typeof tileResultSchema>;

/** What looking again at a finer stride was done for, and what the answer was before it. */
export const refinementSchema = z.object({
  /** Boundary tiles that were looked at again in quarters. */
  tileIds: z.array(z.string()),
  /** Side of a quarter [m]. */
  sizeM: z.number().positive(),
  /** Directions that those tiles could change, as they were judged before. */
  before: z.array(
    z.object({
      name: z.string(),
      exposure: roughness,
      exposureStrict: roughness,
      distanceToChangeFt: z.number().nullable(),
    }),
  ),
});
export type Refinement = Infer<typeof refinementSchema>;

export const siteResultSchema = z.object({
  schema: z.literal('upwind.site-result'),
  version: z.literal(1),
  software: z.object({ name: z.literal('upwind'), version: z.string() }),
  site: z.object({
    lng: z.number(),
    lat: z.number(),
    name: z.string().nullable(),
    heightFt: z.number().positive(),
  }),
  settings: z.object({
    tileM: z.number().positive(),
    strideM: z.number().positive(),
    lookOutM: z.number().positive(),
    edition: z.enum(['7-16', '7-22']),
    tolerance: share,
    conservative: z.boolean(),
    confidenceFloor: share,
    /** Boundary tiles that could change a direction were looked at again in quarters. */
    refine: z.boolean(),
    extraBearingsDeg: z.array(z.number()),
  }),
  imagery: z.object({
    id: z.string(),
    name: z.string(),
    attribution: z.string(),
    terms: z.string(),
    exportAllowed: z.boolean(),
    synthetic: z.boolean(),
    /** Earliest and latest acquisition date seen. */
    acquired: z.object({ from: z.string(), to: z.string() }).nullable(),
    nativeMetresPerPixel: z.object({ min: z.number(), max: z.number() }).nullable(),
    targetMetresPerPixel: z.number().positive(),
  }),
  model: z.object({
    id: z.string(),
    sha256: z.string(),
    labels: z.array(z.string()),
    tileM: z.number().nullable(),
    temperature: z.number(),
    trained: z.boolean(),
  }),
  backend: z.object({
    name: z.enum(['webgpu', 'wasm', 'webgl', 'cpu']),
    detail: z.string(),
    rejected: z.array(
      z.object({ name: z.enum(['webgpu', 'wasm', 'webgl', 'cpu']), reason: z.string() }),
    ),
  }),
  tiles: z.array(tileResultSchema),
  sectors: z.array(sectorResultSchema),
  directions: z.array(directionResultSchema),
  governing: roughness,
  overrides: z.array(overrideSchema),
  /** There where boundary tiles were looked at again. */
  refinement: refinementSchema.optional(),
  /** Everything that was not as it should be, one line each. */
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
});
/** The whole answer for one site, versioned: every export is made from it. */
export type SiteResult = Infer<typeof siteResultSchema>;

/**
 * Checks a value read from a file or a store.
 * @throws UserError naming the first field that does not fit
 */
export function parseSiteResult(value: unknown): SiteResult {
  const parsed = siteResultSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UserError(
    `Not a site result of version 1: ${issue?.path.join('.') || 'the document'} – ${issue?.message ?? 'invalid'}. Analyse the site again.`,
  );
}
