import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeGpu } from '../../../src/platform/node/gpu.ts';

const before = Object.getOwnPropertyDescriptor(globalThis.navigator ?? {}, 'gpu');
beforeEach(() => expect(before).toBeUndefined());
afterEach(() => Reflect.deleteProperty(globalThis.navigator ?? {}, 'gpu'));

const without = (code: string) => () =>
  Promise.reject(Object.assign(new Error(`Cannot load ${code}`), { code }));

test('without the optional package, says what adds it', async () => {
  const found = await nodeGpu({ insist: true, load: without('ERR_MODULE_NOT_FOUND') });
  expect(found).toEqual({ gpu: null, reason: expect.stringMatching(/not installed.*npm install/) });
});

test('where the package does not start, or finds no adapter, says so', async () => {
  const broken = await nodeGpu({ insist: true, load: without('ERR_DLOPEN_FAILED') });
  expect(broken).toEqual({ gpu: null, reason: expect.stringMatching(/did not start.*DLOPEN/) });
  const blind = { requestAdapter: async () => null } as unknown as GPU;
  const none = await nodeGpu({
    insist: true,
    load: async () => ({ create: () => blind, globals: {} }),
  });
  expect(none).toEqual({ gpu: null, reason: 'no WebGPU adapter' });
});
