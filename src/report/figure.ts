import type { Roughness } from '../roughness/category.ts';

export type Point = readonly [x: number, y: number];

/** One mark of a drawing. Lengths are points (1/72 inch), y runs down. */
export type Shape =
  | {
      kind: 'polygon' | 'polyline';
      points: readonly Point[];
      fill?: string;
      stroke?: string;
      width?: number;
      dash?: readonly number[];
      opacity?: number;
    }
  | { kind: 'lines'; lines: readonly (readonly [Point, Point])[]; stroke: string; width: number }
  | {
      kind: 'text';
      at: Point;
      text: string;
      size: number;
      anchor?: 'start' | 'middle' | 'end';
      bold?: boolean;
      colour?: string;
      /** White ground behind the words. */
      boxed?: boolean;
    }
  /** The picture that goes with the figure. */
  | { kind: 'picture'; at: Point; width: number; height: number };

/** A drawing that page, HTML and PDF render alike. */
export interface Figure {
  width: number;
  height: number;
  /** What it shows, for those who do not see it. */
  label: string;
  shapes: Shape[];
}

/** Light tints under a dark hatch: they part in grey as well as in colour. */
const TINT: Readonly<Record<Roughness | 'unknown', string>> = {
  B: '#bfdccf',
  C: '#fbeabf',
  D: '#d3dcf3',
  unknown: '#ffffff',
};

/** Rough ground is hatched densely, open ground sparsely, smooth ground like waves at rest. */
const HATCH: Readonly<Record<Roughness | 'unknown', readonly { angleDeg: number; gap: number }[]>> =
  {
    B: [{ angleDeg: 45, gap: 3 }],
    C: [{ angleDeg: 135, gap: 8 }],
    D: [{ angleDeg: 0, gap: 4 }],
    unknown: [
      { angleDeg: 45, gap: 5 },
      { angleDeg: 135, gap: 5 },
    ],
  };

/** A polygon of ground: tint, hatch and outline. */
export function groundShapes(points: readonly Point[], roughness: Roughness | null): Shape[] {
  const kind = roughness ?? 'unknown';
  return [
    { kind: 'polygon', points, fill: TINT[kind] },
    ...HATCH[kind].map((hatch): Shape => ({
      kind: 'lines',
      lines: hatchLines(points, hatch),
      stroke: kind === 'unknown' ? '#999999' : '#444444',
      width: 0.35,
    })),
    { kind: 'polygon', points, stroke: '#222222', width: 0.6 },
  ];
}

/** Parallel lines inside a polygon, in step from one polygon to the next. */
export function hatchLines(
  points: readonly Point[],
  { angleDeg, gap }: { angleDeg: number; gap: number },
): [Point, Point][] {
  const angle = (angleDeg * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const turned = points.map(([x, y]): Point => [x * cos + y * sin, y * cos - x * sin]);
  const ys = turned.map(([, y]) => y);
  const lines: [Point, Point][] = [];
  for (let k = Math.ceil(Math.min(...ys) / gap); k * gap < Math.max(...ys); k++) {
    const y = k * gap;
    const cuts: number[] = [];
    turned.forEach(([x1, y1], i) => {
      const [x2, y2] = turned[(i + 1) % turned.length]!;
      if (y1 <= y !== y2 <= y) cuts.push(x1 + ((y - y1) / (y2 - y1)) * (x2 - x1));
    });
    cuts.sort((a, b) => a - b);
    const back = (x: number): Point => [x * cos - y * sin, x * sin + y * cos];
    for (let i = 0; i + 1 < cuts.length; i += 2) lines.push([back(cuts[i]!), back(cuts[i + 1]!)]);
  }
  return lines;
}

export const rectangle = (x: number, y: number, width: number, height: number): Point[] => [
  [x, y],
  [x + width, y],
  [x + width, y + height],
  [x, y + height],
];
