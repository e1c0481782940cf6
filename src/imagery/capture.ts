import { abortError, throwIfAborted } from '../site/abort.ts';
import { sha256Hex } from '../site/sha256.ts';
import type { Tile } from '../site/tile.ts';
import { acquisitionDates } from './acquisition.ts';
import { composeSquare } from './compose.ts';
import type { PlacedPicture } from './compose.ts';
import { FetchFailure, sourceFailed } from './fetch-failure.ts';
import { planFetch } from './fetch-plan.ts';
import type {
  FetchLike,
  ImageDecoder,
  ImageRequest,
  ImagerySource,
  TilePlan,
} from './image-source.ts';
import type { MissingPatch, Patch } from './patch.ts';
import { PictureStore } from './picture-store.ts';
import type { TileCache } from './tile-cache.ts';

/** How far a capture has come. */
export interface CaptureProgress {
  /** Tiles yielded, seen or missing. */
  done: number;
  total: number;
  /** Tiles given up (not counting absent and transparent ones). */
  failed: number;
  /** Fetched over the network so far [bytes]. */
  bytes: number;
  /** Pictures that came from the on-device cache. */
  cached: number;
}

/** Where the pictures of tiles come from. */
export interface CaptureOptions {
  source: ImagerySource;
  fetch: FetchLike;
  decoder: ImageDecoder;
  /** Side of a patch [px]. */
  sizePx: number;
  cache?: TileCache | null;
  signal?: AbortSignal;
  onProgress?: (progress: CaptureProgress) => void;
  /** Requests under way at once. */
  concurrency?: number;
  /** Attempts after the first. */
  retries?: number;
  /** Longest wait for one attempt [ms]. */
  timeoutMs?: number;
  /** Wait before the first retry [ms]. */
  backOffMs?: number;
  /** Decoded pictures kept for the next tile that needs them [bytes]. */
  decodedBytes?: number;
}

/**
 * Least share of a tile that must be seen. A tile of which half is blank would be judged by the
 * blank, so it stays unknown; above that, the blank mirrors the rest.
 */
export const MIN_COVERAGE = 0.5;
/** Tiles made ahead of the one the caller waits for; bounds memory when the model is the slower. */
const LOOK_AHEAD = 32;

/** True for a tile that could be seen. */
export const isPatch = (result: Patch | MissingPatch): result is Patch => 'rgb' in result;

/**
 * Captures tiles: plans the pictures, fetches each once, and resamples every tile to the model's
 * pixels. Yields one result per tile in the tiles' own order (nearest first, from `planTiles`), each
 * as soon as it and those before it are ready; later tiles are fetched meanwhile. The order never
 * depends on the network, so the same tiles always meet the model in the same batches.
 * @throws UserError if nothing can be had from the source, saying why; AbortError
 */
export async function* captureTiles(
  tiles: readonly Tile[],
  options: CaptureOptions,
): AsyncGenerator<Patch | MissingPatch, void, undefined> {
  throwIfAborted(options.signal);
  const { source, sizePx, onProgress } = options;
  const plan = planFetch(source, tiles, sizePx);
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const store = new PictureStore({ ...options, signal, uses: plan.uses });
  const acquisition = acquisitionDates(source, options.fetch, signal);
  const failures: FetchFailure[] = [];
  const hopeless = (failure: FetchFailure): boolean => {
    failures.push(failure);
    return isHopeless(failures, store, Math.min(plan.requests.length, options.concurrency ?? 6));
  };
  const one = (index: number): Promise<Patch | MissingPatch> =>
    captureOne(tiles[index]!, plan.tiles[index]!, { source, sizePx, store, acquisition, hopeless });

  const begun: Promise<Patch | MissingPatch>[] = [];
  let failed = 0;
  try {
    for (let index = 0; index < tiles.length; index++) {
      while (begun.length < tiles.length && begun.length <= index + LOOK_AHEAD) {
        const job = one(begun.length);
        // Its failure is met when its turn comes, which it may not if an earlier one ends the run.
        job.catch(() => undefined);
        begun.push(job);
      }
      const result = await begun[index]!;
      begun[index] = undefined as never; // let go of the pixels
      if (!isPatch(result) && result.missing === 'failed') failed++;
      const { bytes, cached } = store.stats;
      onProgress?.({ done: index + 1, total: tiles.length, failed, bytes, cached });
      yield result;
      throwIfAborted(options.signal);
    }
    if (failed > 0 && failed === tiles.length) throw sourceFailed(source.name, failures[0]!);
  } catch (error) {
    if (options.signal?.aborted) throw abortError(options.signal);
    throw error;
  } finally {
    stop.abort();
  }
}

interface TileJob {
  source: ImagerySource;
  sizePx: number;
  store: PictureStore;
  acquisition: ReturnType<typeof acquisitionDates>;
  hopeless: (failure: FetchFailure) => boolean;
}

async function captureOne(
  tile: Tile,
  plan: TilePlan,
  { source, sizePx, store, acquisition, hopeless }: TileJob,
): Promise<Patch | MissingPatch> {
  const missing = (why: MissingPatch['missing'], detail: string): MissingPatch => ({
    tileId: tile.id,
    missing: why,
    detail,
  });
  try {
    // Nobody needs the date of a tile that cannot be seen, but waiting first would take longer.
    const dated = acquisition(tile.centre);
    dated.catch(() => undefined);
    const pictures = await loadPictures(plan.requests, store);
    if (pictures.length === 0) return missing('absent', absentDetail(source, plan));
    const { rgb, coverage } = composeSquare(pictures, plan.bounds, sizePx);
    if (coverage < MIN_COVERAGE) {
      const share = Math.round(coverage * 100);
      return missing('transparent', `${source.name} shows ${share} % of this tile.`);
    }
    const { acquired, nativeMetresPerPixel } = await dated;
    return {
      tileId: tile.id,
      width: sizePx,
      height: sizePx,
      rgb,
      metresPerPixel: tile.sizeM / sizePx,
      coverage,
      provenance: {
        sourceId: source.id,
        sourceName: source.name,
        attribution: source.attribution,
        urls: plan.requests.map((request) => request.publicUrl),
        acquired,
        nativeMetresPerPixel: plan.nativeMetresPerPixel ?? nativeMetresPerPixel,
        sha256: await sha256Hex(rgb),
        exportAllowed: source.terms.exportAllowed,
        synthetic: source.synthetic,
      },
    };
  } catch (error) {
    if (!(error instanceof FetchFailure)) throw error;
    if (hopeless(error)) throw sourceFailed(source.name, error);
    return missing('failed', error.message);
  } finally {
    for (const { key } of plan.requests) store.release(key);
  }
}

/** All pictures of a tile; waits for every one, so that none is let go while it is still read. */
async function loadPictures(
  requests: readonly ImageRequest[],
  store: PictureStore,
): Promise<PlacedPicture[]> {
  const loaded = await Promise.allSettled(
    requests.map(async (request) => ({ bounds: request.bounds, image: await store.get(request) })),
  );
  const pictures: PlacedPicture[] = [];
  for (const result of loaded) {
    if (result.status === 'rejected') throw result.reason;
    const { bounds, image } = result.value;
    if (image) pictures.push({ bounds, image });
  }
  return pictures;
}

function absentDetail(source: ImagerySource, plan: TilePlan): string {
  if (plan.requests.length === 0) return `${source.name} ends before this latitude.`;
  return `${source.name} has no picture here (${plan.requests[0]!.publicUrl}).`;
}

/**
 * Going on is pointless when nothing was ever answered and as many pictures as are asked for at
 * once have all failed for the same kind of reason.
 */
function isHopeless(failures: FetchFailure[], store: PictureStore, enough: number): boolean {
  const { answered, failed } = store.stats;
  return (
    answered === 0 && failed >= enough && failures.every(({ kind }) => kind === failures[0]!.kind)
  );
}
