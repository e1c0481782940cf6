import type { CheckpointFiles } from '../../checkpoint/file-set.ts';
import { zipFiles } from '../../checkpoint/zip.ts';
import { UserError } from '../../site/user-error.ts';

/** A folder dropped or chosen on the page may hold this many files before it is refused. */
const MAX_FILES = 5_000;

export const isZip = (files: readonly File[]): boolean =>
  files.length === 1 && /\.zip$/i.test(files[0]!.name);

export const pathOf = (file: File): string => file.webkitRelativePath || file.name;

/**
 * Files chosen or dropped: one zip, or the files of a folder.
 * @param name shown as the model's name; the folder's or the archive's unless given
 */
export async function chosenFiles(files: readonly File[], name?: string): Promise<CheckpointFiles> {
  const [first] = files;
  if (!first) throw new UserError('Nothing was chosen. Choose a model folder, or a zip of one.');
  if (isZip(files)) {
    return zipFiles(new Uint8Array(await first.arrayBuffer()), name ?? first.name);
  }
  if (files.length > MAX_FILES) {
    throw new UserError(`This folder holds ${files.length} files. Choose the model's own folder.`);
  }
  const byPath = new Map(files.map((file) => [pathOf(file), file]));
  return {
    name: name ?? (pathOf(first).includes('/') ? pathOf(first).split('/')[0]! : 'dropped model'),
    list: async () => files.map((file) => ({ path: pathOf(file), size: file.size })),
    async read(path, { signal, onProgress } = {}) {
      signal?.throwIfAborted();
      const file = byPath.get(path);
      if (!file) throw new UserError(`The chosen folder has no ${path}.`);
      const bytes = new Uint8Array(await file.arrayBuffer());
      onProgress?.(bytes.length, bytes.length);
      return bytes;
    },
  };
}

/**
 * The files of a drop, folders opened. Call it in the event handler itself: the browser empties the
 * transfer when the handler returns.
 * @returns files that keep their path below the dropped folder in `webkitRelativePath`
 */
export async function filesOfDrop(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry?.() ?? null)
    .filter((entry) => entry !== null);
  if (entries.length === 0) return [...transfer.files];
  const files: File[] = [];
  for (const entry of entries) await collect(entry, files);
  return files;
}

async function collect(entry: FileSystemEntry, files: File[]): Promise<void> {
  if (files.length > MAX_FILES) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    // A file out of a dropped folder does not know its path, one out of a file input does.
    const path = entry.fullPath.replace(/^\//, '');
    if (path.includes('/')) Object.defineProperty(file, 'webkitRelativePath', { value: path });
    files.push(file);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const child of some) await collect(child, files);
  }
}
