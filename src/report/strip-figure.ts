import { METRES_PER_FOOT } from '../site/height.ts';
import type { DirectionResult } from '../exposure/verdict.ts';
import type { ExposureDistances } from '../exposure/distances.ts';
import { groundShapes, rectangle } from './figure.ts';
import type { Figure, Shape } from './figure.ts';
import { percent, wholeFeet } from './lengths.ts';

export interface StripInput {
  direction: DirectionResult;
  distancesFt: ExposureDistances;
  width: number;
}

const TOP = 14;
const BAR = 20;
/** Labels closer than this would run into each other [pt]. */
const LABEL_ROOM = 46;

/** The fetch of one direction, from the site on the left outward, with the distances that decide. */
export function stripFigure({ direction, distancesFt, width }: StripInput): Figure {
  const { segments } = direction;
  const lookOutM = distancesFt.lookOut * METRES_PER_FOOT;
  const x = (metres: number): number => (Math.min(metres, lookOutM) / lookOutM) * (width - 30);
  const shapes: Shape[] = [];
  const words: Shape[] = [];
  for (const { roughness, fromM, toM, share } of segments) {
    const [left, right] = [x(fromM), x(toM)];
    if (right - left < 0.1) continue;
    shapes.push(...groundShapes(rectangle(left, TOP, right - left, BAR), roughness));
    const full = `${roughness ?? '?'} ${percent(share)}`;
    const text = right - left > 34 ? full : right - left > 10 ? (roughness ?? '?') : '';
    const at = [(left + right) / 2, TOP + BAR / 2 + 3] as const;
    if (text)
      words.push({ kind: 'text', at, text, size: 8, bold: true, anchor: 'middle', boxed: true });
  }
  let free = -Infinity;
  const ends = segments.map(({ toM }) => toM);
  ends.forEach((toM, i) => {
    const at = x(toM);
    // The end of the look-out always has its label; others give way to it and to each other.
    const last = i === ends.length - 1;
    if (!last && (at < free || at > x(lookOutM) - LABEL_ROOM)) return;
    shapes.push({
      kind: 'text',
      at: [at, TOP + BAR + 9],
      text: `${wholeFeet(toM)} ft (${Math.round(toM)} m)`,
      size: 6.5,
      anchor: at < 30 ? 'start' : 'middle',
    });
    free = at + 2 * LABEL_ROOM;
  });
  const marks: [number, string][] = [
    [distancesFt.trans, `trans. ${distancesFt.trans} ft`],
    [distancesFt.reqB, `B ${distancesFt.reqB} ft`],
    [distancesFt.reqD, `D ${distancesFt.reqD} ft`],
  ];
  const rowAt = new Map<number, string>();
  for (const [feet, text] of marks) {
    const known = rowAt.get(feet);
    rowAt.set(feet, known ? `${known}, ${text}` : text);
  }
  for (const [feet, text] of rowAt) {
    const at = x(feet * METRES_PER_FOOT);
    shapes.push(
      {
        kind: 'polyline',
        points: [
          [at, TOP - 3],
          [at, TOP + BAR + 2],
        ],
        stroke: '#000000',
        width: 0.8,
        dash: [2, 1.5],
      },
      { kind: 'text', at: [at, TOP - 5], text, size: 6.5, anchor: 'middle' },
    );
  }
  shapes.push(...words);
  const told = segments.map(
    ({ roughness, toM }) => `${roughness ?? 'unknown'} to ${wholeFeet(toM)} ft`,
  );
  return {
    width,
    height: TOP + BAR + 12,
    label: `Fetch from ${direction.name}: ${told.join(', ')}.`,
    shapes,
  };
}
