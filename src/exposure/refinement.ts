import { worst } from '../roughness/category.ts';
import type { Roughness } from '../roughness/category.ts';
import { NO_AREA } from '../roughness/ray-profile.ts';
import type { Assessment } from './assess-site.ts';
import type { GroundReadings } from './ground-readings.ts';
import { sectorCategories } from './sector-exposure.ts';
import type { SectorInput } from './sector-exposure.ts';

/** A boundary area and the categories of the ground that its rays meet next to it. */
type Neighbours = Map<number, Set<Roughness>>;

/**
 * Areas on a roughness boundary whose finer capture could change a direction: were an area, or all
 * the areas along the same boundary of a sector, like the ground beside it, a direction would have
 * another category in either reading. Tiles are 250 m across and the thresholds are 600 and 1500 ft,
 * so it is these that a finer stride is worth its time for.
 * @returns ids of areas, in the order of the list that was assessed
 */
export function boundaryTilesThatDecide({ details }: Assessment): string[] {
  const { inputs, plan } = details;
  const decisive = new Set<number>();
  inputs.forEach((input, index) => {
    const here = new Set<number>();
    const changesAnything = (changed: ReadonlyMap<number, Roughness>): boolean => {
      const then = sectorCategories({ ...input, readings: withChanged(input, changed) });
      return plan.directions
        .filter(({ sectors }) => sectors.includes(index))
        .some(({ sectors }) => {
          const other = details.sectors[sectors[0] === index ? sectors[1] : sectors[0]]!.verdict;
          const now = details.sectors[index]!.verdict;
          return (
            worst(then.exposure, other.exposure) !== worst(now.exposure, other.exposure) ||
            worst(then.exposureStrict, other.exposureStrict) !==
              worst(now.exposureStrict, other.exposureStrict)
          );
        });
    };
    const neighbours = neighboursOf(input);
    for (const [area, beside] of neighbours) {
      if ([...beside].some((roughness) => changesAnything(new Map([[area, roughness]])))) {
        here.add(area);
      }
    }
    for (const [areas, roughness] of fronts(input, neighbours)) {
      // A front counts where no single tile of it does.
      if (areas.some((area) => here.has(area))) continue;
      if (changesAnything(new Map(areas.map((area) => [area, roughness])))) {
        areas.forEach((area) => here.add(area));
      }
    }
    here.forEach((area) => decisive.add(area));
  });
  const areas = inputs[0]?.areas ?? [];
  return areas.filter((_, index) => decisive.has(index)).map(({ id }) => id);
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
