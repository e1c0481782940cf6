/**
 * Files of a drop, folders walked one level deep: a checkpoint folder has no others. Each keeps
 * its folder's name in `webkitRelativePath`, as the folder chooser gives it.
 */
export async function filesOfDrop(transfer: DataTransfer | null): Promise<File[]> {
  // Entries are gone after the first await, so all are taken beforehand.
  const entries = [...(transfer?.items ?? [])]
    .map((item) => item.webkitGetAsEntry?.() ?? null)
    .filter((entry) => entry !== null);
  const plain = [...(transfer?.files ?? [])];
  if (entries.length === 0) return plain;
  const files = await Promise.all(entries.map(filesOfEntry));
  return files.flat();
}

async function filesOfEntry(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await fileOf(entry as FileSystemFileEntry)];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  // readEntries gives at most a hundred at a time, and none when it is through.
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (batch.length === 0) return files;
    for (const child of batch) {
      if (!child.isFile) continue;
      const file = await fileOf(child as FileSystemFileEntry);
      Object.defineProperty(file, 'webkitRelativePath', { value: `${entry.name}/${file.name}` });
      files.push(file);
    }
  }
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));
