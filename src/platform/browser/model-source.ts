import type { CheckpointFiles } from '../../checkpoint/file-set.ts';
import { filesInMemory } from '../../checkpoint/file-set.ts';
import { hubFiles } from '../hub-files.ts';
import { cacheStore } from './cache-store.ts';
import { CheckpointStore } from './checkpoint-store.ts';
import { chosenFiles } from './dropped-files.ts';
import { urlFiles } from './url-files.ts';

/** Where a checkpoint comes from; plain data, so that a worker can be told. */
export type ModelSource =
  /** A folder on a web server, such as the page's own `models/<id>/`. */
  | {
      kind: 'url';
      url: string;
      name: string;
      /** Address of each file where a build has renamed them; `url` then only names the whole. */
      files?: Readonly<Record<string, string>>;
      /** Comes with the page: the browser or the page's service worker keeps it, so nothing else does. */
      withPage?: boolean;
    }
  | { kind: 'hub'; id: string; revision?: string; hubUrl?: string }
  /** Kept in the `CheckpointStore` of this device. */
  | { kind: 'stored'; id: string; name?: string }
  /** A folder or a zip as chosen or dropped. */
  | { kind: 'files'; files: File[]; name?: string }
  /** Just trained, or made by a test. */
  | { kind: 'memory'; name: string; files: ReadonlyMap<string, Uint8Array> };

/** The files behind a source. @throws UserError */
export async function openModelSource(source: ModelSource): Promise<CheckpointFiles> {
  switch (source.kind) {
    case 'url':
      return urlFiles(source.url, source.name, {
        store: source.withPage ? null : cacheStore(),
        files: source.files,
      });
    case 'hub': {
      const { id, revision, hubUrl } = source;
      return hubFiles(revision ? `${id}@${revision}` : id, { hubUrl, store: cacheStore() });
    }
    case 'stored':
      return new CheckpointStore().open(source.id);
    case 'files':
      return chosenFiles(source.files, source.name);
    case 'memory':
      return filesInMemory(source.name, source.files);
  }
}
