import type { Exclusively } from '../../src/labels/label-book.ts';
import type { LabelStore } from '../../src/labels/label-store.ts';
import type { LabelRecord } from '../../src/labels/label.ts';
import { splitBySite } from '../../src/labels/split-by-site.ts';
import type { SplitAssignment, SplitPlan } from '../../src/labels/split-by-site.ts';

const SPLITS = 'splits';

/** Which site is in which split, as kept with the labels: once settled, no site moves. */
export class KeptSplits {
  #assigned: SplitAssignment = {};
  #alone: Exclusively;

  /** @param alone keeps other tabs out while the assignment is read and written */
  constructor(alone: Exclusively) {
    this.#alone = alone;
  }

  get assigned(): SplitAssignment {
    return this.#assigned;
  }

  async load(store: Pick<LabelStore, 'getValue'>): Promise<void> {
    this.#assigned = ((await store.getValue(SPLITS)) ?? {}) as SplitAssignment;
  }

  /** Splits of all labels: settled sites where they are, the others where they would go. */
  plan(labels: Iterable<LabelRecord>): SplitPlan {
    return splitBySite([...labels], { assigned: this.#assigned });
  }

  /** Settles sites that are not settled yet; what another tab settled first stands. */
  settle(
    store: Pick<LabelStore, 'getValue' | 'setValue'>,
    proposed: SplitAssignment,
  ): Promise<SplitAssignment> {
    return this.#alone(async () => {
      const kept = ((await store.getValue(SPLITS)) ?? {}) as SplitAssignment;
      this.#assigned = { ...proposed, ...this.#assigned, ...kept };
      await store.setValue(SPLITS, this.#assigned);
      return this.#assigned;
    });
  }
}
