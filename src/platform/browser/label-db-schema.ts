import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import type { LabelDraft, LabelRecord } from '../../labels/label.ts';
import { signatureOf } from '../../labels/near-duplicates.ts';
import { decodePng } from '../../labels/png.ts';

/** The label database as of today. Pixels lie apart, so that a list of 10,000 stays small. */
export interface LabelDb extends DBSchema {
  labels: { key: string; value: LabelRecord; indexes: { siteId: string; label: string } };
  pixels: { key: string; value: Uint8Array };
  candidates: { key: string; value: LabelDraft; indexes: { siteId: string } };
  candidatePixels: { key: string; value: Uint8Array };
  values: { key: string; value: unknown };
}

export const LABEL_DB_VERSION = 3;

type Upgrade = IDBPTransaction<LabelDb, StoreNames<LabelDb>[], 'versionchange'>;
type Migration = (db: IDBPDatabase<LabelDb>, tx: Upgrade) => Promise<void>;

/**
 * `MIGRATIONS[n]` takes version n to n + 1. They run in one transaction: a crash in the middle
 * leaves the old version as it was. Never edit one that was released; add another.
 */
const MIGRATIONS: Migration[] = [
  // 1: one store, each record with its own picture.
  async (db) => {
    db.createObjectStore('labels', { keyPath: 'id' });
  },
  // 2: pictures apart, and found by site and by label.
  async (db, tx) => {
    const pixels = db.createObjectStore('pixels');
    const labels = tx.objectStore('labels');
    labels.createIndex('siteId', 'siteId');
    labels.createIndex('label', 'label');
    for (let at = await labels.openCursor(); at; at = await at.continue()) {
      const { png, ...record } = at.value as LabelRecord & { png?: Uint8Array };
      if (png) await pixels.put(png, record.id);
      await at.update(record);
    }
  },
  // 3: history, requests and signature in each record; the queue and small settings kept too.
  async (db, tx) => {
    db.createObjectStore('candidates', { keyPath: 'id' }).createIndex('siteId', 'siteId');
    db.createObjectStore('candidatePixels');
    db.createObjectStore('values');
    const labels = tx.objectStore('labels');
    for (let at = await labels.openCursor(); at; at = await at.continue()) {
      const old = at.value as Partial<LabelRecord> & Pick<LabelRecord, 'id' | 'label'>;
      const png = await tx.objectStore('pixels').get(old.id);
      const image = png ? decodePng(png) : null;
      const { label, labeller: by = 'person', labelledAt = '', note = '' } = old;
      await at.update({
        ...(old as LabelRecord),
        urls: old.urls ?? [],
        signature: old.signature ?? (image ? signatureOf(image) : '0'.repeat(22)),
        history: old.history ?? [{ at: labelledAt, by, change: 'label', label, note }],
      });
    }
  },
];

/** Brings a database of any older version to today's. */
export async function migrate(
  db: IDBPDatabase<LabelDb>,
  from: number,
  tx: Upgrade,
  to: number = LABEL_DB_VERSION,
): Promise<void> {
  for (const migration of MIGRATIONS.slice(from, to)) await migration(db, tx);
}
