import { LABEL_CHOICES } from './label.ts';
import type { LabelChoice, LabelRecord } from './label.ts';

export interface Agreement {
  /** Tiles judged twice by the same person. */
  pairs: number;
  /** Share of them answered alike. */
  observed: number;
  /** Cohen's κ; null with no pairs, or where both rounds gave one and the same answer throughout. */
  kappa: number | null;
}

/**
 * Cohen's κ = (po − pe) / (1 − pe): agreement beyond what chance would give.
 * @param pairs first and second answer to the same tile
 * @see Cohen, A coefficient of agreement for nominal scales, 1960
 */
export function cohensKappa(pairs: readonly (readonly [LabelChoice, LabelChoice])[]): Agreement {
  const n = pairs.length;
  if (n === 0) return { pairs: 0, observed: 0, kappa: null };
  const observed = pairs.filter(([a, b]) => a === b).length / n;
  const expected = LABEL_CHOICES.reduce((sum, choice) => {
    const first = pairs.filter(([a]) => a === choice).length;
    const second = pairs.filter(([, b]) => b === choice).length;
    return sum + (first * second) / (n * n);
  }, 0);
  return {
    pairs: n,
    observed,
    kappa: expected === 1 ? null : (observed - expected) / (1 - expected),
  };
}

/** How well a person agrees with themself on tiles that came back blind. */
export function selfAgreement(labels: readonly LabelRecord[], by?: string): Agreement {
  const pairs: [LabelChoice, LabelChoice][] = [];
  for (const { history } of labels) {
    let standing: { label: LabelChoice; by: string } | null = null;
    for (const event of history) {
      if (event.change === 'repeat') {
        if (standing?.by === event.by && (by === undefined || by === event.by)) {
          pairs.push([standing.label, event.label]);
        }
      } else if (event.change !== 'note' && event.change !== 'kept') {
        standing = { label: event.label, by: event.by };
      }
    }
  }
  return cohensKappa(pairs);
}
