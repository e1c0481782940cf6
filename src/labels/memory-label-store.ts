import { UserError } from '../site/user-error.ts';
import { parseLabel } from './label.ts';
import type { LabelDraft, LabelRecord } from './label.ts';
import type {
  CandidateEntry,
  LabelEntry,
  LabelStore,
  StoreChange,
  StoreStatus,
} from './label-store.ts';

/** Labels in memory: for Node, for tests, and where a browser offers no storage at all. */
export class MemoryLabelStore implements LabelStore {
  #labels = new Map<string, LabelRecord>();
  #pngs = new Map<string, Uint8Array>();
  #candidates = new Map<string, CandidateEntry>();
  #values = new Map<string, unknown>();
  #listeners = new Set<(change: StoreChange) => void>();
  #message: string | null;

  /** @param message why nothing better was at hand, for the status line */
  constructor(message: string | null = null) {
    this.#message = message;
  }

  async get(id: string): Promise<LabelRecord | null> {
    const label = this.#labels.get(id);
    return label ? structuredClone(label) : null;
  }

  async pixels(id: string): Promise<Uint8Array | null> {
    return this.#pngs.get(id) ?? null;
  }

  getMany(ids: readonly string[]): Promise<(LabelRecord | null)[]> {
    return Promise.all(ids.map((id) => this.get(id)));
  }

  pixelsOfMany(ids: readonly string[]): Promise<(Uint8Array | null)[]> {
    return Promise.all(ids.map((id) => this.pixels(id)));
  }

  async list(): Promise<LabelRecord[]> {
    return [...this.#labels.values()].sort(byId).map((label) => structuredClone(label));
  }

  async put(label: LabelRecord, png?: Uint8Array): Promise<void> {
    this.#write(label, png);
    this.#tell([label.id]);
  }

  async putMany(entries: readonly LabelEntry[]): Promise<void> {
    for (const { label } of entries) parseLabel(label);
    for (const { label, png } of entries) this.#write(label, png);
    this.#tell(entries.map(({ label }) => label.id));
  }

  #write(label: LabelRecord, png?: Uint8Array): void {
    const checked = parseLabel(label);
    if (!this.#pngs.has(label.id)) {
      if (!png) throw new UserError(`Label ${label.id.slice(0, 8)} has no picture to keep.`);
      this.#pngs.set(label.id, png.slice());
    }
    this.#labels.set(label.id, checked);
  }

  async remove(id: string): Promise<void> {
    this.#labels.delete(id);
    this.#pngs.delete(id);
    this.#tell([id]);
  }

  async candidates(): Promise<LabelDraft[]> {
    return [...this.#candidates.values()].map(({ draft }) => structuredClone(draft)).sort(byId);
  }

  async candidatePixels(id: string): Promise<Uint8Array | null> {
    return this.#candidates.get(id)?.png ?? null;
  }

  async putCandidates(siteId: string, entries: readonly CandidateEntry[]): Promise<void> {
    await this.removeCandidates(siteId);
    for (const entry of entries) this.#candidates.set(entry.draft.id, entry);
    this.#tell([]);
  }

  async removeCandidates(siteId: string): Promise<void> {
    for (const [id, { draft }] of this.#candidates) {
      if (draft.siteId === siteId) this.#candidates.delete(id);
    }
  }

  async getValue(key: string): Promise<unknown> {
    return structuredClone(this.#values.get(key));
  }

  async setValue(key: string, value: unknown): Promise<void> {
    this.#values.set(key, structuredClone(value));
  }

  async status(): Promise<StoreStatus> {
    const labels = this.#labels.size;
    const message = this.#message;
    return {
      labels,
      unsaved: 0,
      usedBytes: null,
      quotaBytes: null,
      persistence: 'memory',
      message,
    };
  }

  async clear(): Promise<void> {
    const ids = [...this.#labels.keys()];
    for (const map of [this.#labels, this.#pngs, this.#candidates, this.#values]) map.clear();
    this.#tell(ids);
  }

  subscribe(listener: (change: StoreChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
  }

  #tell(ids: string[]): void {
    for (const listener of [...this.#listeners]) listener({ ids, elsewhere: false });
  }
}

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
