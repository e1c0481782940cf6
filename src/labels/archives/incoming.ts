import type { ImageDecoder } from '../../imagery/image-source.ts';
import type { RgbImage } from '../../imagery/patch.ts';
import { UserError } from '../../site/user-error.ts';
import { LABEL_CHOICES, labelId, newLabel, parseLabel } from '../label.ts';
import type { LabelChoice, LabelRecord } from '../label.ts';
import type { LabelEntry } from '../label-store.ts';
import { signatureOf } from '../near-duplicates.ts';
import { decodePng, encodePng } from '../png.ts';
import { sha256Hex } from '../../site/sha256.ts';
import { shown } from './limits.ts';
import { z } from '../../site/schema.ts';

/** One row of an archive, not yet believed. */
export interface IncomingRow {
  /** What to call it in a line: file name or row number. */
  name: string;
  /** The record as JSON text or value; null where the archive is not ours. */
  record: unknown;
  /** Class as the archive's own column or folder says; must agree with the record. */
  className: string | null;
  place: string | null;
  /** Picture bytes of any kind; null where the archive carries none. */
  image(): Promise<Uint8Array | null>;
}

export interface IncomingContext {
  archiveName: string;
  /** Import time, ISO: labels from elsewhere carry no other. */
  at: string;
  /** Reads what the built-in PNG reader does not, such as JPEG. */
  decoder?: ImageDecoder;
  signal?: AbortSignal;
}

const formula = /^[=+\-@\t\r]/;
const jsonText = z.string().max(4 * 2 ** 20);

/**
 * Checks one row: record against its schema, picture against its hash, class against both.
 * @throws UserError with the reason, for the row's line
 */
export async function checkRow(row: IncomingRow, context: IncomingContext): Promise<LabelEntry> {
  const record = row.record === null ? null : parseLabel(valueOf(row.record));
  if (record && row.className !== null && choiceOf(row.className) !== record.label) {
    throw new UserError(
      `its folder or column says ${shown(row.className)}, its record ${record.label}: put them in agreement.`,
    );
  }
  const bytes = await row.image();
  if (!bytes) throw new UserError('it has no picture.');
  const { image, png } = await decode(bytes, context);
  if (!record) return foreignLabel(row, image, context);

  if ((await sha256Hex(image.rgb)) !== record.imageSha256) {
    throw new UserError('its picture is not the one that was labelled: the hash differs.');
  }
  if ((await labelId(record.imageSha256, record.footprint)) !== record.id) {
    throw new UserError('its id does not match its picture and footprint.');
  }
  return { label: record, png: png ?? encodePng(image) };
}

/** Picks the JSON apart; a deep or huge document is refused by size before that. */
function valueOf(record: unknown): unknown {
  if (typeof record !== 'string') return record;
  const text = jsonText.safeParse(record);
  if (!text.success) throw new UserError('its record is too long.');
  try {
    return JSON.parse(text.data) as unknown;
  } catch {
    throw new UserError('its record is not JSON.');
  }
}

/** The picture, and its bytes where they are a PNG that our own reader takes. */
async function decode(
  bytes: Uint8Array,
  { decoder, signal }: IncomingContext,
): Promise<{ image: RgbImage; png: Uint8Array | null }> {
  const plain = decodePng(bytes);
  if (plain) return { image: plain, png: bytes };
  if (!decoder) throw new UserError('its picture is not a plain PNG.');
  const { width, height, rgba } = await decoder.decode(bytes, signal ? { signal } : {});
  if (width > 4096 || height > 4096) throw new UserError('its picture is over 4096 px a side.');
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = rgba[i * 4 + c]!;
  }
  return { image: { width, height, rgb }, png: null };
}

/** `B`, `Exposure B`, `roughness_c`: the choice a class name means; null for none. */
export function choiceOf(className: string): LabelChoice | null {
  const name = className.trim();
  const exact = LABEL_CHOICES.find((choice) => choice.toLowerCase() === name.toLowerCase());
  if (exact) return exact;
  const tail =
    /^(?:surface|exposure|roughness|category|class)[\s_-]*(?:roughness|category|class)?[\s_-]*([bcd])$/i;
  return (tail.exec(name)?.[1]?.toUpperCase() as LabelChoice | undefined) ?? null;
}

async function foreignLabel(
  row: IncomingRow,
  image: RgbImage,
  { archiveName, at }: IncomingContext,
): Promise<LabelEntry> {
  const label = row.className === null ? null : choiceOf(row.className);
  if (!label) {
    throw new UserError(
      `its class ${row.className === null ? 'is missing' : `is ${shown(row.className)}`}: B, C, D, unsure or unusable is wanted.`,
    );
  }
  const imageSha256 = await sha256Hex(image.rgb);
  const from = shown(archiveName);
  // A split of somebody else's making is a group of its own, so that it stays as it was made.
  const siteId = `import:${from}${row.place ? `:${row.place}` : ''}`;
  const draft = {
    schema: 'upwind.label' as const,
    version: 1 as const,
    id: await labelId(imageSha256, null),
    imageSha256,
    width: image.width,
    height: image.height,
    siteId,
    tileId: null,
    centre: null,
    footprint: null,
    tileM: null,
    metresPerPixel: null,
    source: {
      id: 'import',
      name: from,
      attribution: '',
      terms: 'Brought in from an archive that does not state its terms: yours to know.',
      exportAllowed: true,
    },
    urls: [],
    synthetic: false,
    acquired: null,
    nativeMetresPerPixel: null,
    model: null,
    signature: signatureOf(image),
  };
  const entry = newLabel(draft, { label, by: `import:${from}`, at });
  return { label: entry, png: encodePng(image) };
}

/** Texts a spreadsheet would run as a formula; kept as text here, and exported inside JSON. */
export const formulasIn = ({ note, labeller, source, siteId }: LabelRecord): boolean =>
  [note, labeller, source.name, source.attribution].some((text) => formula.test(text)) ||
  (formula.test(siteId) && !/^-?\d/.test(siteId));
