import { UserError } from '../site/user-error.ts';
import type { LabelDraft, LabelRecord } from './label.ts';

/** A label with its picture as PNG bytes. */
export interface LabelEntry {
  label: LabelRecord;
  png: Uint8Array;
}

/** A tile that could be labelled, with its picture. */
export interface CandidateEntry {
  draft: LabelDraft;
  png: Uint8Array;
}

export interface StoreStatus {
  labels: number;
  /** Labels that could not be written and live in this tab alone. */
  unsaved: number;
  usedBytes: number | null;
  quotaBytes: number | null;
  /**
   * `persistent`: the browser promised to keep it. `best-effort`: it may be cleared when space
   * runs short, and a private window clears it on closing. `memory`: gone with the tab.
   */
  persistence: 'persistent' | 'best-effort' | 'memory';
  /** What the person should know before trusting it, one line; null where all is well. */
  message: string | null;
}

export interface StoreChange {
  /** Labels that were written or removed; empty where only the status changed. */
  ids: string[];
  /** True where another tab did it. */
  elsewhere: boolean;
}

/** Where labels live. Each call is one transaction: all of it happens, or none. */
export interface LabelStore {
  get(id: string): Promise<LabelRecord | null>;
  /** Labels in the order asked for; null where there is none. */
  getMany(ids: readonly string[]): Promise<(LabelRecord | null)[]>;
  /** PNG bytes of a label. */
  pixels(id: string): Promise<Uint8Array | null>;
  /** PNG bytes of each, in the order asked for. */
  pixelsOfMany(ids: readonly string[]): Promise<(Uint8Array | null)[]>;
  /** Every label, without pixels, by id. */
  list(): Promise<LabelRecord[]>;
  /** Writes a label; `png` is needed the first time and ignored where the picture is there. */
  put(label: LabelRecord, png?: Uint8Array): Promise<void>;
  /** Many at once, in one transaction. */
  putMany(entries: readonly LabelEntry[]): Promise<void>;
  remove(id: string): Promise<void>;
  /** Tiles of analysed sites that wait in the queue. */
  candidates(): Promise<LabelDraft[]>;
  candidatePixels(id: string): Promise<Uint8Array | null>;
  /** Replaces the candidates of one site. */
  putCandidates(siteId: string, entries: readonly CandidateEntry[]): Promise<void>;
  removeCandidates(siteId: string): Promise<void>;
  /** Small settings: split assignment, labeller's name. */
  getValue(key: string): Promise<unknown>;
  setValue(key: string, value: unknown): Promise<void>;
  status(): Promise<StoreStatus>;
  /** Removes every label, candidate and setting. */
  clear(): Promise<void>;
  subscribe(listener: (change: StoreChange) => void): () => void;
  close(): void;
}

/** The store does not take or give labels now. Nothing of the call was written. */
export class StoreUnavailableError extends UserError {
  override name = 'StoreUnavailableError';
}

/** The device has no room left. */
export class StoreFullError extends StoreUnavailableError {
  override name = 'StoreFullError';
}
