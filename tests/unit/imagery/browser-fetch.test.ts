import { describe, expect, test } from 'vitest';
import { createBrowserFetch } from '../../../src/platform/browser/fetch-imagery.ts';

const { signal } = new AbortController();
const url = 'https://tiles.test/1/2/3.png';

/** A browser whose server is readable, merely alive, or gone; says how it was asked. */
function browser(state: { readable: boolean; alive: boolean }) {
  const asked: RequestInit[] = [];
  const ask = async (_: unknown, init: RequestInit = {}): Promise<Response> => {
    asked.push(init);
    if (state.readable || (state.alive && init.mode === 'no-cors')) return new Response('picture');
    throw new TypeError('Failed to fetch');
  };
  return { asked, fetch: createBrowserFetch({ fetch: ask as typeof fetch, pageScheme: 'https:' }) };
}

describe('a failed fetch in a page', () => {
  test('from a server that answers, but not to pages: CORS, in words', async () => {
    const { fetch } = browser({ readable: false, alive: true });
    await expect(fetch(url, { signal })).rejects.toMatchObject({
      ...{ kind: 'cors', passing: false },
      message: 'tiles.test does not allow pages to read its pictures (CORS).',
    });
  });

  test('from a server that does not answer at all: as the browser said it', async () => {
    const { fetch } = browser({ readable: false, alive: false });
    await expect(fetch(url, { signal })).rejects.toThrow(TypeError);
  });

  test('from a server that let us read before: a bad moment, not CORS', async () => {
    const state = { readable: true, alive: true };
    const { fetch } = browser(state);
    expect(await (await fetch(url, { signal })).text()).toBe('picture');
    state.readable = false;
    await expect(fetch(url, { signal })).rejects.toThrow(TypeError);
  });

  test('of http in an https page, and of files, is refused before asking', async () => {
    const { fetch, asked } = browser({ readable: true, alive: true });
    await expect(fetch('http://tiles.test/1.png', { signal })).rejects.toThrow(/over http, which/);
    await expect(fetch('file:///1.png', { signal })).rejects.toThrow(
      /cannot read tiles from a folder/,
    );
    expect(asked).toEqual([]);
    expect((await fetch('http://127.0.0.1:8000/1.png', { signal })).ok).toBe(true);
  });
});

test('name and password travel in a header, cookies not at all', async () => {
  const { fetch, asked } = browser({ readable: true, alive: true });
  await fetch('https://jo:p%40ss@tiles.test/1.png', { signal });
  expect(asked[0]).toMatchObject({
    ...{ credentials: 'omit', headers: { authorization: `Basic ${btoa('jo:p@ss')}` } },
  });
});
