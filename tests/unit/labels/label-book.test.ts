import { beforeEach, describe, expect, test } from 'vitest';
import { KeptSplits } from '../../../components/label-board/kept-splits.ts';
import { exportLabels } from '../../../src/labels/archives/export-labels.ts';
import { KeepingStore } from '../../../src/labels/keeping-store.ts';
import { LabelBook } from '../../../src/labels/label-book.ts';
import type { Exclusively } from '../../../src/labels/label-book.ts';
import { changeLabel, parseLabel } from '../../../src/labels/label.ts';
import type { LabelRecord } from '../../../src/labels/label.ts';
import { StoreFullError } from '../../../src/labels/label-store.ts';
import type { CandidateEntry } from '../../../src/labels/label-store.ts';
import { MemoryLabelStore } from '../../../src/labels/memory-label-store.ts';
import { mergeLabels } from '../../../src/labels/merge-label.ts';
import { selfAgreement } from '../../../src/labels/self-agreement.ts';
import { entryOf, tickingClock, tileOf } from '../../support/labels.ts';

let store: MemoryLabelStore;
let book: LabelBook;
let tiles: CandidateEntry[];
beforeEach(async () => {
  store = new MemoryLabelStore();
  book = new LabelBook(store, tickingClock());
  tiles = await Promise.all([1, 2, 3].map((seed) => tileOf({ seed })));
});
/** The store as a disk has it: others get a word in between reading and writing. */
function slow(store: MemoryLabelStore): MemoryLabelStore {
  const get = async (id: string) => {
    const label = await store.get(id);
    await new Promise((resolve) => setTimeout(resolve));
    return label;
  };
  return Object.assign(Object.create(store) as MemoryLabelStore, {
    get,
    put: store.put.bind(store),
  });
}

const choices = async () => (await store.list()).map(({ label }) => label).sort();

describe('label book', () => {
  test('labels, changes its mind, undoes and redoes; the history tells all of it', async () => {
    const [tile] = tiles as [CandidateEntry];
    await book.label([tile], { label: 'B', by: 'Ann' });
    await book.label([tile], { label: 'D', by: 'Ann', note: 'a pond' });
    await book.undo();
    expect(await store.get(tile.draft.id)).toMatchObject({ label: 'B', note: '' });
    await book.redo();
    const label = (await store.get(tile.draft.id))!;
    expect(label).toMatchObject({ label: 'D', note: 'a pond' });
    expect(label.history.map(({ change, label }) => `${change} ${label}`)).toEqual([
      'label B',
      'label D',
      'undo B',
      'redo D',
    ]);
  });

  test('a group is one step, and undoing a first label takes it out whole', async () => {
    await book.label(tiles, { label: 'C', by: 'Ann' });
    expect(await choices()).toEqual(['C', 'C', 'C']);
    await book.undo();
    expect(await store.list()).toEqual([]);
    expect(await store.pixels(tiles[0]!.draft.id)).toBeNull();
    await book.redo();
    expect(await choices()).toEqual(['C', 'C', 'C']);
    expect(await store.pixels(tiles[0]!.draft.id)).toEqual(tiles[0]!.png);
  });

  test('two tabs that judge one tile in the same moment both stay in its history', async () => {
    let turn: Promise<unknown> = Promise.resolve();
    const alone: Exclusively = (work) => {
      const next = turn.then(work);
      turn = next.catch(() => undefined);
      return next;
    };
    const [here, there] = [1, 2].map(() => new LabelBook(slow(store), tickingClock(), alone));
    await Promise.all([
      here!.label([tiles[0]!], { label: 'B', by: 'Ann' }),
      there!.label([tiles[0]!], { label: 'D', by: 'Bob' }),
    ]);
    const [label] = await store.list();
    expect(label!.history.map(({ label, by }) => `${by} ${label}`)).toEqual(['Ann B', 'Bob D']);
  });

  test('a deleted label comes back with picture and history', async () => {
    await book.label([tiles[0]!], { label: 'B', by: 'Ann' });
    await book.note(tiles[0]!.draft.id, 'roofs', 'Ann');
    const before = await store.get(tiles[0]!.draft.id);
    await book.remove([tiles[0]!.draft.id]);
    expect(await store.list()).toEqual([]);
    await book.undo();
    expect(await store.get(tiles[0]!.draft.id)).toEqual(before);
    expect(await store.pixels(tiles[0]!.draft.id)).toEqual(tiles[0]!.png);
  });

  test('undo leaves alone what another tab changed since, and says so', async () => {
    const [record] = (await book.label([tiles[0]!], { label: 'B', by: 'Ann' })) as [LabelRecord];
    await book.label([tiles[1]!], { label: 'B', by: 'Ann' });
    await store.put(changeLabel(record, { label: 'D', by: 'Bo', at: '2025-01-01T00:00:00Z' }));
    expect((await book.undo())!.refused).toEqual([]);
    const report = await book.undo();
    expect(report!.refused).toEqual([expect.stringContaining('changed since')]);
    expect(await choices()).toEqual(['D']);
  });

  test('a blind answer undone no longer counts', async () => {
    const id = tiles[0]!.draft.id;
    await book.label([tiles[0]!], { label: 'B', by: 'Ann' });
    await book.relabel([id], 'C', 'Ann', 'repeat');
    expect(selfAgreement(await store.list()).pairs).toBe(1);
    await book.undo();
    expect(selfAgreement(await store.list()).pairs).toBe(0);
    await book.redo();
    expect(selfAgreement(await store.list()).pairs).toBe(1);
    expect(await choices()).toEqual(['B']);
  });

  test('a conflict settled stays settled, says so in the history, and is undone like the rest', async () => {
    const [record] = (await book.label([tiles[0]!], { label: 'B', by: 'Ann' })) as [LabelRecord];
    const at = '2025-01-01T00:00:00Z';
    const theirs = changeLabel(record, { label: 'D', by: 'Bo', at, note: 'a pond' });
    const archive = [{ label: theirs, png: tiles[0]!.png }];
    const merged = async () => (await mergeLabels(store, archive))[0]!;
    const outcome = await merged();
    if (outcome.kind !== 'conflict') throw new Error(outcome.kind);
    await book.settle([outcome.conflict], 'mine', 'Ann');
    const kept = (await store.get(record.id))!;
    expect(kept).toEqual({ ...record, history: [...record.history, kept.history.at(-1)] });
    expect(kept.history.at(-1)).toMatchObject({
      ...{ change: 'kept', by: 'Ann', label: 'B' },
      against: { by: 'Bo', label: 'D', note: 'a pond' },
    });
    expect(parseLabel(kept)).toEqual(kept);
    expect(await merged()).toEqual({ kind: 'same' });
    await book.undo();
    expect((await merged()).kind).toBe('conflict');
    await book.redo();
    expect((await merged()).kind).toBe('same');
    // Another word of one's own is another question.
    await book.relabel([record.id], 'C', 'Ann');
    expect((await merged()).kind).toBe('conflict');
  });

  test('their word is taken upon what the label says by then, and undo brings that back', async () => {
    const [record] = (await book.label([tiles[0]!], { label: 'B', by: 'Ann' })) as [LabelRecord];
    const theirs = changeLabel(record, { label: 'D', by: 'Bo', at: '2025-01-01T00:00:00Z' });
    const conflict = { id: record.id, mine: record, theirs };
    await book.relabel([record.id], 'C', 'Ann');
    await book.settle([conflict], 'theirs', 'Ann');
    const told = async () =>
      (await store.get(record.id))!.history.map(
        ({ change, label, by }) => `${change} ${label} ${by}`,
      );
    expect(await told()).toEqual(['label B Ann', 'label C Ann', 'label D Bo']);
    await book.undo();
    expect(await choices()).toEqual(['C']);
    await book.remove([record.id]);
    await book.settle([conflict], 'theirs', 'Ann');
    expect(await choices()).toEqual([]);
  });

  test('a new label ends redo; nothing left says null', async () => {
    await book.label([tiles[0]!], { label: 'B', by: 'Ann' });
    await book.undo();
    await book.label([tiles[1]!], { label: 'C', by: 'Ann' });
    expect(await book.redo()).toBeNull();
    await book.undo();
    expect(await book.undo()).toBeNull();
  });

  test('quick keys are taken one after the other', async () => {
    const [tile] = tiles as [CandidateEntry];
    await Promise.all(
      (['B', 'C', 'D'] as const).map((label) => book.label([tile], { label, by: 'Ann' })),
    );
    expect((await store.get(tile.draft.id))!.history.map(({ label }) => label)).toEqual([
      'B',
      'C',
      'D',
    ]);
  });
});

/** A store whose disk fills up and is freed again. */
class FillingStore extends MemoryLabelStore {
  full = false;
  override async put(label: LabelRecord, png?: Uint8Array): Promise<void> {
    if (this.full) throw new StoreFullError('This device has no room left for labels.');
    await super.put(label, png);
  }
  override async setValue(key: string, value: unknown): Promise<void> {
    if (this.full) throw new StoreFullError('This device has no room left for labels.');
    await super.setValue(key, value);
  }
  override async putCandidates(siteId: string, entries: CandidateEntry[]): Promise<void> {
    if (this.full) throw new StoreFullError('This device has no room left for labels.');
    await super.putCandidates(siteId, entries);
  }
}

describe('full disk', () => {
  test('nothing is lost, it is told, and written once there is room', async () => {
    const base = new FillingStore();
    const keeping = new KeepingStore(base);
    const keepingBook = new LabelBook(keeping, tickingClock());
    await keepingBook.label([tiles[0]!], { label: 'B', by: 'Ann' });
    base.full = true;
    await keepingBook.label([tiles[1]!], { label: 'C', by: 'Ann' });
    await keepingBook.label([tiles[0]!], { label: 'D', by: 'Ann' });
    expect(await base.list()).toHaveLength(1);
    expect((await keeping.list()).map(({ label }) => label).sort()).toEqual(['C', 'D']);
    expect(await keeping.pixels(tiles[1]!.draft.id)).toEqual(tiles[1]!.png);
    const status = await keeping.status();
    expect(status).toMatchObject({ unsaved: 2, labels: 2 });
    expect(status.message).toMatch(/2 labels are kept in this tab only.*no room.*Export/);
    base.full = false;
    await keepingBook.label([tiles[2]!], { label: 'B', by: 'Ann' });
    expect(await keeping.status()).toMatchObject({ unsaved: 0, message: null });
    expect((await base.list()).map(({ label }) => label).sort()).toEqual(['B', 'C', 'D']);
  });

  test('the way out that it points to is open: splits are settled, labels exported, tiles wait', async () => {
    const base = new FillingStore();
    const keeping = new KeepingStore(base);
    await keeping.setValue('splits', { '1,1': 'train' });
    base.full = true;
    await keeping.put((await entryOf({ seed: 1 }, 'B')).label, tiles[0]!.png);
    const splits = new KeptSplits((work) => work());
    expect(await splits.settle(keeping, { '2,2': 'test' })).toEqual({
      '1,1': 'train',
      '2,2': 'test',
    });
    expect(await keeping.getValue('splits')).toEqual(splits.assigned);
    const { exported } = await exportLabels(keeping, { format: 'parquet', assigned: {} });
    expect(exported).toBe(1);

    const { siteId, id } = tiles[1]!.draft;
    await keeping.putCandidates(siteId, [tiles[1]!]);
    expect((await keeping.candidates()).map((draft) => draft.id)).toEqual([id]);
    expect(await keeping.candidatePixels(id)).toEqual(tiles[1]!.png);
    base.full = false;
    await keeping.retry();
    expect(await base.getValue('splits')).toEqual(splits.assigned);
    expect((await base.candidates()).map((draft) => draft.id)).toEqual([id]);
    expect(await keeping.status()).toMatchObject({ unsaved: 0, message: null });
  });

  test('a label that is wrong in itself is refused, not kept', async () => {
    const keeping = new KeepingStore(new MemoryLabelStore());
    const running = keeping.put({ label: 'E' } as unknown as LabelRecord);
    await expect(running).rejects.toThrow('Not a label');
    expect((await keeping.status()).unsaved).toBe(0);
  });
});
