import { buildDowntownBlock, buildIndustryBlock } from './big-blocks.ts';
import { boxAround, FeatureGroup } from './feature.ts';
import { buildHousingBlock, HOUSING } from './housing.ts';
import type { CoverReader } from './land-cover.ts';
import { DISTRICTS } from './layout.ts';
import type { District } from './layout.ts';
import { Random } from './random.ts';
import { addRoad } from './roads.ts';
import type { ClearGround } from './roads.ts';
import { insidePolygon } from './shapes.ts';
import type { XY } from './shapes.ts';
import type { BlockFrame, Inside, TownSite } from './town-site.ts';

/** Street with its pavements [m]. */
const STREET_M = 11.2;

/** Lays out every district as blocks that are built when first seen. */
export function townBlocks(clear: ClearGround, cover: CoverReader): FeatureGroup[] {
  return DISTRICTS.flatMap((district, n) => layDistrict(district, n, { clear, cover }));
}

function gridOf(kind: District['kind']): { widthM: number; depthM: number } {
  if (kind === 'downtown') return { widthM: 104, depthM: 82 };
  if (kind === 'industry') return { widthM: 230, depthM: 170 };
  const { blockM, depthM } = HOUSING[kind];
  return { widthM: blockM, depthM: 2 * depthM + 2 };
}

function layDistrict(
  district: District,
  number: number,
  { clear, cover }: Pick<TownSite, 'clear' | 'cover'>,
): FeatureGroup[] {
  const { polygon, kind } = district;
  const grid = gridOf(kind);
  const stepU = grid.widthM + STREET_M;
  const stepV = grid.depthM + STREET_M;
  const cx = polygon.reduce((sum, p) => sum + p[0], 0) / polygon.length;
  const cy = polygon.reduce((sum, p) => sum + p[1], 0) / polygon.length;
  const place = bentGrid(cx, cy, district);
  const inside = (x: number, y: number): boolean => {
    if (!insidePolygon(x, y, polygon)) return false;
    const c = cover.at(x, y);
    return c.shore > c.beach + 4 && c.river < -14 && c.mud < -12 && c.park < 3;
  };
  const groups: FeatureGroup[] = [];
  const reach = Math.ceil(2600 / Math.min(stepU, stepV));
  for (let j = -reach; j <= reach; j++) {
    for (let i = -reach; i <= reach; i++) {
      const frame: BlockFrame = {
        place,
        u0: i * stepU + STREET_M / 2,
        v0: j * stepV + STREET_M / 2,
        ...grid,
      };
      const mid = place(frame.u0 + grid.widthM / 2, frame.v0 + grid.depthM / 2);
      if (!nearBox(mid, polygon, Math.max(stepU, stepV))) continue;
      // The tallest tower's shadow reaches 130 m beyond its block.
      const reachM = Math.hypot(stepU, stepV) / 2 + (kind === 'downtown' ? 150 : 45);
      groups.push(
        new FeatureGroup(boxAround(mid.x, mid.y, reachM), () => {
          const random = new Random(1e6 * (number + 1) + 1000 * (i + 500) + j + 500);
          const site: TownSite = { into: [], clear, cover, random };
          layStreets({ i, j, stepU, stepV, toScene: place, inside }, site);
          if (kind === 'downtown') buildDowntownBlock(frame, inside, site);
          else if (kind === 'industry') buildIndustryBlock(frame, inside, site);
          else buildHousingBlock(frame, kind, inside, site);
          return site.into;
        }),
      );
    }
  }
  return groups;
}

/** True within a margin of a polygon's bounding box. */
function nearBox(
  { x, y }: { x: number; y: number },
  polygon: readonly XY[],
  marginM: number,
): boolean {
  const xs = polygon.map((p) => p[0]);
  const ys = polygon.map((p) => p[1]);
  return (
    x > Math.min(...xs) - marginM &&
    x < Math.max(...xs) + marginM &&
    y > Math.min(...ys) - marginM &&
    y < Math.max(...ys) + marginM
  );
}

/** A street grid that bends gently, so that it does not look ruled. */
function bentGrid(cx: number, cy: number, { angle, bendM }: District): BlockFrame['place'] {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const at = (u: number, v: number): XY => {
    const bu = u + bendM * Math.sin(v / 190 + 0.6) + 0.4 * bendM * Math.sin(v / 83 + u / 300);
    const bv = v + bendM * Math.sin(u / 230 + 1.9) + 0.4 * bendM * Math.sin(u / 97 - v / 260);
    return [cx + bu * c - bv * s, cy + bu * s + bv * c];
  };
  return (u, v) => {
    const [x, y] = at(u, v);
    const [x2, y2] = at(u + 2, v);
    return { x, y, angle: Math.atan2(y2 - y, x2 - x) };
  };
}

interface Corner {
  i: number;
  j: number;
  stepU: number;
  stepV: number;
  toScene: BlockFrame['place'];
  inside: Inside;
}

/** The streets south and west of a block, as short pieces that follow the bend. */
function layStreets({ i, j, stepU, stepV, toScene, inside }: Corner, site: TownSite): void {
  for (const [du, dv] of [
    [1, 0],
    [0, 1],
  ] as const) {
    const pieces = 6;
    let last: XY | null = null;
    for (let n = 0; n <= pieces; n++) {
      const { x, y } = toScene((i + (du * n) / pieces) * stepU, (j + (dv * n) / pieces) * stepV);
      const next: XY | null = inside(x, y) ? [x, y] : null;
      // A street that would run inside a through road is that road.
      if (last && next && !(site.clear.isClear(x, y) && site.clear.isClear(...last))) {
        addRoad(site.into, site.clear, [last, next], {
          road: 'street',
          town: () => true,
          traffic: 0.016,
          random: site.random,
        });
      }
      last = next;
    }
  }
}
