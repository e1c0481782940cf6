import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RedrawPace } from '../../../src/maplibre/redraw-pace.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => vi.useRealTimers());

/** Draws for `tookMs` whenever something is asked for, which is every 50 ms. */
function drawFor(tookMs: number, untilMs: number): number[] {
  const began: number[] = [];
  const start = performance.now();
  const pace = new RedrawPace(() => {
    began.push(performance.now() - start);
    pace.begin();
    if (tookMs < Infinity) setTimeout(() => pace.done(), tookMs);
  });
  for (let at = 0; at < untilMs; at += 50) {
    pace.ask();
    vi.advanceTimersByTime(50);
  }
  return began;
}

test.each([
  ['quick', 20, 200],
  ['slow', 400, 1200],
  ['very slow', 1500, 2000],
  ['never done', Infinity, 2000],
])('drawing that is %s', (_, tookMs, everyMs) => {
  const began = drawFor(tookMs, 8000);
  expect(began[0]).toBe(0);
  expect(began[1]).toBe(everyMs);
  expect(began).toHaveLength(Math.floor(8000 / everyMs) + 1);
});

test('nothing is drawn once cancelled', () => {
  const redraw = vi.fn();
  const pace = new RedrawPace(redraw);
  pace.ask();
  pace.cancel();
  vi.advanceTimersByTime(10_000);
  expect(redraw).not.toHaveBeenCalled();
});
