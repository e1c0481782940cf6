import { z } from '../site/schema.ts';
import type { Infer, ZodObject } from '../site/schema.ts';
/**
 * What is said of a sector or a wind direction, as it stands in a site result. Lengths are metres
 * unless the name says feet; bearings are degrees clockwise from true north and name where the
 * wind comes from.
 */
const roughness = z.enum(['B', 'C', 'D']);
const maybeRoughness = roughness.nullable();
const share = z.number().min(0).max(1);

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
/** Named apart from the `FetchSegment` of `exposureOfFetch`, which is in feet. */
export type SectorSegment = Infer<typeof segmentSchema>;

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
  /** The rule and the numbers, in words. */
  reason: z.string(),
  /** Smallest shift of one boundary along the fetch that changes the category; null if none does. */
  distanceToChangeFt: z.number().nullable(),
  segments: z.array(segmentSchema),
};
export type Verdict = Infer<ZodObject<typeof verdict>>;
export type NotExcluded = Verdict['notExcluded'][number];

export const sectorResultSchema = z.object({
  /** `0–45`. */
  name: z.string(),
  fromDeg: z.number(),
  toDeg: z.number(),
  ...verdict,
});
/** One 45° sector: its ground outward from the site, and the exposure that this gives. */
export type SectorResult = Infer<typeof sectorResultSchema>;

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
/** Exposure of one wind direction: letter, clause, reason, and how near the next letter is. */
export type DirectionResult = Infer<typeof directionResultSchema>;

/** Something a person decided otherwise. `from` keeps the view that it replaces. */
export const overrideSchema = z.object({
  target: z.enum(['tile', 'segment', 'direction']),
  /** Tile id, `sector index or name:segment index`, or direction name. */
  id: z.string(),
  from: maybeRoughness,
  to: maybeRoughness,
  reason: z.string(),
  by: z.string(),
  /** Break-line position where a segment's end was moved [m]. */
  atM: z.number().optional(),
  /** Where that end lay before [m]. */
  fromAtM: z.number().optional(),
});
/** One decision of a person, with its reason. */
export type Override = Infer<typeof overrideSchema>;
