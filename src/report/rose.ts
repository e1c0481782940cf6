import type { DirectionResult, SectorResult } from '../exposure/verdict.ts';
import type { Roughness } from '../roughness/category.ts';
import { groundShapes } from './figure.ts';
import type { Figure, Point, Shape } from './figure.ts';

export interface RoseInput {
  sectors: readonly SectorResult[];
  directions: readonly DirectionResult[];
  /** Length of fetch that the rose's radius stands for [m]. */
  lookOutM: number;
}

/** A wedge of the rose: a stretch of one sector's fetch, to scale. */
export interface RoseWedge {
  sector: number;
  segment: number;
  roughness: Roughness | null;
  points: Point[];
  /** The same as SVG path data. */
  path: string;
}

/** A label of the rose; anchored so that it stays clear of the circle. */
export interface RoseLabel {
  at: Point;
  anchor: 'start' | 'middle' | 'end';
  text: string;
}

export interface RoseDirection {
  index: number;
  name: string;
  exposure: Roughness;
  /** Tick at the rim, from the inside out. */
  tick: [Point, Point];
  label: RoseLabel;
}

export interface Rose {
  radius: number;
  wedges: RoseWedge[];
  /** Exposure of each of the eight sectors, at the middle of its rim. */
  sectorLabels: (RoseLabel & { sector: number; exposure: Roughness })[];
  directions: RoseDirection[];
}

const ARC_STEP_DEG = 3;
/** Sectors and directions beyond the eight belong to further bearings. */
const FIXED = 8;

/** Point at a bearing and distance from the rose's middle; y runs down. */
export function polar(bearingDeg: number, distance: number): Point {
  const angle = (bearingDeg * Math.PI) / 180;
  return [distance * Math.sin(angle), -distance * Math.cos(angle)];
}

/**
 * Geometry of the wind rose around its own middle: the eight sectors' fetch to scale, their
 * exposure, and a tick and label for each wind direction.
 */
export function drawRose({ sectors, directions, lookOutM }: RoseInput, radius: number): Rose {
  const eight = sectors.slice(0, 8);
  const scale = radius / lookOutM;
  const wedges = eight.flatMap(({ fromDeg, toDeg, segments }, sector) =>
    segments.map(({ roughness, fromM, toM }, segment): RoseWedge => {
      const span = { fromDeg, toDeg, inner: fromM * scale, outer: toM * scale };
      const points = wedgePoints(span);
      const path = `M${points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join('L')}Z`;
      return { sector, segment, roughness, points, path };
    }),
  );
  return {
    radius,
    wedges,
    sectorLabels: eight.map(({ fromDeg, toDeg, exposure }, sector) => ({
      at: polar((fromDeg + toDeg) / 2, radius * 0.82),
      anchor: 'middle',
      text: exposure,
      sector,
      exposure,
    })),
    directions: directions.map(({ name, bearingDeg, exposure }, index) => {
      // Further bearings stand outside the names of the eight.
      const outside = index < FIXED ? 1 : 1.2;
      const text = index < FIXED ? name : `${Number(bearingDeg.toFixed(1))}°`;
      return {
        index,
        name,
        exposure,
        tick: [polar(bearingDeg, radius), polar(bearingDeg, radius * (outside + 0.05))],
        label: {
          at: polar(bearingDeg, radius * (outside + 0.12)),
          anchor: anchorAt(bearingDeg),
          text: `${text} ${exposure}`,
        },
      };
    }),
  };
}

function wedgePoints(span: {
  fromDeg: number;
  toDeg: number;
  inner: number;
  outer: number;
}): Point[] {
  const { fromDeg, toDeg, inner, outer } = span;
  const steps = Math.max(1, Math.ceil((toDeg - fromDeg) / ARC_STEP_DEG));
  const arc = (radius: number): Point[] =>
    radius === 0
      ? [[0, 0]]
      : Array.from({ length: steps + 1 }, (_, i) =>
          polar(fromDeg + ((toDeg - fromDeg) * i) / steps, radius),
        );
  return [...arc(outer), ...arc(inner).toReversed()];
}

function anchorAt(bearingDeg: number): RoseLabel['anchor'] {
  const side = Math.sin((bearingDeg * Math.PI) / 180);
  return Math.abs(side) < 0.2 ? 'middle' : side > 0 ? 'start' : 'end';
}

/** Height of the rose's figure in widths. */
export const ROSE_RATIO = 0.8;

/** The rose as a figure of its own, for print. */
export function roseFigure(input: RoseInput, width: number): Figure {
  const height = width * ROSE_RATIO;
  const centre: Point = [width / 2, height / 2];
  const rose = drawRose(input, width * (input.directions.length > FIXED ? 0.28 : 0.32));
  const move = ([x, y]: Point): Point => [x + centre[0], y + centre[1]];
  const shapes: Shape[] = rose.wedges.flatMap(({ points, roughness }) =>
    groundShapes(points.map(move), roughness),
  );
  for (const { at, text } of rose.sectorLabels) {
    const [x, y] = move(at);
    shapes.push({
      kind: 'text',
      at: [x, y + 3.5],
      text,
      size: 10,
      bold: true,
      anchor: 'middle',
      boxed: true,
    });
  }
  for (const { tick, label } of rose.directions) {
    const [x, y] = move(label.at);
    const [from, to] = tick;
    shapes.push(
      { kind: 'polyline', points: [move(from), move(to)], stroke: '#000000', width: 1 },
      {
        kind: 'text',
        at: [x, y + 3],
        text: label.text,
        size: 8.5,
        bold: true,
        anchor: label.anchor,
      },
    );
  }
  const answers = input.directions.map(({ name, exposure }) => `${name} ${exposure}`).join(', ');
  return { width, height, label: `Wind rose. Exposure by direction: ${answers}.`, shapes };
}
