import type { CheckpointFiles } from '../../checkpoint/file-set.ts';
import { openZip } from '../../labels/archives/zip-reader.ts';
import { UserError } from '../../site/user-error.ts';

/**
 * The files of a zipped dataset, unpacked one at a time when they are read.
 * @throws UserError where it is no zip or asks too much of this device
 */
export async function zipDataset(zip: Blob, name: string): Promise<CheckpointFiles> {
  const { entries } = await openZip(zip);
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return {
    name,
    list: async () => entries.map(({ path, size }) => ({ path, size })),
    read: async (path, { signal } = {}) => {
      signal?.throwIfAborted();
      const entry = byPath.get(path);
      if (!entry) throw new UserError(`${name} has no ${path}.`);
      return entry.read();
    },
  };
}
