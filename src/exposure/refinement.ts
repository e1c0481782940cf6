import { severity, worst } from '../roughness/category.ts';
import type { Roughness } from '../roughness/category.ts';
import { NO_AREA } from '../roughness/ray-profile.ts';
import type { Assessment } from './assess-site.ts';
import type { GroundReadings } from './ground-readings.ts';
import { sectorCategories } from './sector-exposure.ts';
import type { SectorInput } from './sector-exposure.ts';

/** A boundary area and the categories of the ground that its rays meet next to it. */
type Neighbours = Map<number, Set<Roughness>>;

/** Areas on a boundary whose finer capture could change a direction. */
export interface DecidingTiles {
  /** Ids of areas, in the order of the list that was assessed. */
  ids: string[];
  /** The same for each direction that they could change; directions without any are left out. */
  byDirection: Record<string, string[]>;
}

/**
 * Areas on a roughness boundary whose finer capture could change a direction: were an area, or all
 * the areas along the same boundary of a sector, like the ground beside it, a direction would have
 * another category in either reading. Tiles are 250 m across and the thresholds are 600 and 1500 ft,
 * so it is these that a finer stride is worth its time for.
 */
export function boundaryTilesThatDecide({ details }: Assessment): DecidingTiles {
  const { inputs, plan } = details;
  const now = details.sectors.map(({ verdict }) => verdict);
  const turns = inputs.map(turnsOf);
  const areas = inputs[0]?.areas ?? [];
  const byDirection: Record<string, string[]> = {};
  const decisive = new Set<number>();
  for (const { name, sectors } of plan.directions) {
    const [a, b] = sectors;
    const own = new Set<number>();
    for (const reading of READINGS) {
      const holds = worst(now[a]![reading], now[b]![reading]);
      const decided = (one: Roughness, other: Roughness): boolean => worst(one, other) !== holds;
      for (const [here, there] of [sectors, [b, a]] as const) {
        for (const turn of turns[here]!) {
          if (decided(turn[reading], now[there]![reading])) own.add(turn.area);
        }
      }
      // Where both sectors hold the governing category it falls only when both fall.
      if (now[a]![reading] !== now[b]![reading]) continue;
      const falls = (index: number): Turn[] =>
        turns[index]!.filter((turn) => severity(turn[reading]) < severity(holds));
      const [fallsA, fallsB] = [falls(a), falls(b)];
      if (fallsA.length === 0 || fallsB.length === 0) continue;
      for (const { area } of [...fallsA, ...fallsB]) own.add(area);
    }
    if (own.size === 0) continue;
    own.forEach((area) => decisive.add(area));
    byDirection[name] = areas.filter((_, area) => own.has(area)).map(({ id }) => id);
  }
  return { ids: areas.filter((_, area) => decisive.has(area)).map(({ id }) => id), byDirection };
}

const READINGS = ['exposure', 'exposureStrict'] as const;

/** A boundary area and the categories that its sector would have, were it like its neighbour. */
interface Turn extends Record<(typeof READINGS)[number], Roughness> {
  area: number;
}

/** Areas of one sector that, alone or with the rest of their front, change its category. */
function turnsOf(input: SectorInput): Turn[] {
  const now = sectorCategories(input);
  const found: Turn[] = [];
  const turn = (changed: readonly number[], roughness: Roughness): void => {
    const readings = withChanged(input, new Map(changed.map((area) => [area, roughness])));
    const { exposure, exposureStrict } = sectorCategories({ ...input, readings });
    if (exposure === now.exposure && exposureStrict === now.exposureStrict) return;
    for (const area of changed) found.push({ area, exposure, exposureStrict });
  };
  const neighbours = neighboursOf(input);
  for (const [area, beside] of neighbours) {
    for (const roughness of beside) turn([area], roughness);
  }
  const alone = new Set(found.map(({ area }) => area));
  for (const [areas, roughness] of fronts(input, neighbours)) {
    // A front counts where no single tile of it does.
    if (!areas.some((area) => alone.has(area))) turn(areas, roughness);
  }
  return found;
}

function neighboursOf({ rays, readings }: SectorInput): Neighbours {
  const found: Neighbours = new Map();
  const roughnessOf = (area: number): Roughness | null =>
    area === NO_AREA ? null : readings.known(area).roughness;
  const note = (area: number, beside: Roughness): void => {
    const known = found.get(area);
    if (known) known.add(beside);
    else found.set(area, new Set([beside]));
  };
  for (const ray of rays) {
    for (let i = 1; i < ray.length; i++) {
      const [inner, outer] = [ray[i - 1]!.area, ray[i]!.area];
      const [a, b] = [roughnessOf(inner), roughnessOf(outer)];
      if (a === null || b === null || a === b) continue;
      note(inner, b);
      note(outer, a);
    }
  }
  return found;
}

/** All areas of one category that lie beside another category, together. */
function fronts(
  { readings }: SectorInput,
  neighbours: Neighbours,
): [areas: number[], beside: Roughness][] {
  const groups = new Map<string, [number[], Roughness]>();
  for (const [area, besides] of neighbours) {
    for (const beside of besides) {
      const key = `${readings.known(area).roughness}${beside}`;
      const group = groups.get(key);
      if (group) group[0].push(area);
      else groups.set(key, [[area], beside]);
    }
  }
  return [...groups.values()].filter(([areas]) => areas.length > 1);
}

function withChanged(
  { readings }: SectorInput,
  changed: ReadonlyMap<number, Roughness>,
): GroundReadings {
  const swap =
    (groundOf: GroundReadings['known']): GroundReadings['known'] =>
    (area) => {
      const roughness = changed.get(area);
      return roughness ? { roughness, confidence: 0 } : groundOf(area);
    };
  return {
    known: swap(readings.known),
    roughest: swap(readings.roughest),
    middle: swap(readings.middle),
    smoothest: swap(readings.smoothest),
    isSettled: (area) => changed.has(area) || readings.isSettled(area),
  };
}
