import type { CheckpointFile, CheckpointFiles } from '../checkpoint/file-set.ts';
import { UserError } from '../site/user-error.ts';
import { download } from './download.ts';
import type { HubOptions } from './hub-files.ts';

/** Files that a picture dataset can consist of; the rest is not asked for. */
const WANTED = /\.(parquet|png|jpe?g|webp)$|(^|\/)metadata\.(csv|jsonl)$/i;
/** Branch that the Hub fills by itself with parquet, for datasets kept in another form. */
const CONVERTED = 'refs/convert/parquet';

type HubFile = CheckpointFile & { key: string; revision: string };

/**
 * A dataset repository on the Hugging Face Hub. Downloads are kept by content hash, so that a
 * dataset once read opens again without the network.
 * @param id `owner/name`, with `@revision` where not the main branch
 */
export function hubDataset(id: string, options: HubOptions = {}): CheckpointFiles {
  const [repo, asked] = id.split('@') as [string, string | undefined];
  if (!/^[\w][\w.-]*\/[\w][\w.-]*$/.test(repo)) {
    throw new UserError(`"${id}" is not a Hub dataset id; one looks like owner/name.`);
  }
  const { store = null, hubUrl = 'https://huggingface.co', fetchLike = fetch } = options;
  let listing: HubFile[] | null = null;

  async function list({ signal }: { signal?: AbortSignal } = {}): Promise<HubFile[]> {
    listing ??= await listOrKept(signal);
    return listing;
  }

  async function listOrKept(signal?: AbortSignal): Promise<HubFile[]> {
    const key = `dataset-listing-${repo}-${asked ?? 'main'}`;
    try {
      let files = await listRevision(asked ?? 'main', signal);
      if (files.length === 0 && !asked) files = await listRevision(CONVERTED, signal);
      await store?.put(key, new TextEncoder().encode(JSON.stringify(files)));
      return files;
    } catch (error) {
      signal?.throwIfAborted();
      const status = (error as { statusCode?: number }).statusCode;
      const host = new URL(hubUrl).host;
      if (status === 401 || status === 403 || status === 404) {
        throw new UserError(
          `There is no public dataset ${id} on ${host} (it answered ${status}). Check the spelling; private and gated datasets must be downloaded by hand.`,
        );
      }
      if (status !== undefined) throw new UserError(`${host} answered ${status} for ${id}.`);
      const kept = await store?.get(key);
      if (kept) return JSON.parse(new TextDecoder().decode(kept)) as HubFile[];
      throw new UserError(
        `${host} cannot be reached, and ${id} was never read on this device. Try again, or give a folder or zip.`,
      );
    }
  }

  async function listRevision(revision: string, signal?: AbortSignal): Promise<HubFile[]> {
    const { listFiles } = await import('@huggingface/hub');
    const files: HubFile[] = [];
    for await (const { type, path, size, oid, lfs } of listFiles({
      repo: { type: 'dataset', name: repo },
      revision,
      recursive: true,
      hubUrl,
      fetch: (input, init) => fetchLike(input, { ...init, signal }),
    })) {
      if (type !== 'file' || !WANTED.test(path)) continue;
      files.push({ path, size, revision, key: `file-${lfs?.oid ?? oid}`, sha256: lfs?.oid });
    }
    return files;
  }

  return {
    name: id,
    list,
    async read(path, { signal, onProgress } = {}) {
      const file = (await list({ signal })).find((candidate) => candidate.path === path);
      if (!file) throw new UserError(`${id} has no ${path}.`);
      const kept = await store?.get(file.key);
      if (kept?.length === file.size) {
        onProgress?.(file.size, file.size);
        return kept;
      }
      const where = path.split('/').map(encodeURIComponent).join('/');
      const url = `${hubUrl}/datasets/${repo}/resolve/${encodeURIComponent(file.revision)}/${where}`;
      const bytes = await download(url, `${path} of ${id}`, { signal, onProgress, fetchLike });
      await store?.put(file.key, bytes);
      return bytes;
    },
  };
}
