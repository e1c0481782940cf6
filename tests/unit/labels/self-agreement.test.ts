import { describe, expect, test } from 'vitest';
import type { LabelChoice } from '../../../src/labels/label.ts';
import { changeLabel } from '../../../src/labels/label.ts';
import { cohensKappa, selfAgreement } from '../../../src/labels/self-agreement.ts';
import { entryOf } from '../../support/labels.ts';

const pairs = (table: [LabelChoice, LabelChoice, number][]) =>
  table.flatMap(([a, b, n]) => Array.from({ length: n }, () => [a, b] as const));

describe('Cohen’s kappa', () => {
  test('worked by hand, two categories', () => {
    // 20 BB, 5 BC, 10 CB, 15 CC of 50: po = 35/50 = 0.7.
    // First round 25 B 25 C, second 30 B 20 C: pe = (25·30 + 25·20)/2500 = 0.5. κ = 0.2/0.5.
    const { observed, kappa } = cohensKappa(
      pairs([
        ['B', 'B', 20],
        ['B', 'C', 5],
        ['C', 'B', 10],
        ['C', 'C', 15],
      ]),
    );
    expect(observed).toBeCloseTo(0.7, 12);
    expect(kappa).toBeCloseTo(0.4, 12);
  });

  test('worked by hand, three categories', () => {
    // Diagonal 8 + 6 + 4 of 24: po = 0.75. Rounds: B 10/10, C 9/8, D 5/6.
    // pe = (100 + 72 + 30)/576 = 202/576. κ = (432 − 202)/(576 − 202) = 230/374.
    const { kappa } = cohensKappa(
      pairs([
        ['B', 'B', 8],
        ['B', 'C', 1],
        ['B', 'D', 1],
        ['C', 'B', 2],
        ['C', 'C', 6],
        ['C', 'D', 1],
        ['D', 'C', 1],
        ['D', 'D', 4],
      ]),
    );
    expect(kappa).toBeCloseTo(230 / 374, 12);
  });

  test('perfect, worse than chance, and nothing to say', () => {
    expect(
      cohensKappa(
        pairs([
          ['B', 'B', 3],
          ['D', 'D', 2],
        ]),
      ).kappa,
    ).toBe(1);
    expect(
      cohensKappa(
        pairs([
          ['B', 'C', 1],
          ['C', 'B', 1],
        ]),
      ).kappa,
    ).toBe(-1);
    expect(cohensKappa([]).kappa).toBeNull();
    expect(cohensKappa(pairs([['B', 'B', 9]])).kappa).toBeNull();
  });

  test('counts a repeat against the label that stood, by the same person only', async () => {
    const { label } = await entryOf({ seed: 1 }, 'B');
    const at = '2024-05-01T00:00:00Z';
    const own = changeLabel(label, { label: 'C', by: 'Ann', at }, 'repeat');
    const other = changeLabel(label, { label: 'C', by: 'Bo', at }, 'repeat');
    expect(selfAgreement([own, other])).toMatchObject({ pairs: 1, observed: 0 });
    expect(selfAgreement([own], 'Bo').pairs).toBe(0);
  });
});
