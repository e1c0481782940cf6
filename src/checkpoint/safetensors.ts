import { UserError } from '../site/user-error.ts';
import { DTYPE_BYTES, elementCount } from './named-tensor.ts';
import type { Dtype, NamedTensor } from './named-tensor.ts';

/** The format's own limit on the header. */
const MAX_HEADER_BYTES = 100_000_000;

/** What a safetensors file says it holds. */
export interface SafetensorsFile {
  tensors: Map<string, NamedTensor>;
  /** `__metadata__`, such as `{ format: 'pt' }`. */
  metadata: Record<string, string>;
}

/**
 * Reads a safetensors file: 8 bytes of header length, a JSON header, then the tensors end to end.
 * Tensors are views of `bytes`; nothing is copied or widened.
 * @param fileName for messages
 * @throws UserError where the header is too long, not JSON, or its tensors overlap, leave gaps, run
 *   past the end, or have a size that their shape does not give
 * @see https://github.com/huggingface/safetensors#format
 */
export function readSafetensors(bytes: Uint8Array, fileName: string): SafetensorsFile {
  const damaged = (what: string) =>
    new UserError(`${fileName} is damaged: ${what}. Copy or download it again.`);
  if (bytes.length < 8) throw damaged(`it ends after ${bytes.length} bytes, before its header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    throw damaged(`its header claims ${length} bytes, the format allows ${MAX_HEADER_BYTES}`);
  }
  const start = 8 + Number(length);
  if (start > bytes.length) {
    throw damaged(`its header claims ${length} bytes, the file has ${bytes.length} in all`);
  }
  const header = parseHeader(bytes.subarray(8, start), damaged);
  const { __metadata__: metadata = {}, ...entries } = header;
  const data = bytes.subarray(start);
  const tensors = new Map<string, NamedTensor>();
  let end = 0;
  for (const [name, entry] of Object.entries(entries)
    .map(([name, entry]) => [name, checkEntry(name, entry, damaged)] as const)
    .sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin < end) throw damaged(`${name} overlaps the tensor before it`);
    if (entry.begin > end)
      throw damaged(`${entry.begin - end} bytes before ${name} belong to none`);
    if (entry.end > data.length) {
      throw damaged(`it ends ${entry.end - data.length} bytes before the end of ${name}`);
    }
    tensors.set(name, {
      shape: entry.shape,
      dtype: entry.dtype,
      data: data.subarray(entry.begin, entry.end),
    });
    end = entry.end;
  }
  if (end !== data.length)
    throw damaged(`${data.length - end} bytes at its end belong to no tensor`);
  return { tensors, metadata: metadata as Record<string, string> };
}

type Damaged = (what: string) => UserError;

function parseHeader(bytes: Uint8Array, damaged: Damaged): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged('its header is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw damaged('its header is not a list of tensors');
  }
  return header as Record<string, unknown>;
}

interface Entry {
  dtype: Dtype;
  shape: number[];
  begin: number;
  end: number;
}

function checkEntry(name: string, value: unknown, damaged: Damaged): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPE_BYTES, dtype)) {
    throw damaged(`${name} has the unknown type ${JSON.stringify(dtype)}`);
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) throw damaged(`${name} has no shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw damaged(`${name} has no offsets`);
  }
  const [begin, end] = offsets as [number, number];
  const size = elementCount(shape) * DTYPE_BYTES[dtype as Dtype];
  if (end - begin !== size) {
    throw damaged(
      `${name} has ${end - begin} bytes, its shape [${shape.join(', ')}] needs ${size}`,
    );
  }
  return { dtype: dtype as Dtype, shape, begin, end };
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

/**
 * Writes a safetensors file, tensors in the given order. Reading it back gives the same bits.
 * The header is padded with spaces to a multiple of 8, so that readers can map the tensors.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Record<string, string> = { format: 'pt' },
): Uint8Array {
  const entries: [string, unknown][] = [['__metadata__', metadata]];
  let end = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    entries.push([name, { dtype, shape, data_offsets: [end, (end += data.length)] }]);
  }
  let header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const padded = new Uint8Array(Math.ceil(header.length / 8) * 8).fill(0x20);
  padded.set(header);
  header = padded;
  const bytes = new Uint8Array(8 + header.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  let offset = 8 + header.length;
  for (const { data } of tensors.values()) {
    bytes.set(data, offset);
    offset += data.length;
  }
  return bytes;
}
