import { expect, test } from 'vitest';
import { abortable, abortError, sleep, throwIfAborted } from '../../../src/site/abort.ts';
import { sha256Hex } from '../../../src/site/sha256.ts';

test('whatever the reason given, an abort is an AbortError', () => {
  expect(abortError(AbortSignal.abort('enough'))).toMatchObject({ name: 'AbortError' });
  expect(abortError(AbortSignal.abort(new Error('enough')))).toMatchObject({ name: 'AbortError' });
  const { signal } = new AbortController();
  expect(() => throwIfAborted(signal)).not.toThrow();
  expect(() => throwIfAborted(AbortSignal.abort())).toThrow(/./);
});

test('abortable lets results and failures through, and gives up on an abort', async () => {
  const stop = new AbortController();
  expect(await abortable(Promise.resolve(3), stop.signal)).toBe(3);
  await expect(abortable(Promise.reject(new Error('no')), stop.signal)).rejects.toThrow('no');
  const never = abortable(new Promise(() => {}), stop.signal);
  stop.abort();
  await expect(never).rejects.toMatchObject({ name: 'AbortError' });
  await expect(abortable(Promise.resolve(3), stop.signal)).rejects.toThrow();
});

test('sleep wakes for an abort', async () => {
  const stop = new AbortController();
  const asleep = sleep(60_000, stop.signal);
  stop.abort();
  await expect(asleep).rejects.toMatchObject({ name: 'AbortError' });
});

test('sha256Hex: the vectors of FIPS 180-2', async () => {
  const hash = (text: string): Promise<string> => sha256Hex(new TextEncoder().encode(text));
  expect(await hash('abc')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
  expect(await hash('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});
