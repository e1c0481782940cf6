import { isQuarter, tilesThatCount } from '../analysis/quarters.ts';
import type { SiteResult } from '../analysis/site-result.ts';
import { exposureDistancesM } from '../exposure/distances.ts';
import { toLocal } from '../site/geodesy.ts';
import { METRES_PER_FOOT } from '../site/height.ts';
import { hatchLines, rectangle } from './figure.ts';
import type { Figure, Point, Shape } from './figure.ts';
import { FILL } from './palette.ts';
import { polar } from './rose.ts';

export interface MapInput {
  result: SiteResult;
  /** Side of the square map [pt]. */
  side: number;
  /** Where the mosaic of tile pictures lies, metres around the site; null if there is none. */
  picture: { westM: number; northM: number; sizeM: number } | null;
}

/** Metres from the site to the map's edge: all tiles fit. */
export function mapReachM({ tiles, settings, site }: SiteResult): number {
  const corners = tiles.flatMap(({ footprint }) =>
    footprint.map((corner) => toLocal(site, corner)),
  );
  return Math.max(
    settings.lookOutM * 1.1,
    ...corners.map(({ eastM, northM }) => Math.max(Math.abs(eastM), Math.abs(northM))),
  );
}

/** The tiles with their letters, sectors and deciding distances, scale bar and north arrow. */
export function mapFigure({ result, side, picture }: MapInput): Figure {
  const { site, sectors, settings } = result;
  const tiles = tilesThatCount(result.tiles);
  const reachM = mapReachM(result);
  const scale = side / (2 * reachM);
  const at = (eastM: number, northM: number): Point => [
    side / 2 + eastM * scale,
    side / 2 - northM * scale,
  ];
  const shapes: Shape[] = [];
  if (picture) {
    const { westM, northM, sizeM } = picture;
    const length = sizeM * scale;
    shapes.push({ kind: 'picture', at: at(westM, northM), width: length, height: length });
  }
  const letter = Math.max(4, Math.min(8, settings.strideM * scale * 0.5));
  for (const tile of tiles) {
    const points = tile.footprint.slice(0, -1).map((corner): Point => {
      const { eastM, northM } = toLocal(site, corner);
      return at(eastM, northM);
    });
    const kind = tile.roughness ?? 'unknown';
    shapes.push({
      kind: 'polygon',
      points,
      fill: FILL[kind],
      opacity: kind === 'unknown' ? 0.15 : 0.22,
    });
    if (kind === 'unknown') {
      const lines = hatchLines(points, { angleDeg: 45, gap: 4 });
      shapes.push({ kind: 'lines', lines, stroke: '#777777', width: 0.3 });
    }
    shapes.push({ kind: 'polygon', points, stroke: '#ffffff', width: 0.4 });
  }
  const lines = sectorShapes(result, scale, at);
  shapes.push(...lines.under);
  for (const tile of tiles) {
    const size = isQuarter(tile) ? letter * 0.75 : letter;
    const [x, y] = at(tile.eastM, tile.northM);
    const text = `${tile.roughness ?? '?'}${tile.by === 'person' ? '*' : ''}`;
    shapes.push({
      kind: 'text',
      at: [x, y + size * 0.35],
      text,
      size,
      bold: true,
      anchor: 'middle',
      boxed: true,
    });
  }
  shapes.push(...scaleBar(side, scale), ...northArrow(side), ...lines.labels);
  const count = (kind: string | null): number =>
    tiles.filter(({ roughness }) => roughness === kind).length;
  const label = `Map of ${tiles.length} tiles around the site: ${count('B')} B, ${count('C')} C, ${count('D')} D, ${count(null)} not known; sectors ${sectors
    .slice(0, 8)
    .map(({ name, exposure }) => `${name}° ${exposure}`)
    .join(', ')}.`;
  return { width: side, height: side, label, shapes };
}

function sectorShapes(
  { sectors, settings, site }: SiteResult,
  scale: number,
  at: (eastM: number, northM: number) => Point,
): { under: Shape[]; labels: Shape[] } {
  const radius = settings.lookOutM * scale;
  const [cx, cy] = at(0, 0);
  const from = (bearing: number, distance: number): Point => {
    const [x, y] = polar(bearing, distance);
    return [cx + x, cy + y];
  };
  const cased = (points: Point[], dash?: number[]): Shape[] => [
    { kind: 'polyline', points, stroke: '#ffffff', width: 2, opacity: 0.8 },
    { kind: 'polyline', points, stroke: '#000000', width: 0.8, dash },
  ];
  const circle = (distance: number): Point[] =>
    Array.from({ length: 73 }, (_, i) => from(i * 5, distance));
  const distances = exposureDistancesM(site.heightFt, settings.edition);
  const shapes = [...cased(circle(radius))];
  const labels: Shape[] = [];
  for (const [metres, name] of new Map([
    [distances.trans, 'transition'],
    [distances.reqB, 'exposure B'],
  ])) {
    shapes.push(...cased(circle(metres * scale), [2, 2]));
    const [x, y] = from(157.5, metres * scale);
    const text = `${name} ${Math.round(metres / METRES_PER_FOOT)} ft`;
    labels.push({ kind: 'text', at: [x, y + 2], text, size: 6.5, anchor: 'middle', boxed: true });
  }
  for (const { fromDeg, toDeg, name, exposure } of sectors.slice(0, 8)) {
    shapes.push(...cased([from(fromDeg, 0), from(fromDeg, radius)]));
    const [x, y] = from((fromDeg + toDeg) / 2, radius * 1.05);
    labels.push({
      kind: 'text',
      at: [x, y + 3],
      text: `${name}° ${exposure}`,
      size: 8,
      bold: true,
      anchor: 'middle',
      boxed: true,
    });
  }
  const mark: Point[] = [from(0, 4), from(90, 4), from(180, 4), from(270, 4)];
  labels.push({ kind: 'polygon', points: mark, fill: '#ffffff', stroke: '#000000', width: 1.2 });
  return { under: shapes, labels };
}

/** Round lengths in feet and in metres, one bar above the other. */
function scaleBar(side: number, scale: number): Shape[] {
  const room = side * 0.15;
  const round = (unit: number): number => {
    const most = room / (scale * unit);
    const power = 10 ** Math.floor(Math.log10(most));
    return [5, 2, 1].map((step) => step * power).find((length) => length <= most) ?? power;
  };
  const [feet, metres] = [round(METRES_PER_FOOT), round(1)];
  const left = 10;
  const bar = (length: number, text: string, y: number): Shape[] => [
    {
      kind: 'polygon',
      points: rectangle(left, y, length, 3),
      fill: '#000000',
      stroke: '#ffffff',
      width: 0.5,
    },
    {
      kind: 'polygon',
      points: rectangle(left, y, length / 2, 3),
      fill: '#ffffff',
      stroke: '#000000',
      width: 0.5,
    },
    { kind: 'text', at: [left + length + 4, y + 4], text, size: 7, boxed: true },
  ];
  return [
    {
      kind: 'polygon',
      points: rectangle(4, side - 30, room + 44, 26),
      fill: '#ffffff',
      opacity: 0.85,
    },
    ...bar(feet * METRES_PER_FOOT * scale, `${feet} ft`, side - 24),
    ...bar(metres * scale, `${metres} m`, side - 12),
  ];
}

function northArrow(side: number): Shape[] {
  const [x, y] = [side - 18, 10];
  return [
    { kind: 'polygon', points: rectangle(x - 12, y - 6, 24, 42), fill: '#ffffff', opacity: 0.85 },
    {
      kind: 'polygon',
      points: [
        [x, y - 2],
        [x + 6, y + 20],
        [x, y + 15],
        [x - 6, y + 20],
      ],
      fill: '#000000',
    },
    { kind: 'text', at: [x, y + 32], text: 'N', size: 10, bold: true, anchor: 'middle' },
  ];
}
