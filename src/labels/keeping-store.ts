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
  /** Settings, and tiles that wait, by site: the same for them. */
  #values = new Map<string, unknown>();
  #waiting = new Map<string, readonly CandidateEntry[]>();
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
      if (this.#holding) await this.retry();
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

  get #holding(): boolean {
    return this.#unsaved.size + this.#values.size + this.#waiting.size > 0;
  }

  /** Tries once more to write what is held in memory, labels first. */
  async retry(): Promise<void> {
    try {
      for (const [id, { label, png }] of [...this.#unsaved]) {
        await this.#base.put(label, png);
        if (this.#unsaved.get(id)?.label === label) this.#unsaved.delete(id);
      }
      for (const [key, value] of [...this.#values]) {
        await this.#base.setValue(key, value);
        if (this.#values.get(key) === value) this.#values.delete(key);
      }
      for (const [siteId, entries] of [...this.#waiting]) {
        await this.#base.putCandidates(siteId, entries);
        if (this.#waiting.get(siteId) === entries) this.#waiting.delete(siteId);
      }
    } catch (error) {
      this.#reason = error instanceof Error ? error.message : String(error);
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
    if (unsaved === 0) {
      if (this.#waiting.size === 0) return status;
      const message = `The queue will not outlast this tab: ${this.#reason}`;
      return { ...status, message: status.message ?? message };
    }
    const message = `${unsaved} ${unsaved === 1 ? 'label is' : 'labels are'} kept in this tab only: ${this.#reason} Export before you close it.`;
    const labels = (await this.list()).length;
    return { ...status, labels, unsaved, message };
  }

  async clear(): Promise<void> {
    for (const held of [this.#unsaved, this.#values, this.#waiting]) held.clear();
    await this.#base.clear();
  }

  async candidates(): Promise<LabelDraft[]> {
    const stored = await this.#base.candidates().catch(unlessGone<LabelDraft[]>([]));
    const elsewhere = stored.filter(({ siteId }) => !this.#waiting.has(siteId));
    return [...elsewhere, ...[...this.#waiting.values()].flat().map(({ draft }) => draft)];
  }

  async candidatePixels(id: string): Promise<Uint8Array | null> {
    const held = [...this.#waiting.values()].flat().find(({ draft }) => draft.id === id);
    return held?.png ?? (await this.#base.candidatePixels(id).catch(unlessGone(null)));
  }

  async putCandidates(siteId: string, entries: readonly CandidateEntry[]): Promise<void> {
    try {
      await this.#base.putCandidates(siteId, entries);
      this.#waiting.delete(siteId);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      this.#waiting.set(siteId, entries);
      this.#reason = error.message;
      this.#tell({ ids: [], elsewhere: false });
    }
  }

  removeCandidates(siteId: string): Promise<void> {
    return this.putCandidates(siteId, []);
  }

  async getValue(key: string): Promise<unknown> {
    if (this.#values.has(key)) return structuredClone(this.#values.get(key));
    return this.#base.getValue(key).catch(unlessGone(undefined));
  }

  async setValue(key: string, value: unknown): Promise<void> {
    try {
      await this.#base.setValue(key, value);
      this.#values.delete(key);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      this.#values.set(key, structuredClone(value));
      this.#reason = error.message;
    }
  }

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
