import { captureTiles } from '../imagery/capture.ts';
import type { MissingPatch, Patch } from '../imagery/patch.ts';
import type { Tile } from '../site/tile.ts';
import { UserError } from '../site/user-error.ts';
import type { AnalysePorts } from './analyse-request.ts';
import { missingTile, readTile, unreadTile } from './read-tile.ts';
import type { SiteResult, TileResult } from './site-result.ts';

/** A settled tile and the pixels behind it. */
export interface ReadTile {
  tile: TileResult;
  patch: Patch | null;
}

/** Batches that the model has at once: one that computes, and the next, already sent. */
const BATCHES_AHEAD = 2;

export interface ReadTilesOptions {
  settings: SiteResult['settings'];
  signal?: AbortSignal;
}

/**
 * Captures tiles and classifies them in batches; tiles are fetched, decoded and sent
 * while the model computes those before. Yields batches as they settle, nearest first.
 * @throws UserError if the model's answer is not a number
 */
export async function* readTiles(
  tiles: Tile[],
  { source, classifier, fetch, decoder, cache }: AnalysePorts,
  { settings, signal }: ReadTilesOptions,
): AsyncGenerator<ReadTile[]> {
  const planned = new Map(tiles.map((tile) => [tile.id, unreadTile(tile)]));
  const { model } = classifier;
  // The grid's cells are judged; the model may see more ground around each than the cell itself.
  const views = tiles.map((tile) => ({ ...tile, sizeM: settings.tileM }));
  let waiting: Patch[] = [];
  let missing: ReadTile[] = [];

  const settle = async (): Promise<ReadTile[]> => {
    const [patches, unseen] = [waiting, missing];
    waiting = [];
    missing = [];
    const answers = patches.length > 0 ? await classifier.classify(patches, { signal }) : [];
    const read = answers.map((answer, i) => {
      const patch = patches[i]!;
      if (!answer.logits.every(Number.isFinite)) {
        throw new UserError(
          `The model's answer for tile ${patch.tileId} is not a number on ${classifier.backend.name}. Choose another backend, or check the checkpoint.`,
        );
      }
      const { confidenceFloor } = settings;
      const tile = readTile(planned.get(patch.tileId)!, patch, answer, { model, confidenceFloor });
      return { tile, patch };
    });
    return [...read, ...unseen];
  };

  const stop = new AbortController();
  const captured = captureTiles(views, {
    source,
    fetch,
    decoder,
    cache,
    sizePx: model.imageSize,
    signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
  });
  type Seen = { seen: IteratorResult<Patch | MissingPatch, void> };
  const see = (): Promise<Seen> => quietly(captured.next().then((seen) => ({ seen })));
  let coming: Promise<Seen> | null = see();
  // Batches with the model, in order: while one computes, the next one's pictures come.
  const underWay: Promise<ReadTile[]>[] = [];
  try {
    while (coming || underWay.length > 0) {
      const wanted: Promise<Seen> | null = underWay.length < BATCHES_AHEAD ? coming : null;
      const settled = underWay[0]?.then((batch) => ({ batch }));
      const first: Seen | { batch: ReadTile[] } = await Promise.race(
        [settled, wanted].filter((one) => !!one),
      );
      if ('batch' in first) {
        void underWay.shift();
        yield first.batch;
        continue;
      }
      const done: boolean = first.seen.done === true;
      const seen = first.seen.value;
      coming = done ? null : see();
      if (seen && isMissing(seen)) {
        missing.push({ tile: missingTile(planned.get(seen.tileId)!, seen), patch: null });
      } else if (seen) {
        waiting.push(seen);
      }
      const rest = done && waiting.length + missing.length > 0;
      if (waiting.length >= classifier.batchSize || rest) underWay.push(quietly(settle()));
    }
  } finally {
    stop.abort();
  }
}

/** A failure is met when its turn comes, which it may not if an earlier one ends the run. */
function quietly<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

const isMissing = (seen: Patch | MissingPatch): seen is MissingPatch => 'missing' in seen;
