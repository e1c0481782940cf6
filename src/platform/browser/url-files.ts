import type { CheckpointFile, CheckpointFiles } from '../../checkpoint/file-set.ts';
import { UserError } from '../../site/user-error.ts';
import type { ByteStore } from '../byte-store.ts';
import { asUserError, download } from '../download.ts';

/** What a served checkpoint folder can consist of; a web server does not list its folders. */
const NAMES = ['config.json', 'preprocessor_config.json', 'upwind.json', 'model.safetensors'];

/**
 * A checkpoint folder on a web server, such as the page's own `models/<id>/`. Weights are kept on
 * the device as long as the server's version stays the same.
 * @param url absolute URL of the folder
 */
export function urlFiles(
  url: string,
  name: string,
  {
    store = null,
    fetchLike = fetch,
    files,
  }: {
    store?: ByteStore | null;
    fetchLike?: typeof fetch;
    /** Address of each file, where they do not lie side by side under their own names. */
    files?: Readonly<Record<string, string>>;
  } = {},
): CheckpointFiles {
  const base = url.endsWith('/') ? url : `${url}/`;
  const addressOf = (path: string) => files?.[path] ?? base + path;
  const names = files ? Object.keys(files) : NAMES;
  const versions = new Map<string, string>();

  async function probe(path: string, signal?: AbortSignal): Promise<CheckpointFile[]> {
    const response = await fetchLike(addressOf(path), { method: 'HEAD', signal });
    // A server of single-page apps answers its index page for what it does not have.
    const isPage = response.headers.get('content-type')?.includes('text/html');
    if (response.status === 404 || (response.ok && isPage)) return [];
    if (!response.ok) throw new UserError(`${addressOf(path)} answered ${response.status}.`);
    const { headers } = response;
    const version = headers.get('etag') ?? headers.get('last-modified');
    if (version) versions.set(path, version);
    return [{ path, size: Number(headers.get('content-length') ?? 0) }];
  }

  return {
    name,
    async list({ signal } = {}) {
      try {
        return (await Promise.all(names.map((path) => probe(path, signal)))).flat();
      } catch (error) {
        throw asUserError(error, base, name, signal);
      }
    },
    async read(path, { signal, onProgress } = {}) {
      const version = versions.get(path);
      const key = version && `${addressOf(path)} ${version}`;
      const kept = key ? await store?.get(key) : null;
      if (kept) {
        onProgress?.(kept.length, kept.length);
        return kept;
      }
      const options = { signal, onProgress, fetchLike };
      const bytes = await download(addressOf(path), `${path} of ${name}`, options);
      if (key && path.endsWith('.safetensors')) await store?.put(key, bytes);
      return bytes;
    },
  };
}
