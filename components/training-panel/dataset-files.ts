import type { CheckpointFiles } from '../../src/checkpoint/file-set.ts';
import { UserError } from '../../src/site/user-error.ts';

/** More files than this are somebody's whole disk. */
const MOST_FILES = 60_000;

const pathOf = (file: File): string => file.webkitRelativePath || file.name;

/** Pictures chosen or dropped: one zip, parquet files, or the files of a folder. */
export async function chosenDataset(files: readonly File[]): Promise<CheckpointFiles> {
  const [first] = files;
  if (!first) throw new UserError('Nothing was chosen.');
  if (files.length === 1 && /\.zip$/i.test(first.name)) {
    const { zipDataset } = await import('../../src/training/dataset/zip-dataset.ts');
    return zipDataset(first, first.name);
  }
  if (files.length > MOST_FILES) {
    throw new UserError(
      `This folder holds ${files.length} files. Choose the dataset’s own folder.`,
    );
  }
  const byPath = new Map(files.map((file) => [pathOf(file), file]));
  return {
    name: pathOf(first).includes('/') ? pathOf(first).split('/')[0]! : first.name,
    list: async () => [...byPath].map(([path, { size }]) => ({ path, size })),
    async read(path, { signal } = {}) {
      signal?.throwIfAborted();
      const file = byPath.get(path);
      if (!file) throw new UserError(`The chosen files have no ${path}.`);
      return new Uint8Array(await file.arrayBuffer());
    },
  };
}

/** A dataset on the Hugging Face Hub; downloads are kept in this browser. */
export async function hubDatasetFiles(id: string): Promise<CheckpointFiles> {
  const [{ hubDataset }, { cacheStore }] = await Promise.all([
    import('../../src/platform/hub-dataset.ts'),
    import('../../src/platform/browser/cache-store.ts'),
  ]);
  return hubDataset(id, { store: cacheStore() });
}
