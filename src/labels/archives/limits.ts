import { UserError } from '../../site/user-error.ts';

/** What an archive may ask of this device. Every read counts against these. */
export interface ArchiveLimits {
  /** Files in the archive. */
  entries: number;
  /** Labels in it. */
  labels: number;
  /** Bytes of one picture, unpacked. */
  imageBytes: number;
  /** Bytes of one table or JSON document, unpacked. */
  textBytes: number;
  /** Bytes of everything, unpacked. */
  totalBytes: number;
  /** Unpacked over packed size of one file. */
  ratio: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = {
  // What a zip without zip64 holds, which is what ours are: none that was written is refused.
  entries: 65_534,
  labels: 50_000,
  imageBytes: 32 * 2 ** 20,
  textBytes: 256 * 2 ** 20,
  totalBytes: 4 * 2 ** 30,
  ratio: 200,
};

/** An archive that is refused as a whole; the message is the line that says why. */
export class ArchiveRefused extends UserError {
  override name = 'ArchiveRefused';
}

/** Bytes for people: `12 MB`. */
export function inMegabytes(bytes: number): string {
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} kB` : `${Math.round(bytes / 2 ** 20)} MB`;
}

/** Control, zero-width and direction-changing characters: nothing of them reaches a line. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A name from an archive, safe to show in a line: one line, no control characters, not long. */
export function shown(name: string): string {
  const flat = name.slice(0, 300).replace(HIDDEN, '�');
  return flat.length > 60 ? `${flat.slice(0, 57)}…` : flat;
}

/** Why a path in an archive is not to be followed; null where it is harmless. */
export function faultOfPath(path: string): string | null {
  if (path.length > 300) return 'name longer than 300 characters';
  if (/\p{Cc}/u.test(path)) return 'control character in the name';
  if (path.includes('\\')) return 'backslash in the name';
  if (path.startsWith('/') || /^[a-z]:/i.test(path)) return 'absolute path';
  if (path.split('/').some((part) => part === '..' || part === '.'))
    return 'path leaves the archive';
  return null;
}
