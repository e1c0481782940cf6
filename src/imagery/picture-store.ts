import pLimit from 'p-limit';
import { abortError, isAbortError, throwIfAborted } from '../site/abort.ts';
import { UserError } from '../site/user-error.ts';
import { FetchFailure } from './fetch-failure.ts';
import { fetchBytes } from './fetch-bytes.ts';
import type { FetchBytesOptions } from './fetch-bytes.ts';
import type { ImageDecoder, ImageRequest, ImagerySource, RgbaImage } from './image-source.ts';
import { checkPicture } from './picture-check.ts';
import { hostOf, withoutSecrets } from './public-url.ts';
import type { TileCache } from './tile-cache.ts';

export interface PictureStoreOptions extends FetchBytesOptions {
  source: ImagerySource;
  decoder: ImageDecoder;
  cache?: TileCache | null;
  /** Requests under way at once. */
  concurrency?: number;
  /** Decoded pictures kept for the next tile that needs them [bytes]. */
  decodedBytes?: number;
  /** How many tiles use a picture; after the last use it is let go. */
  uses: ReadonlyMap<string, number>;
}

export interface PictureStats {
  /** Fetched over the network [bytes]. */
  bytes: number;
  /** Pictures that came from the on-device cache. */
  cached: number;
  /** Pictures had, or known to be absent. */
  answered: number;
  /** Pictures given up. */
  failed: number;
}

const DECODED_BYTES = 96 * 2 ** 20;
const DECODES_AT_ONCE = 4;

/**
 * Pictures of one capture. Each is fetched once: its compressed bytes stay until its last tile is
 * made. Its pixels are kept while they are recent, within a budget; if they are dropped too early
 * they are decoded again, not fetched again.
 */
export class PictureStore {
  readonly stats: PictureStats = { bytes: 0, cached: 0, answered: 0, failed: 0 };
  private readonly options: PictureStoreOptions;
  private readonly usesLeft: Map<string, number>;
  private readonly fetched = new Map<string, Promise<Uint8Array | null>>();
  /** In order of last use, the oldest first. */
  private readonly decoded = new Map<string, { picture: Promise<RgbaImage>; bytes: number }>();
  private decodedBytes = 0;
  private readonly fetchTurn: ReturnType<typeof pLimit>;
  private readonly decodeTurn = pLimit(DECODES_AT_ONCE);

  constructor(options: PictureStoreOptions) {
    this.options = options;
    this.usesLeft = new Map(options.uses);
    this.fetchTurn = pLimit(options.concurrency ?? 6);
  }

  /**
   * Pixels of a picture; null where the source has none.
   * @throws FetchFailure when the source gives none, AbortError
   */
  async get(request: ImageRequest): Promise<RgbaImage | null> {
    throwIfAborted(this.options.signal);
    const kept = this.decoded.get(request.key);
    if (kept) {
      this.decoded.delete(request.key);
      this.decoded.set(request.key, kept);
      return kept.picture;
    }
    const bytes = this.options.source.paint ? null : await this.bytesOf(request);
    if (!this.options.source.paint && !bytes) return null;
    // Another tile may have begun to decode it while these bytes came in.
    const begun = this.decoded.get(request.key);
    if (begun) return begun.picture;
    const picture = bytes ? this.decode(request, bytes) : this.paint(request);
    this.keep(request.key, picture);
    return picture;
  }

  /** Tells that one tile is done with a picture. */
  release(key: string): void {
    const left = (this.usesLeft.get(key) ?? 1) - 1;
    this.usesLeft.set(key, left);
    if (left > 0) return;
    this.fetched.delete(key);
    this.drop(key);
  }

  private bytesOf(request: ImageRequest): Promise<Uint8Array | null> {
    const begun = this.fetched.get(request.key);
    if (begun) return begun;
    const bytes = this.fetchTurn(() => this.load(request)).then(
      (loaded) => {
        this.stats.answered++;
        return loaded;
      },
      (error: unknown) => {
        if (!isAbortError(error)) this.stats.failed++;
        throw error;
      },
    );
    this.fetched.set(request.key, bytes);
    return bytes;
  }

  private async load(request: ImageRequest): Promise<Uint8Array | null> {
    const { cache, signal } = this.options;
    throwIfAborted(signal);
    const kept = await cache?.get(request.key);
    if (kept && isSound(kept, request.url)) {
      this.stats.cached++;
      return kept;
    }
    const download = await fetchBytes(request, this.options);
    if (!download) return null;
    this.stats.bytes += download.bytes.length;
    checkPicture(download, request.url);
    await cache?.put(request.key, download.bytes);
    return download.bytes;
  }

  private decode(request: ImageRequest, bytes: Uint8Array): Promise<RgbaImage> {
    const { decoder, signal } = this.options;
    return this.decodeTurn(async () => {
      throwIfAborted(signal);
      try {
        return await decoder.decode(bytes, { signal });
      } catch (error) {
        if (signal?.aborted) throw abortError(signal);
        if (!(error instanceof UserError)) throw error;
        const message = withoutSecrets(error.message, request.url);
        throw new FetchFailure(`${hostOf(request.url)} sends a damaged picture: ${message}`, {
          kind: 'content',
          cause: error,
        });
      }
    });
  }

  private paint(request: ImageRequest): Promise<RgbaImage> {
    const { source, signal } = this.options;
    return this.fetchTurn(async () => {
      throwIfAborted(signal);
      const picture = await source.paint!(request, signal);
      this.stats.answered++;
      return picture;
    });
  }

  private keep(key: string, picture: Promise<RgbaImage>): void {
    const entry = { picture, bytes: 0 };
    this.decoded.set(key, entry);
    picture.then(
      ({ rgba }) => {
        if (this.decoded.get(key) !== entry) return;
        entry.bytes = rgba.byteLength;
        this.decodedBytes += entry.bytes;
        this.trim();
      },
      () => this.drop(key),
    );
  }

  private trim(): void {
    const budget = this.options.decodedBytes ?? DECODED_BYTES;
    for (const key of this.decoded.keys()) {
      if (this.decodedBytes <= budget || this.decoded.size <= 1) return;
      this.drop(key);
    }
  }

  private drop(key: string): void {
    this.decodedBytes -= this.decoded.get(key)?.bytes ?? 0;
    this.decoded.delete(key);
  }
}

/** A cache may hold what an older version, or a full disk, left behind. */
function isSound(bytes: Uint8Array, url: string): boolean {
  try {
    checkPicture({ bytes, contentType: '' }, url);
    return true;
  } catch {
    return false;
  }
}
