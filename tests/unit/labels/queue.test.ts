import { beforeAll, describe, expect, test } from 'vitest';
import type { LabelDraft } from '../../../src/labels/label.ts';
import { newLabel } from '../../../src/labels/label.ts';
import { disagreementOf, marginOf, planQueue } from '../../../src/labels/queue.ts';
import type { Probabilities } from '../../../src/labels/queue.ts';
import { AT, tileOf } from '../../support/labels.ts';

const opinions: Probabilities[] = [
  { B: 0.9, C: 0.05, D: 0.05 },
  { B: 0.4, C: 0.35, D: 0.25 },
  { B: 0.5, C: 0.3, D: 0.2 },
  { B: 0.02, C: 0.03, D: 0.95 },
  { B: 0.34, C: 0.33, D: 0.33 },
  { B: 0.1, C: 0.85, D: 0.05 },
];
let drafts: LabelDraft[];
beforeAll(async () => {
  const tiles = opinions.map((probabilities, seed) =>
    tileOf({ seed, probabilities, siteId: `0,${seed % 2}` }),
  );
  drafts = (await Promise.all(tiles)).map(({ draft }) => draft);
});
const quiet = { labels: [], labeller: 'Ann', answered: 0, honestShare: 0, blindShare: 0 };
const order = (ids: { id: string }[]) => ids.map(({ id }) => drafts.findIndex((d) => d.id === id));

describe('queue', () => {
  test('margin and disagreement, by hand', () => {
    expect(marginOf(opinions[1]!)).toBeCloseTo(0.05, 12);
    // (|0.9−0.1| + |0.05−0.85| + 0) / 2
    expect(disagreementOf(opinions[0]!, opinions[5]!)).toBeCloseTo(0.8, 12);
  });

  test('the least sure come first, over all sites; then what two checkpoints dispute', () => {
    const second = new Map<string, Probabilities>([
      [drafts[3]!.id, { B: 0.02, C: 0.93, D: 0.05 }],
      [drafts[0]!.id, { B: 0.7, C: 0.25, D: 0.05 }],
      [drafts[5]!.id, { B: 0.1, C: 0.85, D: 0.05 }],
    ]);
    const queue = planQueue({ ...quiet, candidates: drafts, second });
    expect(order(queue)).toEqual([4, 1, 2, 3, 0, 5]);
    expect(queue.map(({ reason }) => reason)).toEqual([
      'uncertain',
      'uncertain',
      'uncertain',
      'disagreement',
      'disagreement',
      'random',
    ]);
  });

  test('a labelled tile is out of it, and the rest keeps its order', () => {
    const first = planQueue({ ...quiet, candidates: drafts });
    const label = newLabel(drafts[4]!, { label: 'B', by: 'Ann', at: AT });
    const then = planQueue({ ...quiet, candidates: drafts, labels: [label], answered: 1 });
    expect(then).toEqual(first.slice(1));
  });

  test('each tile comes up once, with a random share counted along the answers', async () => {
    const many = await Promise.all(
      Array.from({ length: 100 }, (_, seed) => tileOf({ seed, probabilities: opinions[1]! })),
    );
    const candidates = many.map(({ draft }) => draft);
    const queue = planQueue({ ...quiet, candidates, honestShare: 0.1 });
    expect(new Set(queue.map(({ id }) => id)).size).toBe(100);
    expect(queue.filter(({ reason }) => reason === 'random')).toHaveLength(10);
    expect(queue.findIndex(({ reason }) => reason === 'random')).toBe(9);
    // After nine answers the tenth is the random one: it does not run away from the labeller.
    const labels = queue.slice(0, 9).map(({ id }) =>
      newLabel(
        candidates.find((c) => c.id === id)!,
        { label: 'B', by: 'Ann', at: AT },
      ),
    );
    const next = planQueue({ ...quiet, candidates, labels, answered: 9, honestShare: 0.1 });
    expect(next[0]!.reason).toBe('random');
  });

  test('a share comes back blind: own labels only, not the latest, each once', async () => {
    const many = await Promise.all(Array.from({ length: 40 }, (_, seed) => tileOf({ seed })));
    const labels = many.slice(0, 20).map(({ draft }, i) =>
      newLabel(draft, {
        label: 'B',
        by: i < 10 ? 'Ann' : 'Bo',
        at: `2024-03-01T10:00:${String(i).padStart(2, '0')}Z`,
      }),
    );
    const queue = planQueue({
      ...quiet,
      candidates: many.map(({ draft }) => draft),
      labels,
      blindShare: 0.2,
    });
    const blind = queue.filter(({ reason }) => reason === 'blind');
    // Ann has ten labels; her last eight are too fresh.
    expect(blind.map(({ id }) => id).sort()).toEqual(
      labels
        .slice(0, 2)
        .map(({ id }) => id)
        .sort(),
    );
  });
});
