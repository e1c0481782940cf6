/** What the first bytes of a picture say, before anything is decoded. */
export interface PictureHeader {
  type: 'png' | 'jpeg' | 'webp';
  width: number;
  height: number;
  /** False where the file stops before its own end. */
  whole: boolean;
}

/**
 * Reads type and size of a PNG, JPEG or WebP from its header, and whether the file is whole:
 * decoders differ in what they make of half a picture, so that is settled here for all of them.
 * @returns null for anything else
 */
export function readPictureHeader(bytes: Uint8Array): PictureHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return readPng(view);
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return readJpeg(view);
  if (text(view, 0, 4) === 'RIFF' && text(view, 8, 4) === 'WEBP') return readWebp(view);
  return null;
}

const startsWith = (bytes: Uint8Array, magic: number[]): boolean =>
  magic.every((byte, i) => bytes[i] === byte);

function text(view: DataView, at: number, length: number): string {
  if (at + length > view.byteLength) return '';
  return String.fromCharCode(...Array.from({ length }, (_, i) => view.getUint8(at + i)));
}

/** PNG: 8 bytes of magic, then chunks of length, name, data, checksum; the last is IEND. */
function readPng(view: DataView): PictureHeader | null {
  if (view.byteLength < 24 || text(view, 12, 4) !== 'IHDR') return null;
  const header = { type: 'png' as const, width: view.getUint32(16), height: view.getUint32(20) };
  for (let at = 8; at + 12 <= view.byteLength; at += 12 + view.getUint32(at)) {
    if (text(view, at + 4, 4) === 'IEND') return { ...header, whole: true };
  }
  return { ...header, whole: false };
}

/** JPEG: segments until a start-of-frame gives the size; a whole file ends in FF D9. */
function readJpeg(view: DataView): PictureHeader | null {
  for (let at = 2; at + 9 < view.byteLength;) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // fill byte
      continue;
    }
    // C0–CF are frames, but for C4 (Huffman tables), C8 (reserved) and CC (arithmetic tables).
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      return { type: 'jpeg', width, height, whole: endsJpeg(view) };
    }
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

/** Some servers pad behind the end-of-image mark, so the last bytes are searched, not compared. */
function endsJpeg(view: DataView): boolean {
  for (let at = view.byteLength - 2; at >= Math.max(2, view.byteLength - 512); at--) {
    if (view.getUint16(at) === 0xffd9) return true;
  }
  return false;
}

function readWebp(view: DataView): PictureHeader | null {
  if (view.byteLength < 30) return null;
  const whole = view.getUint32(4, true) + 8 <= view.byteLength;
  const uint24 = (at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  switch (text(view, 12, 4)) {
    case 'VP8 ':
      return {
        type: 'webp',
        width: view.getUint16(26, true) & 0x3fff,
        height: view.getUint16(28, true) & 0x3fff,
        whole,
      };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      const [width, height] = [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
      return { type: 'webp', width, height, whole };
    }
    case 'VP8X':
      return { type: 'webp', width: uint24(24) + 1, height: uint24(27) + 1, whole };
    default:
      return null;
  }
}
