import type { SiteResult } from './site-result.ts';

type Warning = SiteResult['warnings'][number];

/** A model may meet ground this much larger or smaller than it was trained on without a word. */
const SCALE_TOLERANCE = 0.15;
/** Source pixels this much coarser than the model's are worth a word. */
const COARSE_FACTOR = 2;

/** Everything about a result that its reader should know before trusting it, one line each. */
export function warningsOf(result: SiteResult, { tileMAssumed = false } = {}): Warning[] {
  const { settings, model, backend, imagery, tiles } = result;
  const warnings: Warning[] = [];
  const warn = (code: string, message: string) => warnings.push({ code, message });

  if (!model.trained) {
    warn(
      'untrained',
      'The head of this model is fresh: its answers mean nothing until it is trained.',
    );
  }
  for (const { name, reason } of backend.rejected) {
    warn(
      'backend',
      `${name} was not used (${reason.replace(/\.$/, '')}); ${backend.name} computed the answer.`,
    );
  }
  if (tileMAssumed) {
    warn(
      'tile-size-assumed',
      `The checkpoint does not say how much ground a tile shows; ${settings.tileM} m was taken.`,
    );
  } else if (model.tileM && Math.abs(settings.tileM / model.tileM - 1) > SCALE_TOLERANCE) {
    warn(
      'scale',
      `The model was trained on tiles of ${model.tileM} m and met tiles of ${settings.tileM} m.`,
    );
  }
  const coarsest = imagery.nativeMetresPerPixel?.max ?? 0;
  if (coarsest > COARSE_FACTOR * imagery.targetMetresPerPixel) {
    warn(
      'coarse-imagery',
      `The imagery is ${coarsest.toFixed(2)} m per pixel at its finest here; the model expects ${imagery.targetMetresPerPixel.toFixed(2)} m.`,
    );
  }
  if (imagery.synthetic) {
    warn('synthetic', 'The imagery is a synthetic demonstration scene, not a place on Earth.');
  }
  if (imagery.synthetic && tiles.every(({ missing }) => missing !== null)) {
    warn(
      'off-scene',
      'The synthetic scene has no ground at this place: choose imagery that shows it.',
    );
  }
  count(
    tiles,
    (tile) => tile.missing !== null && tile.by !== 'person',
    (n, some) =>
      warn('missing', `${some} could not be seen and ${n === 1 ? 'is' : 'are'} unknown ground.`),
  );
  count(
    tiles,
    (tile) => tile.unsure && tile.by === 'model',
    (_n, some) =>
      warn('unsure', `${some} below the confidence floor of ${settings.confidenceFloor}.`),
  );
  count(
    tiles,
    (tile) => tile.unlike && tile.by === 'model',
    (n, some) =>
      warn('unlike', `${some} ${n === 1 ? 'looks' : 'look'} unlike what the model was trained on.`),
  );
  const quarters = tiles.filter(({ id }) => id.includes('/')).length;
  if (settings.refine) {
    warn(
      'refined',
      quarters === 0
        ? 'No tile on a boundary could change a direction, so none was looked at again.'
        : `${quarters / 4} tiles on a boundary that could change a direction were looked at again in quarters of ${settings.strideM / 2} m.`,
    );
  }
  count(
    result.directions,
    ({ flips, undetermined }) => flips && !undetermined,
    (_n, _some, list) =>
      warn(
        'flips',
        `${names(list)}: the strict reading differs from the one with tolerance ${settings.tolerance}.`,
      ),
  );
  return warnings;
}

function count<T>(
  list: T[],
  test: (item: T) => boolean,
  say: (n: number, some: string, matching: T[]) => void,
): void {
  const matching = list.filter(test);
  const n = matching.length;
  if (n > 0) say(n, `${n} of ${list.length} ${list.length === 1 ? 'tile' : 'tiles'}`, matching);
}

const names = (directions: { name: string }[]): string =>
  directions.map(({ name }) => name).join(', ');
