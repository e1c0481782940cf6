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

export interface ReadTilesOptions {
  settings: SiteResult['settings'];
  signal?: AbortSignal;
}

/**
 * Captures tiles and classifies them in batches; fetching goes on while the model computes.
 * Yields batches as they settle, nearest first.
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
    const answers = waiting.length > 0 ? await classifier.classify(waiting, { signal }) : [];
    const read = answers.map((answer, i) => {
      const patch = waiting[i]!;
      if (!answer.logits.every(Number.isFinite)) {
        throw new UserError(
          `The model's answer for tile ${patch.tileId} is not a number on ${classifier.backend.name}. Choose another backend, or check the checkpoint.`,
        );
      }
      const { confidenceFloor } = settings;
      const tile = readTile(planned.get(patch.tileId)!, patch, answer, { model, confidenceFloor });
      return { tile, patch };
    });
    const batch = [...read, ...missing];
    waiting = [];
    missing = [];
    return batch;
  };

  const captured = captureTiles(views, {
    source,
    fetch,
    decoder,
    cache,
    sizePx: model.imageSize,
    signal,
  });
  for await (const seen of captured) {
    if (isMissing(seen)) {
      missing.push({ tile: missingTile(planned.get(seen.tileId)!, seen), patch: null });
    } else {
      waiting.push(seen);
    }
    if (waiting.length >= classifier.batchSize) yield await settle();
  }
  if (waiting.length + missing.length > 0) yield await settle();
}

const isMissing = (seen: Patch | MissingPatch): seen is MissingPatch => 'missing' in seen;
