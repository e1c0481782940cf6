import { softmax } from '../vit/softmax.ts';

/** Where a checkpoint does not say how sure is sure enough. */
export const DEFAULT_FLOOR = 0.55;

/** Pictures that a band of confidence must hold before its share of right answers counts. */
const BAND_COUNT = 10;
/** Share of right answers just above the floor. */
const RIGHT_ENOUGH = 0.75;
/** Spread of ln(temperature) that is taken for likely before any picture is seen. */
const PRIOR = 0.5;

export interface Calibration {
  temperature: number;
  confidenceFloor: number;
}

/**
 * What turns a fine-tuned model's logits into confidence that can be believed: a run that learned
 * its pictures by heart is surer than it is right.
 * @param logits [pictures, classes], row after row, of pictures that were not trained on
 * @param targets the true class of each picture
 * @param floor what holds where too few pictures tell
 * @returns the likeliest temperature, 0.2 to 5, with a log-normal prior around 1, so that a dozen
 *   pictures move it little (Guo et al. 2017, On Calibration of Modern Neural Networks); and the
 *   lowest floor, 0.4 to 0.7, above which (a band of 0.1) three of four answers are right
 */
export function calibrate(
  logits: Float32Array,
  targets: readonly number[],
  floor: number = DEFAULT_FLOOR,
): Calibration {
  const n = targets.length;
  if (n === 0) return { temperature: 1, confidenceFloor: floor };
  const classes = logits.length / n;
  const rows = targets.map((_, i) => [...logits.subarray(i * classes, (i + 1) * classes)]);
  const cost = (logT: number): number => {
    const temperature = Math.exp(logT);
    const likelihood = rows.reduce(
      (sum, row, i) => sum - Math.log(Math.max(softmax(row, temperature)[targets[i]!]!, 1e-12)),
      0,
    );
    return likelihood + (logT / PRIOR) ** 2 / 2;
  };
  const temperature = round(Math.exp(leastOf(cost, Math.log(0.2), Math.log(5))), 4);
  return { temperature, confidenceFloor: chooseFloor(rows, targets, temperature, floor) };
}

function chooseFloor(
  rows: readonly number[][],
  targets: readonly number[],
  temperature: number,
  otherwise: number,
): number {
  const answers = rows.map((row, i) => {
    const confidence = Math.max(...softmax(row, temperature));
    return { confidence, right: row.indexOf(Math.max(...row)) === targets[i] };
  });
  for (let hundredths = 40; hundredths < 70; hundredths++) {
    const floor = hundredths / 100;
    const band = answers.filter(
      ({ confidence }) => confidence >= floor && confidence < floor + 0.1,
    );
    const right = band.filter((answer) => answer.right).length;
    if (band.length >= BAND_COUNT && right >= RIGHT_ENOUGH * band.length) return floor;
  }
  return otherwise;
}

/** Golden-section search for the least value of a function with one valley. */
function leastOf(cost: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  // 24 rounds leave 3e-5 of the range that the temperature is looked for in.
  for (let round = 0; round < 24; round++) {
    const a = high - ratio * (high - low);
    const b = low + ratio * (high - low);
    if (cost(a) < cost(b)) high = b;
    else low = a;
  }
  return (low + high) / 2;
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
