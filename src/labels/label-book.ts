import { changeLabel, isAside, newLabel, saysTheSame } from './label.ts';
import type { Judgement, LabelChoice, LabelDraft, LabelEvent, LabelRecord } from './label.ts';
import type { LabelStore } from './label-store.ts';
import { judgeMerge, settleLabel } from './merge-label.ts';
import type { LabelConflict, Settling } from './merge-label.ts';

interface Edit {
  id: string;
  before: LabelRecord | null;
  after: LabelRecord | null;
  /** Kept where the edit adds or removes the picture. */
  png?: Uint8Array;
}
type Step = Edit[];

export interface StepReport {
  /** Labels that changed. */
  ids: string[];
  /** Labels left as they are because somebody changed them since, one line each. */
  refused: string[];
}

/** Runs work while nobody else of the same kind runs. */
export type Exclusively = <T>(work: () => Promise<T>) => Promise<T>;

/** Most steps that undo remembers. */
const STEP_LIMIT = 500;

/**
 * What a person does to labels, with undo and redo. Steps run one after the other, each written
 * before the next begins. Undo never overwrites what another tab did since: it says so instead.
 */
export class LabelBook {
  readonly store: LabelStore;
  #now: () => string;
  #undone: Step[] = [];
  #done: Step[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #alone: Exclusively;

  /**
   * @param now the time as ISO 8601, UTC
   * @param alone keeps other books over the same store out while a step reads, changes and writes;
   * without it, of two tabs that judge one tile in the same moment one would be forgotten
   */
  constructor(store: LabelStore, now: () => string, alone: Exclusively = (work) => work()) {
    this.store = store;
    this.#now = now;
    this.#alone = alone;
  }

  get canUndo(): boolean {
    return this.#done.length > 0;
  }
  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  /** Labels tiles, new or known; all of them are one step of undo. */
  label(
    tiles: readonly { draft: LabelDraft; png: Uint8Array }[],
    judgement: Omit<Judgement, 'at'>,
  ): Promise<LabelRecord[]> {
    return this.#queue(async () => {
      const at = this.#now();
      const step: Step = [];
      try {
        for (const { draft, png } of tiles) {
          const before = await this.store.get(draft.id);
          const after = before
            ? changeLabel(before, { ...judgement, at })
            : newLabel(draft, { ...judgement, at });
          await this.store.put(after, before ? undefined : png);
          step.push({ id: draft.id, before, after, ...(before ? {} : { png }) });
        }
      } finally {
        this.#remember(step);
      }
      return step.map(({ after }) => after!);
    });
  }

  /** Changes the label of tiles that have one. */
  relabel(
    ids: readonly string[],
    label: LabelChoice,
    by: string,
    change: Extract<LabelEvent['change'], 'label' | 'repeat'> = 'label',
  ): Promise<void> {
    return this.#change(ids, (before, at) => changeLabel(before, { label, by, at }, change));
  }

  /** Sets the note of a label; one that it has already is no step. */
  note(id: string, note: string, by: string): Promise<void> {
    return this.#change([id], (before, at) =>
      before.note === note
        ? null
        : changeLabel(before, { label: before.label, by, at, note }, 'note'),
    );
  }

  /** Settles what an archive says otherwise; all of them are one step of undo. */
  settle(conflicts: readonly LabelConflict[], take: Settling, by: string): Promise<void> {
    const theirs = new Map(conflicts.map((conflict) => [conflict.id, conflict.theirs]));
    return this.#change([...theirs.keys()], (before, at) => {
      const other = theirs.get(before.id)!;
      // Somebody may have settled it meanwhile, here or in another tab.
      if (judgeMerge(before, other).kind !== 'conflict') return null;
      return settleLabel(before, other, { take, by, at });
    });
  }

  /** @param change null leaves a label as it is */
  #change(
    ids: readonly string[],
    change: (before: LabelRecord, at: string) => LabelRecord | null,
  ): Promise<void> {
    return this.#queue(async () => {
      const at = this.#now();
      const step: Step = [];
      try {
        for (const id of ids) {
          const before = await this.store.get(id);
          const after = before && change(before, at);
          if (!after) continue;
          await this.store.put(after);
          step.push({ id, before, after });
        }
      } finally {
        this.#remember(step);
      }
    });
  }

  /** Takes labels out of the store. */
  remove(ids: readonly string[]): Promise<void> {
    return this.#queue(async () => {
      const step: Step = [];
      try {
        for (const id of ids) {
          const [before, png] = [await this.store.get(id), await this.store.pixels(id)];
          if (!before || !png) continue;
          await this.store.remove(id);
          step.push({ id, before, after: null, png });
        }
      } finally {
        this.#remember(step);
      }
    });
  }

  /** Takes the last step back; null where there is none. */
  undo(): Promise<StepReport | null> {
    return this.#queue(async () => {
      const step = this.#done.pop();
      if (!step) return null;
      const report = await this.#bring(step, 'undo');
      this.#undone.push(step);
      return report;
    });
  }

  /** Does the last undone step again; null where there is none. */
  redo(): Promise<StepReport | null> {
    return this.#queue(async () => {
      const step = this.#undone.pop();
      if (!step) return null;
      const report = await this.#bring(step, 'redo');
      this.#done.push(step);
      return report;
    });
  }

  async #bring(step: Step, change: 'undo' | 'redo'): Promise<StepReport> {
    const report: StepReport = { ids: [], refused: [] };
    for (const edit of step) {
      const [from, to] = change === 'undo' ? [edit.after, edit.before] : [edit.before, edit.after];
      const current = await this.store.get(edit.id);
      if (!(current && from ? saysTheSame(current, from) : current === from)) {
        const { tileId } = (edit.after ?? edit.before)!;
        const name = tileId ? `of tile ${tileId}` : edit.id.slice(0, 8);
        report.refused.push(
          `Label ${name} was changed since, elsewhere: ${change} left it as it is.`,
        );
        continue;
      }
      if (!to) await this.store.remove(edit.id);
      else if (!current) await this.store.put(to, edit.png);
      else await this.store.put(brought(current, { edit, to, change, at: this.#now() }));
      report.ids.push(edit.id);
    }
    return report;
  }

  #remember(step: Step): void {
    if (step.length === 0) return;
    this.#done.push(step);
    if (this.#done.length > STEP_LIMIT) this.#done.shift();
    this.#undone = [];
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(() => this.#alone(work));
    this.#turn = next.catch(() => undefined);
    return next;
  }
}

/**
 * `to` as it was, with a history that also tells of the way there and back. A blind second answer, or
 * a label kept against an archive, changed no label: it is withdrawn or given again, which is all
 * there is to tell.
 */
function brought(
  current: LabelRecord,
  { edit, to, change, at }: { edit: Edit; to: LabelRecord; change: 'undo' | 'redo'; at: string },
): LabelRecord {
  const aside = edit.after?.history.at(-1);
  if (aside && isAside(aside)) {
    const others = current.history.filter((event) => !sameEvent(event, aside));
    return { ...current, history: change === 'undo' ? others : [...others, aside] };
  }
  const event: LabelEvent = { at, by: to.labeller, change, label: to.label, note: to.note };
  return { ...to, history: [...current.history, event] };
}
const sameEvent = (a: LabelEvent, b: LabelEvent): boolean =>
  a.change === b.change && a.at === b.at && a.by === b.by && a.label === b.label;
