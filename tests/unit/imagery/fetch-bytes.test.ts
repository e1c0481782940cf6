import { describe, expect, test } from 'vitest';
import { fetchBytes } from '../../../src/imagery/fetch-bytes.ts';
import type { FetchLike } from '../../../src/imagery/image-source.ts';

const request = { url: 'https://t.test/1.png?key=hunter2', publicUrl: 'https://t.test/1.png' };

/** A server that gives one answer after the other, the last one for ever. */
function server(...answers: (() => Response | Promise<Response>)[]) {
  let asked = 0;
  const fetch: FetchLike = async () => answers[Math.min(asked++, answers.length - 1)]!();
  return { fetch, asked: () => asked };
}
const status = (code: number, headers?: Record<string, string>) => () =>
  new Response(code === 204 ? null : 'x', { status: code, headers });
const refuse = (code: string) => () => {
  throw new TypeError('fetch failed', { cause: { code } });
};

describe('fetchBytes', () => {
  test.each([500, 502, 503, 504, 429])('%d: three more tries, then an answer', async (code) => {
    const { fetch, asked } = server(status(code), status(code), status(code), status(200));
    const download = await fetchBytes(request, { fetch, backOffMs: 1 });
    expect(download?.bytes).toEqual(new TextEncoder().encode('x'));
    expect(asked()).toBe(4);
  });

  test.each([400, 401, 403, 406, 451])('%d: no second try', async (code) => {
    const { fetch, asked } = server(status(code));
    const failing = fetchBytes(request, { fetch, backOffMs: 1 });
    await expect(failing).rejects.toMatchObject({ kind: 'status', passing: false });
    expect(asked()).toBe(1);
  });

  test.each([204, 404, 410])('%d: there is no picture', async (code) => {
    expect(await fetchBytes(request, { fetch: server(status(code)).fetch })).toBeNull();
  });

  test('gives up after the tries it was given', async () => {
    const { fetch, asked } = server(status(500));
    await expect(fetchBytes(request, { fetch, retries: 2, backOffMs: 1 })).rejects.toThrow(/500/);
    expect(asked()).toBe(3);
  });

  test('pauses grow, and differ', async () => {
    const times: number[] = [];
    const fetch: FetchLike = async () => {
      times.push(performance.now());
      return new Response('x', { status: 503 });
    };
    await fetchBytes(request, { fetch, backOffMs: 30 }).catch(() => undefined);
    const pauses = times.slice(1).map((time, i) => time - times[i]!);
    // 30, 60, 120 ms, each stretched up to twofold; timers may be a millisecond early.
    [30, 60, 120].forEach((least, i) => expect(pauses[i]!).toBeGreaterThanOrEqual(least - 2));
  });

  test('a server that asks for a long pause is taken at its word', async () => {
    const { fetch, asked } = server(status(429, { 'retry-after': '3600' }));
    await expect(fetchBytes(request, { fetch, backOffMs: 1 })).rejects.toThrow(
      /answers 429.*, asking for a pause of 3600 s\./,
    );
    expect(asked()).toBe(1);
    const tomorrow = new Date(Date.now() + 86_400_000).toUTCString();
    const dated = server(status(503, { 'retry-after': tomorrow }));
    await expect(fetchBytes(request, { fetch: dated.fetch })).rejects.toThrow(
      /a pause of 86\d{3} s/,
    );
  });

  test.each([
    ['ECONNREFUSED', /nothing listens there/, 2],
    ['ECONNRESET', /the connection broke/, 2],
    ['ENOTFOUND', /no such host/, 1],
    ['CERT_HAS_EXPIRED', /certificate has expired/, 1],
    ['', /the connection failed/, 2],
  ])('%s in words, without the key', async (code, words, tries) => {
    const { fetch, asked } = server(refuse(code));
    const error = await fetchBytes(request, { fetch, retries: 1, backOffMs: 1 }).catch((e) => e);
    expect(error).toMatchObject({ kind: 'network' });
    expect(error.message).toMatch(words);
    expect(error.message).not.toContain('hunter2');
    expect(asked()).toBe(tries);
  });

  test('an answer without end is cut off', async () => {
    const chunk = new Uint8Array(2 ** 20);
    const endless = () =>
      new Response(new ReadableStream({ pull: (controller) => controller.enqueue(chunk) }));
    await expect(fetchBytes(request, { fetch: server(endless).fetch })).rejects.toThrow(
      /more than 32 MiB/,
    );
  });

  test('a body that stalls is a time-out, even if the fetch ignores its signal', async () => {
    const stalled = () => new Response(new ReadableStream());
    const slow = fetchBytes(request, { fetch: server(stalled).fetch, timeoutMs: 20, retries: 0 });
    await expect(slow).rejects.toMatchObject({ kind: 'timeout', passing: true });
  });

  test('an abort ends a pause at once', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    const began = performance.now();
    const { fetch } = server(status(429, { 'retry-after': '20' }));
    const stopped = fetchBytes(request, { fetch, signal: stop.signal });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
