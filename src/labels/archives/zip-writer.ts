import { Deflate } from 'fflate';
import { UserError } from '../../site/user-error.ts';
import { breather } from '../breathe.ts';
import { crc32 } from '../crc32.ts';

const UTF8_NAME = 0x0800;
/** 1 January 1980, the first date a zip can hold: the same labels give the same bytes. */
const EPOCH_DATE = 0x0021;
/** Bytes packed between two breaths. */
const PIECE = 256 * 1024;

/**
 * Writes a zip piece by piece, each entry with its sizes up front, so that it can be read from
 * either end. Pictures are stored, text is deflated. No zip64: 65,534 files, 4 GB.
 * @see APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16
 */
export class ZipWriter {
  #write: (bytes: Uint8Array) => void;
  #directory: Uint8Array[] = [];
  #offset = 0;
  #breathe = breather();

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  /** Adds one file. `path` is the caller's own: nothing a person typed belongs in it. */
  async add(path: string, content: Uint8Array | string): Promise<void> {
    await this.#breathe();
    const name = new TextEncoder().encode(path);
    const text = typeof content === 'string';
    const bytes = text ? new TextEncoder().encode(content) : content;
    const { packed, crc } = text
      ? await this.#deflated(bytes)
      : { packed: bytes, crc: crc32(bytes) };
    if (this.#directory.length >= 0xfffe || this.#offset + packed.length > 0xfff00000) {
      throw new UserError(
        'The archive would pass what a zip can hold (65,534 files, 4 GB): export parquet.',
      );
    }
    const entry = new DataView(new ArrayBuffer(26));
    entry.setUint16(0, 20, true);
    entry.setUint16(2, UTF8_NAME, true);
    entry.setUint16(4, text ? 8 : 0, true);
    entry.setUint16(8, EPOCH_DATE, true);
    entry.setUint32(10, crc, true);
    entry.setUint32(14, packed.length, true);
    entry.setUint32(18, bytes.length, true);
    entry.setUint16(22, name.length, true);
    const shared = new Uint8Array(entry.buffer);

    const local = joined([u32(0x04034b50), shared, name]);
    const central = joined([
      u32(0x02014b50),
      Uint8Array.of(20, 0),
      shared,
      new Uint8Array(10),
      u32(this.#offset),
      name,
    ]);
    this.#directory.push(central);
    this.#emit(local);
    this.#emit(packed);
  }

  /** Piece by piece: a table of thousands of labels would hold the page up. */
  async #deflated(bytes: Uint8Array): Promise<{ packed: Uint8Array; crc: number }> {
    const parts: Uint8Array[] = [];
    const deflate = new Deflate({ level: 6 }, (part) => parts.push(part));
    let crc = 0;
    let at = 0;
    do {
      await this.#breathe();
      const piece = bytes.slice(at, at + PIECE);
      at += PIECE;
      crc = crc32(piece, crc);
      deflate.push(piece, at >= bytes.length);
    } while (at < bytes.length);
    return { packed: joined(parts), crc };
  }

  /** Writes the directory. Nothing may be added afterwards. */
  finish(): void {
    const start = this.#offset;
    for (const central of this.#directory) this.#emit(central);
    const end = new DataView(new ArrayBuffer(22));
    end.setUint32(0, 0x06054b50, true);
    end.setUint16(8, this.#directory.length, true);
    end.setUint16(10, this.#directory.length, true);
    end.setUint32(12, this.#offset - start, true);
    end.setUint32(16, start, true);
    this.#emit(new Uint8Array(end.buffer));
  }

  #emit(bytes: Uint8Array): void {
    this.#offset += bytes.length;
    this.#write(bytes);
  }
}

function u32(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value, true);
  return new Uint8Array(view.buffer);
}

function joined(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
