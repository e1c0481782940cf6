import { FetchFailure } from './fetch-failure.ts';
import { readPictureHeader } from './picture-header.ts';
import { hostOf, withoutSecrets } from './public-url.ts';

/** Pixels that a tile's picture may declare: 4096 × 4096, or 64 MiB decoded. */
export const MOST_PIXELS = 4096 * 4096;

/** Bytes as a server sent them. */
export interface Download {
  bytes: Uint8Array;
  contentType: string;
}

/**
 * Refuses whatever is not a whole picture of sane size, before it reaches a decoder.
 * @param url where the bytes came from, for the message
 * @throws FetchFailure naming content type and first bytes, or what the service itself says
 */
export function checkPicture({ bytes, contentType }: Download, url: string): void {
  const refuse = (message: string): never => {
    throw new FetchFailure(withoutSecrets(message, url), { kind: 'content' });
  };
  const host = hostOf(url);
  const header = readPictureHeader(bytes);
  if (!header) {
    const said = serviceMessage(bytes);
    if (said) refuse(`${host} says: ${said}.`);
    refuse(
      `${host} sends ${contentType || 'bytes of no stated type'} (${firstBytes(bytes)}) where a PNG, JPEG or WebP picture belongs.`,
    );
    return;
  }
  const { type, width, height, whole } = header;
  const name = type === 'webp' ? 'WebP' : type.toUpperCase();
  if (width * height === 0 || width * height > MOST_PIXELS) {
    refuse(
      `${host} sends a ${name} that declares ${width}×${height} px; at most ${MOST_PIXELS / 2 ** 20} million pixels are decoded.`,
    );
  }
  if (!whole) refuse(`${host} sends a ${name} that breaks off after ${bytes.length} bytes.`);
}

/** What a WMS (XML) or ArcGIS (JSON) server says instead of a picture. */
function serviceMessage(bytes: Uint8Array): string | null {
  const text = new TextDecoder().decode(bytes.subarray(0, 4096));
  const xml = /<(?:\w+:)?(?:ServiceException|ExceptionText)\b[^>]*>([\s\S]*?)<\//i.exec(text);
  if (xml) return oneLine(xml[1]!.replace(/<!\[CDATA\[|\]\]>/g, ''));
  if (!/^\s*\{/.test(text)) return null;
  try {
    const { error } = JSON.parse(text) as { error?: { code?: number; message?: string } };
    return error?.message ? oneLine(`${error.code ?? ''} ${error.message}`) : null;
  } catch {
    return null;
  }
}

const oneLine = (text: string): string =>
  text.replace(/\s+/g, ' ').trim().replace(/\.$/, '').slice(0, 200);

/** The first bytes as text if they are text, else in hex. */
function firstBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'no bytes at all';
  const start = bytes.subarray(0, 24);
  const text = new TextDecoder().decode(start);
  if (/^[\t\n\r\x20-\x7e]+$/.test(text)) return `“${oneLine(text)}”`;
  const hex = Array.from(start.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0'));
  return `first bytes ${hex.join(' ')}`;
}
