import { ROUGHNESS } from '../roughness/category.ts';
import { roughnessOf } from './label.ts';
import type { LabelRecord } from './label.ts';
import { inSeededOrder } from './seeded-order.ts';
import { groupSites } from './site-groups.ts';

export const SPLITS = ['train', 'validation', 'test'] as const;
export type Split = (typeof SPLITS)[number];
/** Split of each site. Kept by whoever trains or exports, and passed in again next time. */
export type SplitAssignment = Record<string, Split>;

export interface SplitOptions {
  seed?: number;
  /** Wanted share of the labels in each split; they add up to 1. */
  shares?: Record<Split, number>;
  /** Sites already assigned: they never move, whatever labels are added. */
  assigned?: SplitAssignment;
}

export interface SplitPlan {
  assigned: SplitAssignment;
  /** Labels of B, C and D in each split. */
  counts: Record<Split, Record<(typeof ROUGHNESS)[number], number>>;
  /** What a reader of the figures should know, one line each. */
  warnings: string[];
}

export const DEFAULT_SHARES: Record<Split, number> = { train: 0.8, validation: 0.2, test: 0 };

type Tally = number[];
type Splittable = Pick<LabelRecord, 'siteId' | 'label' | 'centre' | 'tileM'>;

const emptyTally = (): Tally => ROUGHNESS.map(() => 0);

/**
 * Divides labels into splits by site, never by tile: neighbours look alike, and a model that saw
 * one knows the other. Sites whose ground overlaps stay together.
 *
 * New groups are placed one by one, the one with most classes first, then the largest, by seed
 * among equals. A group that brings a class which training lacks goes there: what is never shown is
 * never learnt. Then each wanted split gets a group before any gets a second; after that, each goes
 * where it brings the classes of every split nearest to the wanted shares. A site that `assigned`
 * holds keeps its place.
 */
export function splitBySite(
  labels: readonly Splittable[],
  { seed = 42, shares = DEFAULT_SHARES, assigned = {} }: SplitOptions = {},
): SplitPlan {
  const tallies = tallySites(labels);
  const total = sumOf([...tallies.values()]);
  const result: SplitAssignment = { ...assigned };
  const filled: Record<Split, Tally> = {
    train: emptyTally(),
    validation: emptyTally(),
    test: emptyTally(),
  };
  const used = new Set<Split>();
  const warnings: string[] = [];
  const place = (sites: string[], split: Split) => {
    for (const site of sites) {
      result[site] = split;
      addTo(filled[split], tallies.get(site)!);
    }
    if (sites.some((site) => countOf(tallies.get(site)!) > 0)) used.add(split);
  };

  const fresh: string[][] = [];
  for (const group of groupSites(labels)) {
    const known = group.filter((site) => assigned[site]);
    const splits = new Set(known.map((site) => assigned[site]!));
    for (const site of known) place([site], assigned[site]!);
    const rest = group.filter((site) => !assigned[site]);
    if (splits.size > 1) {
      warnings.push(
        `Sites ${group.join(' and ')} overlap but were assigned to different splits: the held-out accuracy is too kind.`,
      );
    }
    if (splits.size > 0) place(rest, [...splits].sort()[0]!);
    else fresh.push(rest);
  }

  const sizeOf = (group: string[]) =>
    Math.floor(Math.log2(1 + countOf(sumOf(group.map((site) => tallies.get(site)!)))));
  const classesOf = (group: string[]) =>
    sumOf(group.map((site) => tallies.get(site)!)).filter((n) => n > 0).length;
  const order = inSeededOrder(fresh, seed, (group) => group.join(' ')).sort(
    (a, b) => sizeOf(b) - sizeOf(a),
  );
  // The sort is stable: only the group with most classes moves to the front.
  const widest = order.reduce<string[] | null>(
    (best, group) => (best && classesOf(best) >= classesOf(group) ? best : group),
    null,
  );
  if (widest) order.splice(0, 0, ...order.splice(order.indexOf(widest), 1));
  const wanted = SPLITS.filter((split) => shares[split] > 0);
  for (const group of order) {
    const tally = sumOf(group.map((site) => tallies.get(site)!));
    const missing = tally.some((n, c) => n > 0 && filled.train[c] === 0);
    const empty = countOf(tally) > 0 ? wanted.find((split) => !used.has(split)) : undefined;
    const best =
      (missing ? 'train' : empty) ??
      wanted.map((split) => ({ split, cost: costOf(split, tally) })).sort(byCost)[0]!.split;
    place(group, best);
  }
  function costOf(split: Split, tally: Tally): number {
    let cost = 0;
    for (const other of wanted) {
      for (let c = 0; c < ROUGHNESS.length; c++) {
        const held = filled[other][c]! + (other === split ? tally[c]! : 0);
        cost += (held - shares[other] * total[c]!) ** 2 / Math.max(1, total[c]!);
      }
    }
    return cost;
  }

  for (const split of wanted.slice(1)) {
    if (countOf(filled[split]) === 0 && countOf(total) > 0) {
      warnings.push(
        `No labelled site is held out for ${split}: label tiles around another site, apart from the first.`,
      );
    }
  }
  return { assigned: result, counts: countsOf(filled), warnings };
}

const byCost = (a: { cost: number }, b: { cost: number }): number => a.cost - b.cost;

function tallySites(labels: readonly Splittable[]): Map<string, Tally> {
  const tallies = new Map<string, Tally>();
  for (const { siteId, label } of labels) {
    const tally = tallies.get(siteId) ?? emptyTally();
    const roughness = roughnessOf(label);
    if (roughness) tally[ROUGHNESS.indexOf(roughness)]! += 1;
    tallies.set(siteId, tally);
  }
  return tallies;
}

function addTo(tally: Tally, more: Tally): void {
  for (let c = 0; c < tally.length; c++) tally[c]! += more[c]!;
}
function sumOf(tallies: Tally[]): Tally {
  const sum = emptyTally();
  for (const tally of tallies) addTo(sum, tally);
  return sum;
}
const countOf = (tally: Tally): number => tally.reduce((sum, n) => sum + n, 0);

function countsOf(filled: Record<Split, Tally>): SplitPlan['counts'] {
  const named = (split: Split) => {
    const [B, C, D] = filled[split] as [number, number, number];
    return { B, C, D };
  };
  return { train: named('train'), validation: named('validation'), test: named('test') };
}
