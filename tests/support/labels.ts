import { changeLabel, labelId, newLabel } from '../../src/labels/label.ts';
import type { LabelChoice, LabelDraft, LabelRecord } from '../../src/labels/label.ts';
import type { CandidateEntry, LabelEntry } from '../../src/labels/label-store.ts';
import { signatureOf } from '../../src/labels/near-duplicates.ts';
import { encodePng } from '../../src/labels/png.ts';
import { sha256Hex } from '../../src/site/sha256.ts';
import type { RgbImage } from '../../src/imagery/patch.ts';

/** A small picture that differs from tile to tile. */
export function pictureOf(seed: number, side = 12): RgbImage {
  const rgb = new Uint8Array(side * side * 3);
  let state = (seed * 2654435761 + 1) >>> 0;
  for (let i = 0; i < rgb.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    rgb[i] = state >>> 24;
  }
  return { width: side, height: side, rgb };
}

export interface TileOptions {
  seed: number;
  siteId?: string;
  /** Place of the tile; tiles of one seed grid lie 250 m apart. */
  lng?: number;
  lat?: number;
  exportAllowed?: boolean;
  probabilities?: { B: number; C: number; D: number };
}

/** A tile with its picture, ready to be labelled. */
export async function tileOf({
  seed,
  siteId = '-34.03680,20.51260',
  lng = 20.5 + seed * 0.003,
  lat = -34.03,
  exportAllowed = true,
  probabilities = { B: 0.5, C: 0.3, D: 0.2 },
}: TileOptions): Promise<CandidateEntry> {
  const image = pictureOf(seed);
  const d = 0.001;
  const footprint = [
    { lng: lng - d, lat: lat - d },
    { lng: lng + d, lat: lat - d },
    { lng: lng + d, lat: lat + d },
    { lng: lng - d, lat: lat + d },
    { lng: lng - d, lat: lat - d },
  ];
  const imageSha256 = await sha256Hex(image.rgb);
  const draft: LabelDraft = {
    schema: 'upwind.label',
    version: 1,
    id: await labelId(imageSha256, footprint),
    imageSha256,
    width: image.width,
    height: image.height,
    siteId,
    tileId: `e${seed}n0`,
    centre: { lng, lat },
    footprint,
    tileM: 250,
    metresPerPixel: 1.12,
    source: {
      id: exportAllowed ? 'usgs' : 'esri',
      name: exportAllowed ? 'USGS' : 'Esri World Imagery',
      attribution: exportAllowed ? 'U.S. Geological Survey' : 'Esri, Maxar',
      terms: exportAllowed ? 'Public domain.' : 'No dataset export.',
      exportAllowed,
    },
    urls: ['https://example.org/16/1/2'],
    synthetic: false,
    acquired: seed % 2 ? '2023-05-01' : null,
    nativeMetresPerPixel: seed % 3 ? 0.6 : null,
    model: { id: 'nano', sha256: 'f'.repeat(64), probabilities },
    signature: signatureOf(image),
  };
  return { draft, png: encodePng(image) };
}

export const AT = '2024-03-01T10:00:00.000Z';

/** A labelled tile; `later` adds a change of mind with a note, so that there is a history. */
export async function entryOf(
  tile: TileOptions,
  label: LabelChoice,
  later?: { label: LabelChoice; note: string },
): Promise<LabelEntry> {
  const { draft, png } = await tileOf(tile);
  let record: LabelRecord = newLabel(draft, { label, by: 'Ann', at: AT });
  if (later) record = changeLabel(record, { ...later, by: 'Bo', at: '2024-03-02T11:30:00.000Z' });
  return { label: record, png };
}

/** A clock that moves on by a second each time it is read. */
export function tickingClock(start = AT): () => string {
  let at = Date.parse(start);
  return () => new Date((at += 1000)).toISOString();
}
