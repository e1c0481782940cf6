import { describe, expect, it } from 'vitest';
import { calibrate, DEFAULT_FLOOR } from '../../../src/training/calibrate.ts';
import { randomStream } from '../../../src/training/random.ts';

/** Logits of `n` pictures, and truths drawn with the very chances that the logits, divided by `t`, tell. */
function drawn(n: number, t: number): { logits: Float32Array; targets: number[] } {
  const random = randomStream(5);
  const logits = new Float32Array(3 * n);
  const targets = Array.from({ length: n }, (_, i) => {
    const row = [0, 1, 2].map(() => 4 * t * (random() - 0.5));
    logits.set(row, 3 * i);
    const weights = row.map((value) => Math.exp(value / t));
    let left = random() * (weights[0]! + weights[1]! + weights[2]!);
    return weights.findIndex((weight) => (left -= weight) < 0);
  });
  return { logits, targets };
}

describe('calibrate', () => {
  it.each([0.5, 1, 3])('finds the temperature %d that the truths were drawn with', (t) => {
    const { logits, targets } = drawn(4000, t);
    expect(calibrate(logits, targets).temperature / t).toBeCloseTo(1, 1);
  });

  it('lets a dozen pictures move the temperature little', () => {
    // Right each time and sure: without a prior the best temperature is the smallest there is.
    const logits = new Float32Array(Array.from({ length: 12 }, () => [2, 0, 0]).flat());
    const { temperature } = calibrate(logits, new Array<number>(12).fill(0));
    expect(temperature).toBeGreaterThan(0.5);
    expect(temperature).toBeLessThan(1);
  });

  it('weighs the prior against the pictures', () => {
    // Ten sure answers, five of them wrong: 5 ln(1 + e^(−4/t)) + 5 ln(1 + e^(4/t)) + (ln t / 0.5)² / 2
    // is least at t = 2.865 (tabulated in steps of 0.001).
    const logits = new Float32Array(Array.from({ length: 10 }, () => [4, 0]).flat());
    const { temperature } = calibrate(logits, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    expect(temperature).toBeCloseTo(2.865, 2);
  });

  describe('the floor', () => {
    /** Of each group as many are right as its confidence says, so that the temperature is 1. */
    const floorOf = (...groups: number[]) => {
      const targets: number[] = [];
      const rows = groups.flatMap((confidence) =>
        Array.from({ length: 200 }, (_, i) => {
          targets.push(i < 200 * confidence ? 0 : 1 + (i % 2));
          return [confidence, (1 - confidence) / 2, (1 - confidence) / 2].map(Math.log);
        }),
      );
      const { temperature, confidenceFloor } = calibrate(new Float32Array(rows.flat()), targets);
      expect(temperature).toBeCloseTo(1, 1);
      return confidenceFloor;
    };

    it('lies where answers begin to be right three times of four', () => {
      const floor = floorOf(0.45, 0.55, 0.65, 0.77);
      expect(floor).toBeGreaterThan(0.65);
      expect(floor).toBeLessThanOrEqual(0.69);
    });

    it('is the usual one where none in reach is', () => {
      expect(floorOf(0.45, 0.55)).toBe(DEFAULT_FLOOR);
    });
  });

  it('keeps the floor that it is given where nothing tells', () => {
    expect(calibrate(new Float32Array(), [], 0.6)).toEqual({
      temperature: 1,
      confidenceFloor: 0.6,
    });
  });
});
