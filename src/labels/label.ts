import { UserError } from '../site/user-error.ts';
import type { LngLat } from '../site/lng-lat.ts';
import type { Roughness } from '../roughness/category.ts';
import { sha256Hex } from '../site/sha256.ts';
import { z } from '../site/schema.ts';
import type { Infer } from '../site/schema.ts';

/** What a person can say of a tile. `unsure` and `unusable` are kept, and never trained on. */
export const LABEL_CHOICES = ['B', 'C', 'D', 'unsure', 'unusable'] as const;
export type LabelChoice = (typeof LABEL_CHOICES)[number];

/** Most characters of a note; longer text in an archive is refused, not cut. */
export const NOTE_LIMIT = 2000;
const HISTORY_LIMIT = 2000;

const choice = z.enum(LABEL_CHOICES);
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256');
const text = (limit: number) => z.string().max(limit);
const time = z.iso.datetime();
const share = z.number().min(0).max(1);
const size = z.number().positive().finite();
const lngLat = z.object({
  lng: z.number().min(-540).max(540),
  lat: z.number().min(-90).max(90),
});

/** One change, with the label and note as they stood after it. */
export const labelEventSchema = z.object({
  at: time,
  by: text(120),
  /**
   * `repeat`: a second, blind answer; it is compared, and does not change the label.
   * `kept`: the label stands against what an archive said of the tile.
   */
  change: z.enum(['label', 'note', 'repeat', 'undo', 'redo', 'kept']),
  label: choice,
  note: text(NOTE_LIMIT),
  /** What a `kept` label stands against. */
  against: z.object({ by: text(120), label: choice, note: text(NOTE_LIMIT) }).optional(),
});
export type LabelEvent = Infer<typeof labelEventSchema>;

/** A labelled tile, all but its pixels; those are a PNG kept beside it under the same id. */
export const labelRecordSchema = z.object({
  schema: z.literal('upwind.label'),
  version: z.literal(1),
  /** Content hash of pixels and footprint: the same tile twice is one label. */
  id: hash,
  /** SHA-256 of the RGB bytes, as in the patch's provenance. */
  imageSha256: hash,
  width: z.number().int().min(1).max(4096),
  height: z.number().int().min(1).max(4096),
  /** The site whose analysis showed the tile; splits never divide it. */
  siteId: text(200).regex(/[,:]/, 'not a site id'),
  tileId: text(80).nullable(),
  /** null where an archive from elsewhere does not say where its pictures lie. */
  centre: lngLat.nullable(),
  footprint: z.array(lngLat).min(4).max(64).nullable(),
  tileM: size.nullable(),
  metresPerPixel: size.nullable(),
  source: z.object({
    id: text(200),
    name: text(200),
    attribution: text(1000),
    terms: text(2000),
    /** False where the terms let people train here but not hand the picture on. */
    exportAllowed: z.boolean(),
  }),
  /** Requests behind the picture, without keys. */
  urls: z.array(text(2000)).max(64),
  synthetic: z.boolean(),
  acquired: text(40).nullable(),
  nativeMetresPerPixel: size.nullable(),
  /** What the model thought when the tile was labelled. */
  model: z
    .object({
      id: text(500),
      sha256: text(64),
      probabilities: z.object({ B: share, C: share, D: share }),
    })
    .nullable(),
  /** Perceptual signature, see `signatureOf`. */
  signature: z.string().regex(/^[0-9a-f]{22}$/, 'not a signature'),
  label: choice,
  labeller: text(120),
  labelledAt: time,
  note: text(NOTE_LIMIT),
  /** Every change, oldest first; never shortened. */
  history: z.array(labelEventSchema).min(1).max(HISTORY_LIMIT),
});
export type LabelRecord = Infer<typeof labelRecordSchema>;

/** A tile that could be labelled: everything but the person's part. */
export type LabelDraft = Omit<
  LabelRecord,
  'label' | 'labeller' | 'labelledAt' | 'note' | 'history'
>;

/** Who says what, when. `at` is passed in: the core has no clock. */
export interface Judgement {
  label: LabelChoice;
  by: string;
  /** ISO 8601, UTC. */
  at: string;
  note?: string;
}

/**
 * Checks a value read from a store or an archive.
 * @throws UserError naming the first field that does not fit
 */
export function parseLabel(value: unknown): LabelRecord {
  const parsed = labelRecordSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') || 'the record';
  throw new UserError(`Not a label: ${where} – ${issue?.message ?? 'invalid'}.`);
}

/**
 * Content hash of a tile: its pixels and where it lies.
 * Coordinates count to 1e-7° (1 cm), so that a round trip through text is the same tile.
 */
export function labelId(imageSha256: string, footprint: LngLat[] | null): Promise<string> {
  const ring = (footprint ?? []).map(({ lng, lat }) => `${fixed(lng)},${fixed(lat)}`).join(' ');
  return sha256Hex(new TextEncoder().encode(`upwind.label/1\n${imageSha256}\n${ring}`));
}
const fixed = (degrees: number): string => (Math.round(degrees * 1e7) / 1e7 + 0).toFixed(7);

/** Name of the group a site's tiles form: its place to 1 m, so that a second visit joins it. */
export const siteIdOf = ({ lng, lat }: LngLat): string => `${lat.toFixed(5)},${lng.toFixed(5)}`;

/** The category a label teaches; null for `unsure` and `unusable`. */
export const roughnessOf = (label: LabelChoice): Roughness | null =>
  label === 'unsure' || label === 'unusable' ? null : label;

/** A tile's first label. */
export function newLabel(draft: LabelDraft, { label, by, at, note = '' }: Judgement): LabelRecord {
  const first: LabelEvent = { at, by, change: 'label', label, note };
  return { ...draft, label, labeller: by, labelledAt: at, note, history: [first] };
}

/** A later word on the same tile. A `repeat` is recorded and changes nothing else. */
export function changeLabel(
  record: LabelRecord,
  { label, by, at, note = record.note }: Judgement,
  change: LabelEvent['change'] = 'label',
): LabelRecord {
  const event: LabelEvent = { at, by, change, label, note };
  const history = [...record.history, event];
  if (change === 'repeat') return { ...record, history };
  if (change === 'note') return { ...record, note, history };
  return { ...record, label, labeller: by, labelledAt: at, note, history };
}

/** The person keeps their word although `theirs` says otherwise: recorded, nothing else changes. */
export function keepLabel(
  record: LabelRecord,
  theirs: Pick<LabelRecord, 'label' | 'note' | 'labeller'>,
  { by, at }: Pick<Judgement, 'by' | 'at'>,
): LabelRecord {
  const { label, note, history } = record;
  const against = { by: theirs.labeller, label: theirs.label, note: theirs.note };
  const event: LabelEvent = { at, by, change: 'kept', label, note, against };
  return { ...record, history: [...history, event] };
}

/** Whether two records say the same, whatever happened in between. */
export const saysTheSame = (a: LabelRecord, b: LabelRecord): boolean =>
  a.label === b.label &&
  a.note === b.note &&
  a.labeller === b.labeller &&
  a.labelledAt === b.labelledAt &&
  asidesOf(a) === asidesOf(b);
/** Words about a label that change nothing of it. */
export const isAside = ({ change }: LabelEvent): boolean =>
  change === 'repeat' || change === 'kept';
const asidesOf = ({ history }: LabelRecord): number => history.filter(isAside).length;
