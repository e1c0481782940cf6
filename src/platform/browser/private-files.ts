/** Name or path of a file → what it holds. A `File` is copied without passing through memory. */
export type FilesToKeep = ReadonlyMap<string, Uint8Array | Blob>;

/** Folders of files in the page's origin-private file system (OPFS). */
export interface PrivateFiles {
  /** Writes a folder anew, whole or not at all. */
  write(folder: string, files: FilesToKeep): Promise<void>;
  /** null where the folder is gone. */
  read(folder: string): Promise<Map<string, Blob> | null>;
  remove(folder: string): Promise<void>;
  folders(): Promise<string[]>;
}

/** What workers have where `createWritable` is missing. */
interface SyncAccess {
  write(data: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}
type FileHandle = FileSystemFileHandle & {
  createSyncAccessHandle?: () => Promise<SyncAccess>;
};

/**
 * Files under `root` of the origin-private file system.
 * @returns null where the browser withholds it: plain http, some private windows, or a thread that
 *   may not write
 */
export async function privateFiles(root: string): Promise<PrivateFiles | null> {
  const writable =
    typeof FileSystemFileHandle !== 'undefined' &&
    ('createWritable' in FileSystemFileHandle.prototype ||
      'createSyncAccessHandle' in FileSystemFileHandle.prototype);
  if (!writable || !globalThis.navigator?.storage?.getDirectory) return null;
  let top: FileSystemDirectoryHandle;
  try {
    top = await (await navigator.storage.getDirectory()).getDirectoryHandle(root, { create: true });
  } catch {
    return null;
  }
  const remove = async (folder: string) => {
    try {
      await top.removeEntry(folder, { recursive: true });
    } catch (error) {
      if ((error as Error).name !== 'NotFoundError') throw error;
    }
  };
  return {
    remove,
    async folders() {
      const names: string[] = [];
      for await (const name of top.keys()) names.push(name);
      return names;
    },
    async write(folder, files) {
      await remove(folder);
      try {
        const directory = await top.getDirectoryHandle(folder, { create: true });
        for (const [path, data] of files) {
          const name = encodeURIComponent(path);
          await writeFile(await directory.getFileHandle(name, { create: true }), data);
        }
      } catch (error) {
        await remove(folder).catch(() => {});
        throw error;
      }
    },
    async read(folder) {
      try {
        const directory = await top.getDirectoryHandle(folder);
        const files = new Map<string, Blob>();
        for await (const [name, handle] of directory.entries()) {
          if (handle.kind !== 'file') continue;
          files.set(decodeURIComponent(name), await (handle as FileSystemFileHandle).getFile());
        }
        return files;
      } catch (error) {
        if ((error as Error).name !== 'NotFoundError') throw error;
        return null;
      }
    },
  };
}

async function writeFile(handle: FileHandle, data: Uint8Array | Blob): Promise<void> {
  if ('createWritable' in handle) {
    const stream = await handle.createWritable();
    try {
      await stream.write(data as Uint8Array<ArrayBuffer> | Blob);
    } catch (error) {
      await stream.abort().catch(() => {});
      throw error;
    }
    await stream.close();
    return;
  }
  const bytes = data instanceof Blob ? new Uint8Array(await data.arrayBuffer()) : data;
  const access = await (handle as FileHandle).createSyncAccessHandle!();
  try {
    access.truncate(0);
    for (let at = 0; at < bytes.length;) at += access.write(bytes.subarray(at), { at });
    access.flush();
  } finally {
    access.close();
  }
}
