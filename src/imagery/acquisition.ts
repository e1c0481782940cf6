import { abortable, throwIfAborted } from '../site/abort.ts';
import { lngLatToMercator, mercatorToLngLat } from '../site/mercator.ts';
import type { LngLat } from '../site/lng-lat.ts';
import type { FetchLike, ImagerySource } from './image-source.ts';

export interface Acquisition {
  acquired: string | null;
  nativeMetresPerPixel: number | null;
}

/** Flights cover tens of kilometres, so a date is asked once a square of this side [Mercator m]. */
const CELL_M = 1000;
/** After so many unanswered questions the service is left in peace. */
const MOST_FAILURES = 2;
const TIMEOUT_MS = 8_000;
const UNKNOWN: Acquisition = { acquired: null, nativeMetresPerPixel: null };

/**
 * Asks a source when the ground at a place was photographed: once per square kilometre, and no
 * more once the service has failed twice. A date that cannot be had is null, never a failure.
 */
export function acquisitionDates(
  source: ImagerySource,
  fetchLike: FetchLike,
  signal?: AbortSignal,
): (place: LngLat) => Promise<Acquisition> {
  const asked = new Map<string, Promise<Acquisition>>();
  let failures = 0;

  const ask = async (place: LngLat): Promise<Acquisition> => {
    const clock = new AbortController();
    const timer = setTimeout(() => clock.abort(), TIMEOUT_MS);
    const either = signal ? AbortSignal.any([signal, clock.signal]) : clock.signal;
    try {
      return await abortable(source.acquiredAt!(place, fetchLike, either), either);
    } catch {
      throwIfAborted(signal);
      failures++;
      return UNKNOWN;
    } finally {
      clearTimeout(timer);
    }
  };

  return async (place) => {
    if (!source.acquiredAt || failures >= MOST_FAILURES) return UNKNOWN;
    const { x, y } = lngLatToMercator(place);
    const [column, row] = [Math.floor(x / CELL_M), Math.floor(y / CELL_M)];
    const cell = `${column} ${row}`;
    // The middle of the square, whichever tile asks first: the same answer in every run.
    const middle = mercatorToLngLat({ x: (column + 0.5) * CELL_M, y: (row + 0.5) * CELL_M });
    const answer = asked.get(cell) ?? ask(middle);
    asked.set(cell, answer);
    return answer;
  };
}
