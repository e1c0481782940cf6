import type { LabelChoice } from '../../src/labels/label.ts';
import { planQueue } from '../../src/labels/queue.ts';
import type { QueueItem } from '../../src/labels/queue.ts';
import type { LabelsState } from './labels-state.ts';

interface QueueHost {
  state(): LabelsState;
  answer(item: QueueItem, choice: LabelChoice, note: string): Promise<void>;
  /** Other tiles wait, or in another order. */
  changed(): void;
}

/**
 * The tiles that wait, the one that is looked at first. An answer is about that one, and the next
 * comes at once, though the store takes its time: no key meets another tile than the eye.
 */
export class QueueRun {
  items: readonly QueueItem[] = [];
  #host: QueueHost;
  #skipped = new Set<string>();
  /** Answered, and on their way into the store. */
  #pending = new Set<string>();

  constructor(host: QueueHost) {
    this.#host = host;
  }

  /** @param stay the tile that is looked at stays */
  plan({ stay = false } = {}): void {
    const { candidates, labels, second, labeller, answered } = this.#host.state();
    const all = planQueue({
      candidates: [...candidates.values()],
      labels: [...labels.values()],
      second,
      labeller,
      answered: answered + this.#pending.size,
    }).filter(({ id }) => !this.#pending.has(id));
    const open = all.filter(({ id }) => !this.#skipped.has(id));
    // Once only skipped ones are left they come again.
    if (open.length === 0) this.#skipped.clear();
    const items = open.length > 0 ? open : all;
    const shown = this.items[0];
    const still = stay && shown ? this.#stillOpen(shown, items) : null;
    this.items = still ? [still, ...items.filter(({ id }) => id !== still.id)] : items;
    this.#host.changed();
  }

  /** The item as it is planned now; null where somebody has answered it. */
  #stillOpen(shown: QueueItem, items: readonly QueueItem[]): QueueItem | null {
    // The last one stays in sight until its answer is kept.
    if (this.#pending.has(shown.id)) return items.length > 0 ? null : shown;
    const planned = items.find(({ id }) => id === shown.id);
    if (shown.reason !== 'blind' || planned) return planned ?? null;
    const { labels } = this.#host.state();
    const repeated = labels.get(shown.id)?.history.at(-1)?.change === 'repeat';
    return repeated || !labels.has(shown.id) ? null : shown;
  }

  /** Answers the tile that is looked at. */
  async answer(choice: LabelChoice, note: string): Promise<void> {
    const [item, ...rest] = this.items;
    if (!item || this.#pending.has(item.id)) return;
    this.#pending.add(item.id);
    if (rest.length > 0) this.items = rest;
    this.#host.changed();
    await this.#host.answer(item, choice, note);
    this.#pending.delete(item.id);
    this.plan({ stay: true });
  }

  skip(): void {
    const [item] = this.items;
    if (!item || this.#pending.has(item.id)) return;
    this.#skipped.add(item.id);
    this.plan();
  }
}
