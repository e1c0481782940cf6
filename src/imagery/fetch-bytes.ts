import pRetry from 'p-retry';
import { abortable, abortError, isAbortError, sleep, throwIfAborted } from '../site/abort.ts';
import { FetchFailure } from './fetch-failure.ts';
import type { FetchLike, ImageRequest } from './image-source.ts';
import { hostOf } from './public-url.ts';
import type { Download } from './picture-check.ts';

export interface FetchBytesOptions {
  fetch: FetchLike;
  signal?: AbortSignal;
  /** Attempts after the first. */
  retries?: number;
  /** Longest wait for one attempt's last byte [ms]. */
  timeoutMs?: number;
  /** Wait before the first retry [ms]; doubles each time, stretched at random up to twofold. */
  backOffMs?: number;
}

/** Answers that mean "there is no picture here": not worth asking again. */
const ABSENT = new Set([204, 404, 410]);
/** A picture of a tile is under 1 MB; this is a guard against endless answers. */
const MOST_BYTES = 32 * 2 ** 20;
/** A server that asks for a longer pause is taken as refusing [ms]. */
const LONGEST_PAUSE_MS = 30_000;

/**
 * Fetches one picture's bytes. Tries again with growing, jittered pauses after 429, 5xx, time-outs
 * and broken connections, heeding Retry-After; never after another 4xx.
 * @returns null where the server has no picture (204, 404, 410)
 * @throws FetchFailure when it gives up, AbortError when the signal fires
 */
export async function fetchBytes(
  request: Pick<ImageRequest, 'url' | 'publicUrl'>,
  options: FetchBytesOptions,
): Promise<Download | null> {
  const { signal, retries = 3, backOffMs = 400 } = options;
  throwIfAborted(signal);
  try {
    return await pRetry(() => attempt(request.url, options), {
      retries,
      minTimeout: backOffMs,
      factor: 2,
      randomize: true,
      signal,
      onFailedAttempt: async ({ error, retriesLeft }) => {
        if (!(error instanceof FetchFailure) || !error.passing || retriesLeft === 0) return;
        if (error.retryAfterMs) await sleep(error.retryAfterMs, signal);
      },
      shouldRetry: ({ error }) => error instanceof FetchFailure && error.passing,
    });
  } catch (error) {
    if (signal?.aborted) throw abortError(signal);
    throw error;
  }
}

async function attempt(url: string, options: FetchBytesOptions): Promise<Download | null> {
  const { timeoutMs = 15_000 } = options;
  const host = hostOf(url);
  const clock = new AbortController();
  const timer = setTimeout(() => clock.abort(), timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, clock.signal]) : clock.signal;
  try {
    const response = await abortable(options.fetch(url, { signal }), signal);
    if (ABSENT.has(response.status)) {
      void response.body?.cancel().catch(() => undefined);
      return null;
    }
    if (!response.ok) {
      void response.body?.cancel().catch(() => undefined);
      throw statusFailure(host, response);
    }
    return {
      bytes: await abortable(readBytes(response, host), signal),
      contentType: response.headers.get('content-type') ?? '',
    };
  } catch (error) {
    if (options.signal?.aborted) throw abortError(options.signal);
    if (clock.signal.aborted) {
      throw new FetchFailure(`${host} sends no picture within ${timeoutMs / 1000} s.`, {
        kind: 'timeout',
        passing: true,
        cause: error,
      });
    }
    if (error instanceof FetchFailure) throw error;
    throw networkFailure(host, error);
  } finally {
    clearTimeout(timer);
  }
}

async function readBytes(response: Response, host: string): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return new Uint8Array(await response.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
    if (length > MOST_BYTES) {
      void reader.cancel().catch(() => undefined);
      throw new FetchFailure(`${host} sends more than ${MOST_BYTES / 2 ** 20} MiB for one tile.`, {
        kind: 'content',
      });
    }
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function statusFailure(host: string, response: Response): FetchFailure {
  const { status, statusText } = response;
  const busy = status === 429 || status >= 500;
  const retryAfterMs = busy ? pauseAsked(response.headers.get('retry-after')) : null;
  const tooLong = retryAfterMs !== null && retryAfterMs > LONGEST_PAUSE_MS;
  const wait = tooLong ? `, asking for a pause of ${Math.round(retryAfterMs / 1000)} s` : '';
  return new FetchFailure(`${host} answers ${`${status} ${statusText}`.trim()}${wait}.`, {
    kind: 'status',
    passing: busy && !tooLong,
    retryAfterMs,
  });
}

/** Retry-After: seconds, or a date. */
function pauseAsked(header: string | null): number | null {
  if (!header) return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** Names of connection errors that Node puts into `cause.code`, in words. */
const NETWORK_WORDS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name cannot be looked up',
  ECONNRESET: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
  ETIMEDOUT: 'no connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
};
/** Not going to change within seconds. */
const LASTING = new Set(['ENOTFOUND', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT']);

function networkFailure(host: string, error: unknown): FetchFailure {
  if (isAbortError(error)) {
    return new FetchFailure(`${host} broke off.`, { kind: 'network', passing: true, cause: error });
  }
  // Messages of fetch may quote the URL with its key, so only the code is repeated.
  const code = String((error as { cause?: { code?: unknown } } | null)?.cause?.code ?? '');
  const words = NETWORK_WORDS[code] ?? (code || 'the connection failed');
  return new FetchFailure(`${host} cannot be reached (${words}).`, {
    kind: 'network',
    passing: !LASTING.has(code),
    cause: error,
  });
}
