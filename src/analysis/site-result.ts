import { z } from 'zod';
import { UserError } from '../site/user-error.ts';

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
export type TileResult = z.infer<typeof tileResultSchema>;

/** A stretch of fetch, from the site outward. */
export const segmentSchema = z.object({
  /** Prevailing category; null where the ground is not known. */
  roughness: maybeRoughness,
  fromM: z.number().min(0),
  toM: z.number().min(0),
  /** Mean over the sector's rays of the part of the stretch that lies in `roughness`. */
  share,
  /** Mean confidence of the tiles that the rays cross. */
  confidence: share,
});
export type FetchSegment = z.infer<typeof segmentSchema>;

const verdict = {
  /** Roughness that prevails out to the exposure B distance; null where not known. */
  roughness: maybeRoughness,
  /** Reading with the chosen tolerance. */
  exposure: roughness,
  /** Reading with tolerance 0, or the most severe that ground not known may bring. */
  exposureStrict: roughness,
  /** True where the two readings differ. */
  flips: z.boolean(),
  /** True where ground not known decides. */
  undetermined: z.boolean(),
  /** Categories that ground not known does not exclude, and how far out that ground begins. */
  notExcluded: z.array(
    z.object({ exposure: roughness, tileIds: z.array(z.string()), fromM: z.number() }),
  ),
  clause: z.string(),
  /** One sentence: the rule, the numbers. */
  reason: z.string(),
  /** Smallest shift of one boundary along the fetch that changes the category; null if none does. */
  distanceToChangeFt: z.number().nullable(),
  segments: z.array(segmentSchema),
};

export const sectorResultSchema = z.object({
  /** `0–45`. */
  name: z.string(),
  fromDeg: z.number(),
  toDeg: z.number(),
  ...verdict,
});
export type SectorResult = z.infer<typeof sectorResultSchema>;

export const directionResultSchema = z.object({
  /** `N`, `NE`, … or `face 1 (32°)` for a building-normal one. */
  name: z.string(),
  bearingDeg: z.number().min(0).max(360),
  /** Indices into `sectors` of the two 45° sectors either side, or the sectors made for it. */
  sectors: z.array(z.number().int()),
  /** Index of the one that governs. */
  governedBy: z.number().int(),
  ...verdict,
  /** Velocity pressure exposure coefficient at mean roof height for `exposure`. */
  kz: z.number(),
});
export type DirectionResult = z.infer<typeof directionResultSchema>;

export const overrideSchema = z.object({
  target: z.enum(['tile', 'segment', 'direction']),
  /** Tile id, `sector index:segment index`, or direction name. */
  id: z.string(),
  from: maybeRoughness,
  to: maybeRoughness,
  reason: z.string(),
  by: z.string(),
  /** Break-line position where a segment's end was moved [m]. */
  atM: z.number().optional(),
});
export type Override = z.infer<typeof overrideSchema>;

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
  /** Everything that was not as it should be, one line each. */
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
});
export type SiteResult = z.infer<typeof siteResultSchema>;

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
