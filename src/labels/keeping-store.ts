import { UserError } from '../site/user-error.ts';
import type { LabelDraft, LabelRecord } from './label.ts';
import { StoreUnavailableError } from './label-store.ts';
import type {
  CandidateEntry,
  LabelEntry,
  LabelStore,
  StoreChange,
  StoreStatus,
} from './label-store.ts';

/**
 * A store that loses nothing when the one beneath refuses: what cannot be written stays in memory,
 * is served and exported like the rest, is tried again with the next write, and is counted in the
 * status, which says so. Only a closed tab can lose it, and the person is told before.
 */
export class KeepingStore implements LabelStore {
  #base: LabelStore;
  #unsaved = new Map<string, { label: LabelRecord; png?: Uint8Array }>();
  #reason = '';
  #listeners = new Set<(change: StoreChange) => void>();
  #stop: () => void;

  constructor(base: LabelStore) {
    this.#base = base;
    this.#stop = base.subscribe((change) => this.#tell(change));
  }

  async get(id: string): Promise<LabelRecord | null> {
    return this.#unsaved.get(id)?.label ?? (await this.#base.get(id).catch(unlessGone(null)));
  }

  async pixels(id: string): Promise<Uint8Array | null> {
    return this.#unsaved.get(id)?.png ?? (await this.#base.pixels(id).catch(unlessGone(null)));
  }

  async getMany(ids: readonly string[]): Promise<(LabelRecord | null)[]> {
    const stored = await this.#base.getMany(ids).catch(unlessGone(ids.map(() => null)));
    return ids.map((id, i) => this.#unsaved.get(id)?.label ?? stored[i]!);
  }

  async pixelsOfMany(ids: readonly string[]): Promise<(Uint8Array | null)[]> {
    const stored = await this.#base.pixelsOfMany(ids).catch(unlessGone(ids.map(() => null)));
    return ids.map((id, i) => this.#unsaved.get(id)?.png ?? stored[i]!);
  }

  async list(): Promise<LabelRecord[]> {
    const stored = await this.#base.list().catch(unlessGone<LabelRecord[]>([]));
    if (this.#unsaved.size === 0) return stored;
    const merged = new Map(stored.map((label) => [label.id, label]));
    for (const [id, { label }] of this.#unsaved) merged.set(id, label);
    return [...merged.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async put(label: LabelRecord, png?: Uint8Array): Promise<void> {
    const held = this.#unsaved.get(label.id);
    try {
      await this.#base.put(label, png ?? held?.png);
      this.#unsaved.delete(label.id);
      if (this.#unsaved.size > 0) await this.retry();
    } catch (error) {
      this.#keep(label, png ?? held?.png, error);
    }
  }

  async putMany(entries: readonly LabelEntry[]): Promise<void> {
    try {
      await this.#base.putMany(entries);
      for (const { label } of entries) this.#unsaved.delete(label.id);
    } catch (error) {
      for (const { label, png } of entries) this.#keep(label, png, error);
    }
  }

  #keep(label: LabelRecord, png: Uint8Array | undefined, error: unknown): void {
    // A label that is wrong in itself is the caller's to put right; keeping it would hide that.
    if (error instanceof UserError && !(error instanceof StoreUnavailableError)) throw error;
    this.#unsaved.set(label.id, png ? { label, png } : { label });
    this.#reason = error instanceof Error ? error.message : String(error);
    this.#tell({ ids: [label.id], elsewhere: false });
  }

  /** Tries once more to write what is held in memory. */
  async retry(): Promise<void> {
    for (const [id, { label, png }] of [...this.#unsaved]) {
      try {
        await this.#base.put(label, png);
        if (this.#unsaved.get(id)?.label === label) this.#unsaved.delete(id);
      } catch (error) {
        this.#reason = error instanceof Error ? error.message : String(error);
        break;
      }
    }
    this.#tell({ ids: [], elsewhere: false });
  }

  async remove(id: string): Promise<void> {
    await this.#base.remove(id);
    if (this.#unsaved.delete(id)) this.#tell({ ids: [id], elsewhere: false });
  }

  async status(): Promise<StoreStatus> {
    const status = await this.#base.status();
    const unsaved = this.#unsaved.size;
    if (unsaved === 0) return status;
    const message = `${unsaved} ${unsaved === 1 ? 'label is' : 'labels are'} kept in this tab only: ${this.#reason} Export before you close it.`;
    const labels = (await this.list()).length;
    return { ...status, labels, unsaved, message };
  }

  async clear(): Promise<void> {
    this.#unsaved.clear();
    await this.#base.clear();
  }

  candidates = (): Promise<LabelDraft[]> => this.#base.candidates();
  candidatePixels = (id: string): Promise<Uint8Array | null> => this.#base.candidatePixels(id);
  putCandidates = (siteId: string, entries: readonly CandidateEntry[]): Promise<void> =>
    this.#base.putCandidates(siteId, entries);
  removeCandidates = (siteId: string): Promise<void> => this.#base.removeCandidates(siteId);
  getValue = (key: string): Promise<unknown> => this.#base.getValue(key);
  setValue = (key: string, value: unknown): Promise<void> => this.#base.setValue(key, value);

  subscribe(listener: (change: StoreChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#stop();
    this.#listeners.clear();
    this.#base.close();
  }

  #tell(change: StoreChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}

/** While the store beneath is gone, what is held here is all there is to read. */
const unlessGone =
  <T>(nothing: T) =>
  (error: unknown): T => {
    if (error instanceof StoreUnavailableError) return nothing;
    throw error;
  };
