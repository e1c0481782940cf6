import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readCheckpoint } from '../../../src/checkpoint/read-checkpoint.ts';
import { hubFiles } from '../../../src/platform/hub-files.ts';
import { openModel } from '../../../src/platform/node/checkpoint-files.ts';
import { directoryStore } from '../../../src/platform/node/directory-store.ts';
import { FIXTURES } from '../../support/vit-fixtures.ts';

const ID = 'someone/vit-nano';
const NAMES = ['config.json', 'preprocessor_config.json', 'model.safetensors'];
const bytesOf = (name: string) => readFileSync(join(FIXTURES, 'vit-nano', name));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Speaks the two routes of the Hub that are used. */
let server: Server;
let hubUrl: string;
let asked: string[] = [];
let damage = false;
let folder: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url!);
    const { pathname } = new URL(request.url!, 'http://hub');
    if (pathname === `/api/models/${ID}/tree/main`) {
      const entries = NAMES.map((path) => {
        const bytes = bytesOf(path);
        const entry = { type: 'file', path, size: bytes.length, oid: `git-${sha256(bytes)}` };
        const lfs = { oid: sha256(bytes), size: bytes.length, pointerSize: 130 };
        return path.endsWith('.safetensors') ? { ...entry, lfs } : entry;
      });
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify([...entries, { type: 'file', path: 'a.md', size: 1, oid: 'x' }]));
      return;
    }
    const name = pathname.replace(`/${ID}/resolve/main/`, '');
    if (!NAMES.includes(name)) {
      response.writeHead(404).end('{"error":"Repository not found"}');
      return;
    }
    const bytes = bytesOf(name);
    if (damage && name === 'model.safetensors') bytes[bytes.length - 1]! ^= 1;
    response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hubUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  asked = [];
  damage = false;
  folder = mkdtempSync(join(tmpdir(), 'upwind-hub-'));
  return () => rmSync(folder, { recursive: true });
});

test('a model of the Hub is read, kept, and opens again without the network', async () => {
  const store = directoryStore(folder);
  const loaded: number[] = [];
  const first = await readCheckpoint(hubFiles(ID, { store, hubUrl }), {
    onProgress: ({ loaded: bytes }) => loaded.push(bytes),
  });
  expect(first.id).toBe(ID);
  expect(first.config.layers).toBe(3);
  expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
  expect(asked).toHaveLength(4);
  expect(readdirSync(folder)).toHaveLength(4);

  const offline: typeof fetch = () => Promise.reject(new TypeError('fetch failed'));
  const again = await readCheckpoint(hubFiles(ID, { store, hubUrl, fetchLike: offline }));
  expect(again.sha256).toBe(first.sha256);
});

test('weights that arrive damaged are refused', async () => {
  damage = true;
  await expect(readCheckpoint(hubFiles(ID, { hubUrl }))).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringMatching(/arrived damaged: its SHA-256/),
  });
});

test('a model that is not there, and a Hub that cannot be reached, in one line', async () => {
  await expect(hubFiles('no/such', { hubUrl }).list()).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringMatching(/no public model no\/such/),
  });
  await expect(hubFiles(ID, { hubUrl: 'http://127.0.0.1:9' }).list()).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringMatching(/cannot be reached/),
  });
  expect(() => hubFiles('just-a-name')).toThrow(/owner\/name/);
});

test('what a person types is a folder, a zip, or a Hub id', async () => {
  expect((await openModel(join(FIXTURES, 'vit-nano'))).name).toBe('vit-nano');
  expect((await openModel(ID, { hubUrl })).name).toBe(ID);
  await expect(openModel('./nowhere')).rejects.toThrow(/no model "\.\/nowhere"/);
  await expect(openModel('nowhere')).rejects.toThrow(/no model "nowhere"/);
  await expect(openModel(join(FIXTURES, 'vit-nano/config.json'))).rejects.toThrow(/is a file/);
});
