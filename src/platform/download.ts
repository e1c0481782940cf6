import type { ReadOptions } from '../checkpoint/file-set.ts';
import { UserError } from '../site/user-error.ts';

export interface DownloadOptions extends ReadOptions {
  fetchLike?: typeof fetch;
}

/**
 * Fetches a whole file with progress.
 * @param what the file in words, for messages
 * @throws UserError where the server cannot be reached or says no
 */
export async function download(
  url: string,
  what: string,
  { signal, onProgress, fetchLike = fetch }: DownloadOptions = {},
): Promise<Uint8Array> {
  try {
    const response = await fetchLike(url, { signal });
    if (!response.ok) {
      throw new UserError(`${what} could not be had: ${hostOf(url)} answered ${response.status}.`);
    }
    const total = Number(response.headers.get('content-length') ?? 0);
    const chunks: Uint8Array[] = [];
    let loaded = 0;
    for await (const chunk of streamOf(response)) {
      chunks.push(chunk);
      // Not inside the call: without a listener its arguments are never evaluated.
      loaded += chunk.length;
      onProgress?.(loaded, Math.max(total, loaded));
    }
    return joined(chunks, loaded);
  } catch (error) {
    throw asUserError(error, url, what, signal);
  }
}

/** A network failure in words; an abort and our own errors as they are. */
export function asUserError(
  error: unknown,
  url: string,
  what: string,
  signal?: AbortSignal,
): unknown {
  if (signal?.aborted || error instanceof UserError) return signal?.aborted ? signal.reason : error;
  return new UserError(
    `${what} could not be had: ${hostOf(url)} cannot be reached (offline, blocked, or the server is down). Try again, or choose a model folder or zip instead.`,
  );
}

export const hostOf = (url: string): string => (/^https?:/.test(url) ? new URL(url).host : url);

async function* streamOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

function joined(chunks: Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
