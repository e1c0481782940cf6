type Pick = (options: { mode: 'readwrite' }) => Promise<FileSystemDirectoryHandle>;
const picker = (): Pick | undefined =>
  (window as unknown as { showDirectoryPicker?: Pick }).showDirectoryPicker;

/** Whether this browser lets a page write into a folder that the person chooses. */
export const canWriteFolder = (): boolean => picker() !== undefined;

/** A folder that the person chooses. Rejects with AbortError where none is. */
export const chooseFolder = (): Promise<FileSystemDirectoryHandle> =>
  picker()!.call(window, { mode: 'readwrite' });
