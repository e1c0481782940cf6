import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { afterEach, describe, expect, test } from 'vitest';
import { SiteDb, asSiteError, siteKey } from '../../../src/platform/browser/site-db.ts';
import type { SavedBatch } from '../../../src/platform/browser/site-db.ts';
import { batchRow } from '../../../src/report/batch-csv.ts';
import { UserError } from '../../../src/site/user-error.ts';
import { mockResult } from '../../support/mock-result.ts';

let names = 0;
const opened: SiteDb[] = [];
const fresh = () => `sites-test-${++names}`;
async function open(name = fresh()): Promise<SiteDb> {
  const db = await SiteDb.open(name);
  opened.push(db);
  return db;
}
afterEach(() => {
  for (const db of opened.splice(0)) db.close();
});

const MORNING = '2026-03-01T08:00:00.000Z';
const NOON = '2026-03-01T12:00:00.000Z';
const listed = { line: 2, name: 'Mock coast', site: { lng: 20.5126, lat: -34.0368 }, heightFt: 25 };

describe('saved sites', () => {
  test('are there after closing and opening, newest first, and read back as they were', async () => {
    const name = fresh();
    const db = await open(name);
    const here = mockResult();
    const there = mockResult({ lat: 10, lng: 20 });
    await db.put(here, { savedAt: MORNING });
    await db.put(there, { savedAt: NOON, name: 'Ten, twenty' });
    db.close();

    const again = await open(name);
    const list = await again.list();
    expect(list.map(({ row }) => row.name)).toEqual(['Ten, twenty', 'Mock coast']);
    expect(list[1]).toMatchObject({
      savedAt: MORNING,
      row: { lat: -34.0368, lng: 20.5126, heightFt: 25, governing: here.governing },
      model: { id: 'upwind-vit' },
      rules: { edition: '7-22', tolerance: 0.2 },
    });
    expect(await again.get(list[1]!.key)).toEqual(here);
    expect((await again.get(list[0]!.key))!.site.name).toBe('Ten, twenty');
  });

  test('one entry where nothing that decides differs, another where something does', async () => {
    const db = await open();
    const result = mockResult();
    await db.put(result, { savedAt: MORNING });
    await db.put(result, { savedAt: NOON });
    expect(await db.list()).toHaveLength(1);
    for (const other of [
      { ...result, site: { ...result.site, heightFt: 26 } },
      { ...result, model: { ...result.model, sha256: 'cd'.repeat(32) } },
      { ...result, imagery: { ...result.imagery, id: 'naip' } },
      { ...result, settings: { ...result.settings, edition: '7-16' as const } },
    ]) {
      await db.put(other, { savedAt: NOON });
    }
    expect(await db.list()).toHaveLength(5);
  });

  test('are renamed in the list and in the answer, and deleted from both', async () => {
    const db = await open();
    const { key } = await db.put(mockResult(), { savedAt: MORNING });
    await db.rename(key, 'Mill by the sea');
    expect((await db.list())[0]!.row.name).toBe('Mill by the sea');
    expect((await db.get(key))!.site.name).toBe('Mill by the sea');
    // The page shows it under its first name still; saving a correction takes no name away.
    for (const name of ['Mock coast', null]) {
      const { site } = mockResult();
      await db.put({ ...mockResult(), site: { ...site, name } }, { savedAt: NOON });
      expect((await db.list())[0]!.row.name).toBe('Mill by the sea');
      expect((await db.get(key))!.site.name).toBe('Mill by the sea');
    }
    await db.delete(key);
    expect(await db.list()).toEqual([]);
    expect(await db.get(key)).toBeNull();
    await expect(db.rename(key, 'nobody')).rejects.toThrow(/deleted/);
  });

  test('what is no answer any more is refused, naming the field', async () => {
    const name = fresh();
    const db = await open(name);
    const { key } = await db.put(mockResult(), { savedAt: MORNING });
    const raw = await openDB(name);
    await raw.put('results', { ...mockResult(), governing: 'E' }, key);
    raw.close();
    await expect(db.get(key)).rejects.toThrow(/governing/);
  });

  test('every change is told', async () => {
    const db = await open();
    let told = 0;
    const stop = db.subscribe(() => told++);
    const { key } = await db.put(mockResult(), { savedAt: MORNING });
    await db.delete(key);
    stop();
    await db.put(mockResult(), { savedAt: MORNING });
    expect(told).toBe(2);
  });

  test('a full disk is told in words', () => {
    const full = new DOMException('full', 'QuotaExceededError');
    for (const error of [asSiteError(full), asSiteError(new Error('aborted'), full)]) {
      expect(error).toBeInstanceOf(UserError);
      expect((error as Error).message).toMatch(/no room left.*delete/);
    }
    const other = new TypeError('defect');
    expect(asSiteError(other)).toBe(other);
  });
});

describe('the batch', () => {
  const batch: SavedBatch = {
    fileName: 'sites.csv',
    begunAt: MORNING,
    list: [listed],
    modelSha256: 'ab'.repeat(32),
    imageryId: 'demo',
    setup: { tolerance: 0.2 },
  };

  test('a settled line and its site are kept together; a new batch clears the lines only', async () => {
    const name = fresh();
    const db = await open(name);
    const result = mockResult();
    await db.beginBatch(batch);
    const row = batchRow(listed, result, null);
    await db.settleLine({ line: 2, row }, { result, savedAt: NOON });
    db.close();
    const again = await open(name);
    expect(await again.batch()).toEqual(batch);
    expect(await again.batchLines()).toEqual([{ line: 2, row }]);
    expect((await again.list()).map(({ key }) => key)).toEqual([siteKey(result)]);
    await again.beginBatch({ ...batch, fileName: 'others.csv' });
    expect(await again.batchLines()).toEqual([]);
    expect(await again.list()).toHaveLength(1);
    await again.clearBatch();
    expect(await again.batch()).toBeNull();
  });

  test('does not write over an answer that a person corrected', async () => {
    const db = await open();
    const result = mockResult();
    const override = { target: 'tile', id: 'e1n1', from: 'C', to: 'B', reason: '', by: 'me' };
    const corrected = { ...result, overrides: [override] } as typeof result;
    await db.put(corrected, { savedAt: MORNING });
    await db.beginBatch(batch);
    const row = batchRow(listed, result, null);
    await db.settleLine({ line: 2, row }, { result: { ...result, overrides: [] }, savedAt: NOON });
    expect(await db.get(siteKey(result))).toEqual(corrected);
    expect(await db.batchLines()).toHaveLength(1);
  });
});
