import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { CheckpointStore } from '../../../src/platform/browser/checkpoint-store.ts';
import type { FilesToKeep, PrivateFiles } from '../../../src/platform/browser/private-files.ts';

const text = (value: string) => new TextEncoder().encode(value);
const model = (weights = 'weights') =>
  new Map([
    ['config.json', text('{}')],
    ['model.safetensors', text(weights)],
  ]);

/** Folders in memory; Chromium's own are held in tests/e2e/training.test.ts. */
function folders() {
  const kept = new Map<string, FilesToKeep>();
  let failure: Error | null = null;
  const files: PrivateFiles = {
    async write(folder, given) {
      if (failure) throw failure;
      kept.set(folder, given);
    },
    async read(folder) {
      const found = kept.get(folder);
      if (!found) return null;
      const blobs = [...found].map(
        ([name, data]) => [name, new Blob([data as Uint8Array<ArrayBuffer> | Blob])] as const,
      );
      return new Map(blobs);
    },
    remove: async (folder) => void kept.delete(folder),
    folders: async () => [...kept.keys()],
  };
  return { kept, files, failWith: (error: Error) => (failure = error) };
}

let count = 0;
const storeOver = (files: PrivateFiles | null) => {
  const name = `models-${count++}`;
  return { name, store: new CheckpointStore({ name, files: Promise.resolve(files) }) };
};

describe.each([
  ['in files of their own', () => folders().files],
  ['in the database, where the browser gives no files', () => null],
])('checkpoints %s', (_name, make) => {
  it('are listed, opened, renamed and removed', async () => {
    const { store } = storeOver(make());
    const { id } = await store.save('first', model('abc'));
    await store.save('second', model());
    await store.rename(id, 'mine');
    const names = (await store.list()).map(({ name, bytes }) => [name, bytes]);
    expect(names.sort()).toEqual([
      ['mine', 5],
      ['second', 9],
    ]);
    const files = await store.open(id);
    expect(files.name).toBe('mine');
    expect(await files.list()).toEqual([
      { path: 'config.json', size: 2 },
      { path: 'model.safetensors', size: 3 },
    ]);
    expect(await files.read('model.safetensors')).toEqual(text('abc'));
    await expect(files.read('other')).rejects.toThrow('mine has no other');
    await store.remove(id);
    expect((await store.list()).map(({ name }) => name)).toEqual(['second']);
    await expect(store.open(id)).rejects.toThrow(/not kept on this device/);
    await expect(store.rename(id, 'x')).rejects.toThrow(/not kept on this device/);
  });
});

describe('a store over files', () => {
  it('keeps models that an earlier version put into the database', async () => {
    const { name, store } = storeOver(null);
    const { id } = await store.save('old', model('old'));
    const disk = folders();
    const now = new CheckpointStore({ name, files: Promise.resolve(disk.files) });
    await now.save('new', model());
    expect(await (await now.open(id)).read('model.safetensors')).toEqual(text('old'));
    expect(disk.kept.size).toBe(1);
  });

  it('clears away what a closed tab left half written', async () => {
    const disk = folders();
    const { store } = storeOver(disk.files);
    disk.kept.set('orphan', model());
    const { id } = await store.save('whole', model());
    expect([...disk.kept.keys()]).toEqual([id]);
    await store.remove(id);
    expect(disk.kept.size).toBe(0);
  });

  it('says what to do when the disk is full, and lists nothing that is not there', async () => {
    const disk = folders();
    const { store } = storeOver(disk.files);
    disk.failWith(new DOMException('full', 'QuotaExceededError'));
    await expect(store.save('large', model())).rejects.toThrow(
      /no room on this device for large .* download it/,
    );
    expect(await store.list()).toEqual([]);
  });

  it('says so where the files have gone', async () => {
    const disk = folders();
    const { store } = storeOver(disk.files);
    const { id } = await store.save('lost', model());
    disk.kept.clear();
    await expect(store.open(id)).rejects.toThrow(/not kept on this device/);
  });
});
