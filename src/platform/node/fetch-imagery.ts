import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SOFTWARE_VERSION } from '../../site/version.ts';
import type { FetchLike } from '../../imagery/image-source.ts';
import { splitUserInfo } from '../user-info.ts';

/** Public services ask that scripts say who they are. */
const USER_AGENT = `Upwind/${SOFTWARE_VERSION}`;

/** Fetches pictures over http(s), or from a folder of tiles by `file:` URLs. */
export function createNodeFetch(): FetchLike {
  return async (url, { signal }) => {
    if (!url.startsWith('file:')) {
      const { url: bare, authorization } = splitUserInfo(url);
      const headers = { 'user-agent': USER_AGENT, ...(authorization && { authorization }) };
      return fetch(bare, { signal, headers });
    }
    try {
      return new Response(await readFile(fileURLToPath(url), { signal }));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return new Response(null, { status: 404 });
      throw new TypeError('The file cannot be read', { cause: error });
    }
  };
}

/**
 * A tile template as typed on the command line: a path such as `tiles/{z}/{x}/{y}.png` becomes a
 * `file:` URL, anything else stays as it is.
 */
export function imageryArgument(text: string): string {
  if (!text.includes('{') || /^[a-z]+:\/\//i.test(text)) return text;
  return pathToFileURL(resolve(text)).href.replaceAll('%7B', '{').replaceAll('%7D', '}');
}
