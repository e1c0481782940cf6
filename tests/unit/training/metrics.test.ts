import { expect, it } from 'vitest';
import { metricsOf, scoreOf } from '../../../src/training/metrics.ts';
import { predictionsOf } from '../../../src/training/class-targets.ts';

it('counts rows by truth and tells unsafe from costly', () => {
  const metrics = metricsOf(
    ['B', 'B', 'B', 'C', 'C', 'D', 'D', 'D'],
    ['B', 'C', 'D', 'B', 'C', 'B', 'C', 'D'],
  );
  expect(metrics).toEqual({
    n: 8,
    accuracy: 3 / 8,
    labels: ['B', 'C', 'D'],
    recall: [1 / 3, 1 / 2, 1 / 3],
    confusion: [
      [1, 1, 1],
      [1, 1, 0],
      [1, 1, 1],
    ],
    unsafe: 2,
    costly: 2,
  });
});

it('has no recall for a category without truth, and scores without it', () => {
  const metrics = metricsOf(['B', 'C'], ['B', 'B']);
  expect(metrics.recall).toEqual([1, 0, null]);
  expect(scoreOf('recall', metrics, 1)).toBe(0.5);
  expect(scoreOf('accuracy', metrics, 1)).toBe(0.5);
  expect(scoreOf('loss', metrics, 0.25)).toBe(-0.25);
});

it('an answer that is none of the three is wrong, in no column', () => {
  const metrics = metricsOf(['B', 'C'], [null, 'C']);
  expect(metrics.accuracy).toBe(0.5);
  expect(metrics.confusion.flat().reduce((a, b) => a + b)).toBe(1);
});

it('reads predictions by the model’s own class order', () => {
  // Softmax of (0, ln 3) is (1/4, 3/4).
  const labels = ['RoughnessD', 'RoughnessB', 'RoughnessC'];
  const logits = Float32Array.from([0, Math.log(3), -100, 5, 5, 5 + Math.log(2)]);
  const [first, second] = predictionsOf(
    [
      { id: 'a', label: 'B' },
      { id: 'b', label: 'D' },
    ],
    logits,
    labels,
  );
  expect(first).toMatchObject({ id: 'a', truth: 'B', predicted: 'B' });
  expect(first!.probability).toBeCloseTo(0.75, 5);
  expect(first!.loss).toBeCloseTo(-Math.log(0.75), 5);
  expect(second).toMatchObject({ truth: 'D', predicted: 'C' });
  expect(second!.loss).toBeCloseTo(-Math.log(0.25), 5);
});
