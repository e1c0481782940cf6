import { zip } from 'fflate';
import type { CheckpointFiles } from '../../src/checkpoint/file-set.ts';
import { readCheckpoint } from '../../src/checkpoint/read-checkpoint.ts';
import { writeCheckpoint } from '../../src/checkpoint/write-checkpoint.ts';
import { saveBlob } from '../label-board/save-blob.ts';
import { chooseFolder } from './folder-picker.ts';

export type Dtype = 'F32' | 'F16';

/** Files of a model with its weights in the wanted type; the papers stay as they are. */
async function modelFiles(files: CheckpointFiles, dtype: Dtype): Promise<Map<string, Uint8Array>> {
  const all = new Map<string, Uint8Array>();
  for (const { path } of await files.list()) all.set(path, await files.read(path));
  if (dtype === 'F32') return all;
  const narrow = writeCheckpoint(await readCheckpoint(files), { dtype });
  return new Map([...all, ...narrow]);
}

/** A model as a zip, to the browser's downloads. */
export async function downloadModel(files: CheckpointFiles, dtype: Dtype): Promise<void> {
  const entries = Object.fromEntries(await modelFiles(files, dtype));
  const bytes = await new Promise<Uint8Array>((resolve, reject) => {
    // Weights hardly shrink: stored as they are, a zip is ready at once.
    zip(entries, { level: 0 }, (error, data) => (error ? reject(error) : resolve(data)));
  });
  saveBlob(new Blob([bytes as Uint8Array<ArrayBuffer>]), `${fileName(files.name)}.zip`);
}

/** A model as a folder inside one that the person chooses. Rejects with AbortError where none is. */
export async function writeModelFolder(files: CheckpointFiles, dtype: Dtype): Promise<void> {
  const chosen = await chooseFolder();
  const folder = await chosen.getDirectoryHandle(fileName(files.name), { create: true });
  for (const [path, bytes] of await modelFiles(files, dtype)) {
    const handle = await folder.getFileHandle(path, { create: true });
    const stream = await handle.createWritable();
    await stream.write(bytes as Uint8Array<ArrayBuffer>);
    await stream.close();
  }
}

/** A name that every file system takes. */
const fileName = (name: string): string =>
  name.replace(/[^\w.-]+/g, '-').replace(/^-+|-+$/g, '') || 'model';
