import { FetchFailure } from '../../imagery/fetch-failure.ts';
import type { FetchLike } from '../../imagery/image-source.ts';
import { hostOf } from '../../imagery/public-url.ts';
import { splitUserInfo } from '../user-info.ts';

const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export interface BrowserFetchOptions {
  /** Stands in for the browser's in tests. */
  fetch?: typeof globalThis.fetch;
  /** Scheme the page came over; `https:` pages may not load `http:` pictures. */
  pageScheme?: string;
}

/**
 * Fetches pictures in a page, and tells apart what the browser reports alike: a server that cannot
 * be reached, and one that answers but does not let pages read its answers (CORS). For that, a
 * failed request is repeated once without the wish to read it.
 */
export function createBrowserFetch(options: BrowserFetchOptions = {}): FetchLike {
  const { fetch: ask = globalThis.fetch.bind(globalThis) } = options;
  const { pageScheme = globalThis.location?.protocol ?? '' } = options;
  const readable = new Set<string>();

  return async (url, { signal }) => {
    assertReachable(url, pageScheme);
    const { origin } = new URL(url);
    const { url: bare, authorization } = splitUserInfo(url);
    const headers: HeadersInit = authorization ? { authorization } : {};
    try {
      const response = await ask(bare, { signal, headers, credentials: 'omit', mode: 'cors' });
      readable.add(origin);
      return response;
    } catch (error) {
      // Servers often leave the CORS header off an error page: one that let us read before is
      // having a bad moment, not a change of mind.
      if (signal.aborted || readable.has(origin)) throw error;
      const answers = await ask(bare, { signal, credentials: 'omit', mode: 'no-cors' }).then(
        () => true,
        () => false,
      );
      if (signal.aborted || !answers || readable.has(origin)) throw error;
      throw new FetchFailure(`${hostOf(url)} does not allow pages to read its pictures (CORS).`, {
        kind: 'cors',
        cause: error,
      });
    }
  };
}

function assertReachable(url: string, pageScheme: string): void {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'file:') {
    throw new FetchFailure('A page cannot read tiles from a folder; serve it over http.', {
      kind: 'network',
    });
  }
  if (pageScheme === 'https:' && protocol === 'http:' && !LOCAL.test(hostname)) {
    throw new FetchFailure(
      `${hostOf(url)} is asked over http, which browsers block in a page that came over https.`,
      { kind: 'network' },
    );
  }
}
