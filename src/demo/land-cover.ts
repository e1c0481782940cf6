import { AIRPORT, COAST, DISTRICTS, FORESTS, GOLF, HEATH, MUD, PARKS, RIVER } from './layout.ts';
import type { DistrictKind } from './layout.ts';
import { blobs, fractal } from './noise.ts';
import type { NoiseSampler } from './noise.ts';
import { curveThrough, FieldGrid, insidePolygon, polygonsDistance, toSegment } from './shapes.ts';
import type { XY } from './shapes.ts';

/** What lies at a place. Distances are signed metres: positive inside the named thing. */
export class Cover {
  /** From the water line, positive on land. */
  shore = 0;
  /** Width of the beach here. */
  beach = 0;
  river = 0;
  mud = 0;
  forest = 0;
  conifer = false;
  town = 0;
  park = 0;
  golf = 0;
  heath = 0;
  airport = 0;
}

interface Fields {
  shore: FieldGrid;
  river: FieldGrid;
  mud: FieldGrid;
  forest: FieldGrid;
  conifer: FieldGrid;
  town: FieldGrid;
  park: FieldGrid;
  golf: FieldGrid;
  heath: FieldGrid;
  /** Room for forest: distance to the nearest thing that it keeps off. */
  room: FieldGrid;
}

let tabulated: Fields | null = null;

/** Tabulates the distance fields once; later calls are free. */
function fields(): Fields {
  if (tabulated) return tabulated;
  const shore = new FieldGrid(shoreDistance());
  const river = new FieldGrid(riverDistance());
  const mud = new FieldGrid(mudDistance);
  const town = new FieldGrid(townDistance());
  const golf = new FieldGrid(polygonsDistance([GOLF]));
  const forest = new FieldGrid(polygonsDistance(FORESTS.map((f) => f.polygon)));
  const conifers = FORESTS.filter((f) => f.kind === 'conifer').map((f) => f.polygon);
  return (tabulated = {
    shore,
    river,
    mud,
    forest,
    town,
    golf,
    conifer: new FieldGrid(polygonsDistance(conifers)),
    park: new FieldGrid(polygonsDistance(PARKS)),
    heath: new FieldGrid(polygonsDistance(HEATH)),
    room: new FieldGrid((x, y) =>
      Math.min(
        shore.at(x, y) - 62,
        -river.at(x, y) - 12,
        -town.at(x, y) - 6,
        -golf.at(x, y) - 8,
        -mud.at(x, y) - 40,
        -airfieldDistance(x, y) - 4,
      ),
    ),
  });
}

const AIRFIELD_COS = Math.cos(AIRPORT.angle);
const AIRFIELD_SIN = Math.sin(AIRPORT.angle);

/** From the airfield's fence, positive inside. */
function airfieldDistance(x: number, y: number): number {
  const dx = x - AIRPORT.x;
  const dy = y - AIRPORT.y;
  return Math.min(
    AIRPORT.groundHalfLengthM - Math.abs(dx * AIRFIELD_COS + dy * AIRFIELD_SIN),
    AIRPORT.groundHalfWidthM - Math.abs(dy * AIRFIELD_COS - dx * AIRFIELD_SIN),
  );
}

function shoreDistance(): (x: number, y: number) => number {
  const land: XY[] = [...curveThrough(COAST, 6), [8000, -6200], [8000, 8000], [-6200, 8000]];
  return polygonsDistance([land]);
}

function riverDistance(): (x: number, y: number) => number {
  const line = curveThrough(
    RIVER.map(([x, y]) => [x, y] as const),
    6,
  );
  return (x, y) => {
    let best = -Infinity;
    for (let i = 0; i + 1 < line.length; i++) {
      const { distance, along } = toSegment(x, y, line[i]!, line[i + 1]!);
      const k = (i + along) / 6;
      const j = Math.min(RIVER.length - 2, Math.floor(k));
      const half = RIVER[j]![2] + (RIVER[j + 1]![2] - RIVER[j]![2]) * (k - j);
      best = Math.max(best, half - distance);
    }
    return best;
  };
}

function mudDistance(x: number, y: number): number {
  let best = -Infinity;
  for (const [cx, cy, rx, ry] of MUD) {
    const d = Math.hypot((x - cx) / rx, (y - cy) / ry);
    best = Math.max(best, (1 - d) * Math.min(rx, ry));
  }
  return best;
}

/** Union of the districts; gaps under the boundary roads count as town. */
function townDistance(): (x: number, y: number) => number {
  const each = DISTRICTS.map((d) => polygonsDistance([d.polygon]));
  return (x, y) => Math.max(...each.map((distance) => distance(x, y)));
}

/** Kind of the district at a place, if it is town. */
export function districtAt(x: number, y: number): DistrictKind | null {
  for (const { polygon, kind } of DISTRICTS) if (insidePolygon(x, y, polygon)) return kind;
  return null;
}

/** Reads one field; a constant where its boundary is too far away to matter. */
type Look = (x: number, y: number) => number;

/** How far the forest's edge wanders from its outline, standard deviation [m]. */
export const FOREST_BEND_M = 26;

/** Beyond this distance from a boundary nothing looks different any more [m]. */
const INFLUENCE_M = 150;
/** The sea goes on darkening further out. */
const SEA_INFLUENCE_M = 3000;

/** A picture's place, so that far boundaries can be left out. */
export interface CoverWindow {
  west: number;
  north: number;
  mpp: number;
  width: number;
  height: number;
}

/** Reads the land cover for pictures of one scale: the finer the picture, the finer its edges. */
export class CoverReader {
  private readonly look: Record<keyof Fields, Look>;
  private readonly bends: NoiseSampler;
  private readonly crinkles: NoiseSampler;
  private readonly widths: NoiseSampler;
  readonly cover = new Cover();

  constructor(metresPerPixel: number, window?: CoverWindow) {
    this.bends = fractal.lay({ texelM: 4, angle: 0.4 }, metresPerPixel);
    this.crinkles = fractal.lay({ texelM: 0.5, angle: 1.1 }, metresPerPixel);
    this.widths = blobs.lay({ texelM: 30 }, metresPerPixel);
    const all = fields();
    const names = Object.keys(all) as (keyof Fields)[];
    this.look = Object.fromEntries(
      names.map((name) => [name, lookAt(all[name], name, window)]),
    ) as Record<keyof Fields, Look>;
  }

  /** The returned object is used again by the next call. */
  at(x: number, y: number): Cover {
    const { look } = this;
    const c = this.cover;
    const bend = this.bends.at(x, y);
    const crinkle = this.crinkles.at(x, y);
    c.shore = look.shore(x, y) + 3.5 * bend + 0.8 * crinkle;
    c.beach = 44 + 6 * this.widths.at(x, y);
    c.river = look.river(x, y) + 3 * bend + 0.6 * crinkle;
    c.mud = look.mud(x, y) + 38 * bend + 2 * crinkle;
    // The forest keeps off water, beach, town, airfield and links.
    c.forest = Math.min(look.forest(x, y) + FOREST_BEND_M * bend, look.room(x, y));
    c.conifer = look.conifer(x, y) > -130;
    c.town = look.town(x, y);
    c.park = look.park(x, y);
    c.golf = look.golf(x, y) + 3 * bend;
    c.heath = look.heath(x, y) + 20 * bend;
    c.airport = airfieldDistance(x, y);
    return c;
  }

  /** As `at(…).forest`, alone and therefore quickly. */
  forestAt(x: number, y: number): number {
    const forest = this.look.forest(x, y);
    if (forest < -3.5 * FOREST_BEND_M) return forest;
    return Math.min(forest + FOREST_BEND_M * this.bends.at(x, y), this.look.room(x, y));
  }

  /** True where the forest is a conifer plantation. */
  coniferAt(x: number, y: number): boolean {
    return this.look.conifer(x, y) > -130;
  }
}

function lookAt(grid: FieldGrid, name: keyof Fields, window?: CoverWindow): Look {
  if (window) {
    const halfX = (window.width * window.mpp) / 2;
    const halfY = (window.height * window.mpp) / 2;
    const middle = grid.at(window.west + halfX, window.north - halfY);
    const influence = name === 'shore' && middle < 0 ? SEA_INFLUENCE_M : INFLUENCE_M;
    if (Math.abs(middle) > 1.05 * Math.hypot(halfX, halfY) + influence) return () => middle;
  }
  return (x, y) => grid.at(x, y);
}

/** Forest clearings: the same patches for the trees, the ground beneath and the truth. */
export class ClearingReader {
  private readonly patches: NoiseSampler;

  constructor(metresPerPixel: number) {
    this.patches = blobs.lay({ texelM: 17, angle: 0.7 }, metresPerPixel);
  }

  /** Positive where there are no trees, about metres. */
  at(x: number, y: number): number {
    return (this.patches.at(x, y) - 1.75) * 60;
  }
}
