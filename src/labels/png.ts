import { unzlibSync, zlibSync } from 'fflate';
import type { RgbImage } from '../imagery/patch.ts';
import { crc32 } from './crc32.ts';

/**
 * PNG, 8 bits a channel, written and read without a canvas: a canvas may be blurred on purpose by
 * a browser that guards against fingerprinting, and a label is worth nothing if its pixels are
 * not the ones the model saw. Same pixels, same bytes, on every host.
 * @see PNG (ISO/IEC 15948), sections 5, 9 and 11
 */
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Longest side read [px]; a header that promises more is not believed. */
const MAX_SIDE = 4096;
const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 6: 4 };

function paeth(left: number, up: number, upLeft: number): number {
  const p = left + up - upLeft;
  const [a, b, c] = [Math.abs(p - left), Math.abs(p - up), Math.abs(p - upLeft)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : upLeft;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** PNG bytes of an RGB picture, lossless. */
export function encodePng({ width, height, rgb }: RgbImage): Uint8Array {
  const stride = width * 3;
  const rows = new Uint8Array(height * (stride + 1));
  for (let y = 0; y < height; y++) {
    const out = y * (stride + 1);
    rows[out] = 4; // Paeth: the best single filter for photographs
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x >= 3 ? rgb[at - 3]! : 0;
      const up = y > 0 ? rgb[at - stride]! : 0;
      const upLeft = x >= 3 && y > 0 ? rgb[at - stride - 3]! : 0;
      rows[out + 1 + x] = rgb[at]! - paeth(left, up, upLeft);
    }
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 2, 0, 0, 0], 8);
  const parts = [
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(rows, { level: 6 })),
    chunk('IEND', new Uint8Array(0)),
  ];
  const png = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    png.set(part, offset);
    offset += part.length;
  }
  return png;
}

/** Whether bytes begin as a PNG does. */
export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((b, i) => bytes[i] === b);

/**
 * Pixels of an opaque, non-interlaced, 8-bit grey, RGB or RGBA PNG, which is what `encodePng`
 * and most tools write. null for every other kind and for damage: an image decoder's turn.
 * Never allocates more than the header's own size, itself limited to 4096 px a side.
 */
export function decodePng(bytes: Uint8Array): RgbImage | null {
  if (!isPng(bytes) || bytes.length < 33) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const channels = CHANNELS[bytes[25]!];
  if (bytes[24] !== 8 || !channels || bytes[28] !== 0) return null;
  if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) return null;
  const idat: Uint8Array[] = [];
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 8 + length;
    if (end + 4 > bytes.length) return null;
    if (view.getUint32(end) !== crc32(bytes.subarray(at + 4, end))) return null;
    if (type === 'tRNS') return null;
    if (type === 'IDAT') idat.push(bytes.subarray(at + 8, end));
    at = end + 4;
  }
  const stride = width * channels;
  const rows = inflate(idat, height * (stride + 1));
  return rows && unfilter(rows, { width, height, channels });
}

function inflate(parts: Uint8Array[], size: number): Uint8Array | null {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  try {
    // With a buffer given, fflate stops at its end: a bomb cannot grow past the header's promise.
    const rows = unzlibSync(joined, { out: new Uint8Array(size) });
    return rows.length === size ? rows : null;
  } catch {
    return null;
  }
}

/** A loop for each filter: with one for all, a picture takes four times as long. */
function unfilterLine(
  filter: number,
  {
    line,
    above,
    out,
    channels: bpp,
  }: Record<'line' | 'above' | 'out', Uint8Array> & {
    channels: number;
  },
): boolean {
  const n = line.length;
  if (filter === 0) out.set(line);
  else if (filter === 1) {
    for (let x = 0; x < n; x++) out[x] = line[x]! + (x >= bpp ? out[x - bpp]! : 0);
  } else if (filter === 2) {
    for (let x = 0; x < n; x++) out[x] = line[x]! + above[x]!;
  } else if (filter === 3) {
    for (let x = 0; x < n; x++) {
      out[x] = line[x]! + (((x >= bpp ? out[x - bpp]! : 0) + above[x]!) >> 1);
    }
  } else if (filter === 4) {
    for (let x = 0; x < bpp; x++) out[x] = line[x]! + above[x]!;
    for (let x = bpp; x < n; x++) {
      out[x] = line[x]! + paeth(out[x - bpp]!, above[x]!, above[x - bpp]!);
    }
  } else return false;
  return true;
}

function unfilter(
  rows: Uint8Array,
  { width, height, channels }: { width: number; height: number; channels: number },
): RgbImage | null {
  const stride = width * channels;
  const raw = new Uint8Array(height * stride);
  for (let y = 0; y < height; y++) {
    const from = y * (stride + 1) + 1;
    const line = rows.subarray(from, from + stride);
    const out = raw.subarray(y * stride, (y + 1) * stride);
    const above = y > 0 ? raw.subarray((y - 1) * stride, y * stride) : new Uint8Array(stride);
    if (!unfilterLine(rows[from - 1]!, { line, above, out, channels })) return null;
  }
  if (channels === 3) return { width, height, rgb: raw };
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    if (channels === 4 && raw[i * 4 + 3] !== 255) return null;
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = raw[i * channels + (channels === 1 ? 0 : c)]!;
  }
  return { width, height, rgb };
}
