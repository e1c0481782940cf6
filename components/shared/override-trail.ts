import type { Override } from '../../src/analysis/site-result.ts';

/** Overrides of segments and directions; those of tiles come and go with their labels. */
const ofGround = ({ target }: Override): boolean => target !== 'tile';

/** Steps that a person took with segments and directions, for undo and redo. */
export class OverrideTrail {
  #past: (readonly Override[])[] = [];
  #future: (readonly Override[])[] = [];

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** As it is now, to go back to where a step comes to nothing. */
  copy(): OverrideTrail {
    const copy = new OverrideTrail();
    copy.#past = [...this.#past];
    copy.#future = [...this.#future];
    return copy;
  }

  clear(): void {
    this.#past = [];
    this.#future = [];
  }

  /** Notes the list as it was before a step. */
  note(before: readonly Override[]): void {
    this.#past.push(before.filter(ofGround));
    this.#future = [];
  }

  /** The list one step back; null where there is none. Labels of tiles stay as they are. */
  undo(now: readonly Override[]): Override[] | null {
    return this.#step(now, this.#past, this.#future);
  }

  redo(now: readonly Override[]): Override[] | null {
    return this.#step(now, this.#future, this.#past);
  }

  #step(
    now: readonly Override[],
    from: (readonly Override[])[],
    to: (readonly Override[])[],
  ): Override[] | null {
    const back = from.pop();
    if (!back) return null;
    to.push(now.filter(ofGround));
    return [...now.filter((one) => !ofGround(one)), ...back];
  }
}
