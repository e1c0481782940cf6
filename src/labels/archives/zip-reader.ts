import { Inflate } from 'fflate';
import { breather } from '../breathe.ts';
import { crc32 } from '../crc32.ts';
import { ARCHIVE_LIMITS, ArchiveRefused, faultOfPath, inMegabytes, shown } from './limits.ts';
import type { ArchiveLimits } from './limits.ts';

export interface ZipEntry {
  path: string;
  /** Unpacked size that the directory claims; reading more than this is refused. */
  size: number;
  read(): Promise<Uint8Array>;
}

interface Located {
  path: string;
  method: number;
  crc: number;
  packed: number;
  size: number;
  offset: number;
}

const STEP = 64 * 1024;
/** Bytes of a zip read at a time: a read for each picture of thousands takes longer than unpacking. */
const AHEAD = 4 * 2 ** 20;

/**
 * Opens a zip from somewhere else. Counts, sizes and overlaps are checked from the directory
 * before a byte is unpacked; unpacking streams and stops at the size the directory promised.
 * Entries with a path that leads elsewhere are left out, a line each.
 * @throws ArchiveRefused with the reason, where the archive as a whole is not to be trusted
 */
export async function openZip(
  blob: Blob,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<{ entries: ZipEntry[]; refused: string[] }> {
  const located = await readDirectory(blob, limits);
  const refused: string[] = [];
  const entries: ZipEntry[] = [];
  const slice = readingAhead(blob);
  const seen = new Set<string>();
  for (const entry of located) {
    const { path } = entry;
    if (path.endsWith('/') && entry.size === 0) continue;
    const fault = faultOfPath(path) ?? (seen.has(path) ? 'the same name twice' : null);
    seen.add(path);
    if (fault) refused.push(`Left out ${shown(path)}: ${fault}.`);
    else entries.push({ path, size: entry.size, read: () => readEntry(slice, entry) });
  }
  return { entries, refused };
}

async function readDirectory(blob: Blob, limits: ArchiveLimits): Promise<Located[]> {
  const tailStart = Math.max(0, blob.size - 22 - 0xffff);
  const tail = new DataView(await blob.slice(tailStart).arrayBuffer());
  let at = tail.byteLength - 22;
  while (at >= 0 && tail.getUint32(at, true) !== 0x06054b50) at--;
  if (at < 0) throw new ArchiveRefused('Not a zip, or cut short: its directory is missing.');
  const count = tail.getUint16(at + 10, true);
  const size = tail.getUint32(at + 12, true);
  const start = tail.getUint32(at + 16, true);
  if (count === 0xffff || start === 0xffffffff || count > limits.entries) {
    throw new ArchiveRefused(
      `The zip holds more than ${limits.entries.toLocaleString('en')} files or 4 GB: split it.`,
    );
  }
  if (start + size > tailStart + at) throw new ArchiveRefused('The zip’s directory is damaged.');
  const view = new DataView(await blob.slice(start, start + size).arrayBuffer());
  const located = parseDirectory(view, count);
  checkSizes(located, { start, limits });
  return located;
}

function parseDirectory(view: DataView, count: number): Located[] {
  const located: Located[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== 0x02014b50) {
      throw new ArchiveRefused('The zip’s directory is damaged.');
    }
    const flags = view.getUint16(at + 8, true);
    const nameLength = view.getUint16(at + 28, true);
    const next =
      at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > view.byteLength) throw new ArchiveRefused('The zip’s directory is damaged.');
    if (flags & 1) throw new ArchiveRefused('The zip is encrypted: unpack it and zip it again.');
    const name = new Uint8Array(view.buffer, view.byteOffset + at + 46, nameLength);
    located.push({
      path: new TextDecoder().decode(name),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    });
    at = next;
  }
  // A count that hides entries is a lie about what the archive holds.
  if (at !== view.byteLength) throw new ArchiveRefused('The zip’s directory and its count differ.');
  return located;
}

function checkSizes(
  located: Located[],
  { start, limits }: { start: number; limits: ArchiveLimits },
): void {
  let total = 0;
  let end = 0;
  for (const entry of [...located].sort((a, b) => a.offset - b.offset)) {
    const { path, packed, size, offset } = entry;
    const text = /\.(csv|json|geojson|jsonl|md|txt)$/i.test(path);
    const limit = text ? limits.textBytes : limits.imageBytes;
    total += size;
    if (size > limit) {
      throw new ArchiveRefused(
        `${shown(path)} would unpack to ${inMegabytes(size)}; the limit is ${inMegabytes(limit)}.`,
      );
    }
    if (size > 2 ** 20 && size > packed * limits.ratio) {
      throw new ArchiveRefused(
        `${shown(path)} unpacks to over ${limits.ratio} times its size: refused as a zip bomb.`,
      );
    }
    if (total > limits.totalBytes) {
      throw new ArchiveRefused(`The zip would unpack to over ${inMegabytes(limits.totalBytes)}.`);
    }
    // Entries that share bytes are how a small file unpacks to a huge one.
    if (offset < end || offset + 30 + packed > start) {
      throw new ArchiveRefused(
        'Files in the zip overlap or lie outside it: refused as a zip bomb.',
      );
    }
    end = offset + 30 + packed;
  }
}

type Slice = (start: number, end: number) => Promise<Uint8Array<ArrayBuffer>>;

/** Pieces of a blob, each likely to begin where the last one ended. */
function readingAhead(blob: Blob): Slice {
  let from = 0;
  let window = Promise.resolve(new Uint8Array());
  let to = 0;
  return async (start, end) => {
    const until = Math.min(end, blob.size);
    if (start < from || until > to) {
      from = start;
      to = Math.min(Math.max(until, start + AHEAD), blob.size);
      window = blob
        .slice(from, to)
        .arrayBuffer()
        .then((buffer) => new Uint8Array(buffer));
    }
    const [base, bytes] = [from, await window];
    return bytes.slice(start - base, until - base);
  };
}

async function readEntry(slice: Slice, entry: Located): Promise<Uint8Array> {
  const { path, method, packed, size, offset, crc } = entry;
  const head = await slice(offset, offset + 30);
  const header = new DataView(head.buffer);
  if (header.byteLength < 30 || header.getUint32(0, true) !== 0x04034b50) {
    throw new ArchiveRefused(`${shown(path)} is damaged.`);
  }
  const start = offset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  const bytes = await slice(start, start + packed);
  if (method !== 0 && method !== 8) {
    throw new ArchiveRefused(
      `${shown(path)} is packed by method ${method}, which is not read: use deflate.`,
    );
  }
  const unpacked = method === 0 ? bytes : await inflateUpTo(bytes, size, path);
  if (unpacked.length !== size) throw new ArchiveRefused(`${shown(path)} is damaged or cut short.`);
  if ((await checksumOf(unpacked)) !== crc)
    throw new ArchiveRefused(`${shown(path)} fails its checksum.`);
  return unpacked;
}

async function checksumOf(bytes: Uint8Array): Promise<number> {
  const breathe = breather();
  let crc = 0;
  for (let at = 0; at < bytes.length; at += AHEAD) {
    await breathe();
    crc = crc32(bytes.subarray(at, at + AHEAD), crc);
  }
  return crc;
}

async function inflateUpTo(bytes: Uint8Array, size: number, path: string): Promise<Uint8Array> {
  const breathe = breather();
  const out = new Uint8Array(size);
  let filled = 0;
  const inflate = new Inflate((chunk) => {
    if (filled + chunk.length > size) {
      throw new ArchiveRefused(
        `${shown(path)} unpacks to more than it claims: refused as a zip bomb.`,
      );
    }
    out.set(chunk, filled);
    filled += chunk.length;
  });
  try {
    for (let at = 0; at < bytes.length; at += STEP) {
      await breathe();
      inflate.push(bytes.subarray(at, at + STEP), at + STEP >= bytes.length);
    }
  } catch (error) {
    if (error instanceof ArchiveRefused) throw error;
    throw new ArchiveRefused(`${shown(path)} is damaged.`);
  }
  return out.subarray(0, filled);
}
