import type { CheckpointFile, CheckpointFiles } from '../checkpoint/file-set.ts';
import { UserError } from '../site/user-error.ts';
import type { ByteStore } from './byte-store.ts';
import { asUserError, download } from './download.ts';

/** `owner/name`, with `@revision` where not the main branch. */
const HUB_ID = /^([\w][\w.-]*\/[\w][\w.-]*)(?:@([\w./-]+))?$/;

export const isHubId = (text: string): boolean => HUB_ID.test(text);

/** Files of a repository that a checkpoint can consist of; the rest is not asked for. */
const WANTED = /^[^/]*\.(json|safetensors|bin|pt|pth|pkl|h5|msgpack)$/;

export interface HubOptions {
  /** Where downloads are kept; null keeps none. */
  store?: ByteStore | null;
  hubUrl?: string;
  fetchLike?: typeof fetch;
}

interface HubFile extends CheckpointFile {
  /** Content hash: a stored file with this key is the published one. */
  key: string;
}

/**
 * A model repository on the Hugging Face Hub. Downloads are kept by content hash, so that a model
 * once loaded opens again without the network.
 * @throws UserError where the id is no Hub id
 */
export function hubFiles(id: string, options: HubOptions = {}): CheckpointFiles {
  const match = HUB_ID.exec(id);
  if (!match) throw new UserError(`"${id}" is not a Hub id; one looks like owner/name.`);
  const [, repo, revision = 'main'] = match as unknown as [string, string, string | undefined];
  const { store = null, hubUrl = 'https://huggingface.co', fetchLike = fetch } = options;
  let listing: HubFile[] | null = null;

  const list = async ({ signal }: { signal?: AbortSignal } = {}) =>
    (listing ??= await listHub({ id, repo, revision, hubUrl, fetchLike, store, signal }));

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
      const url = `${hubUrl}/${repo}/resolve/${encodeURIComponent(revision)}/${encodeURIComponent(path)}`;
      const bytes = await download(url, `${path} of ${id}`, { signal, onProgress, fetchLike });
      await store?.put(file.key, bytes);
      return bytes;
    },
  };
}

async function listHub({
  id,
  repo,
  revision,
  hubUrl,
  fetchLike,
  store,
  signal,
}: Required<HubOptions> & {
  id: string;
  repo: string;
  revision: string;
  signal?: AbortSignal;
}): Promise<HubFile[]> {
  const listingKey = `listing-${repo}-${revision}`;
  try {
    const { listFiles } = await import('@huggingface/hub');
    const files: HubFile[] = [];
    const withSignal: typeof fetch = (input, init) => fetchLike(input, { ...init, signal });
    for await (const { type, path, size, oid, lfs } of listFiles({
      repo: { type: 'model', name: repo },
      revision,
      hubUrl,
      fetch: withSignal,
    })) {
      if (type !== 'file' || !WANTED.test(path)) continue;
      files.push({ path, size, key: `file-${lfs?.oid ?? oid}`, sha256: lfs?.oid });
    }
    await store?.put(listingKey, new TextEncoder().encode(JSON.stringify(files)));
    return files;
  } catch (error) {
    signal?.throwIfAborted();
    const status = (error as { statusCode?: number }).statusCode;
    if (status === 401 || status === 403 || status === 404) {
      throw new UserError(
        `There is no public model ${id} on ${new URL(hubUrl).host} (it answered ${status}). Check the spelling; private and gated models must be downloaded by hand.`,
      );
    }
    if (status !== undefined) {
      throw new UserError(`${new URL(hubUrl).host} answered ${status} for ${id}. Try again later.`);
    }
    // Offline, a model once downloaded still opens: the same files, by content hash.
    const kept = await store?.get(listingKey);
    if (kept) return JSON.parse(new TextDecoder().decode(kept)) as HubFile[];
    throw asUserError(error, hubUrl, id, signal);
  }
}
