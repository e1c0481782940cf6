import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pullFromHub } from '../../../src/labels/archives/pull-from-hub.ts';
import { importLabels } from '../../../src/labels/archives/import-labels.ts';
import { pushToHub } from '../../../src/labels/archives/push-to-hub.ts';
import { MemoryLabelStore } from '../../../src/labels/memory-label-store.ts';
import { AT, entryOf } from '../../support/labels.ts';

const TOKEN = 'hf_abcdefghijkl';
let server: Server;
let hubUrl: string;
let seen: { created: unknown[]; files: Map<string, Buffer>; tokens: Set<string | undefined> };
let answer: number;
let exists: boolean;
/** The newest commit, and what happens once a push has looked at it. */
let head: string;
let meanwhile: () => void;
let store: MemoryLabelStore;

const bodyOf = async (request: IncomingMessage) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
};

/** As much of the Hub as a push touches: repo, preupload, LFS, commit. */
beforeEach(async () => {
  seen = { created: [], files: new Map(), tokens: new Set() };
  answer = 200;
  exists = false;
  head = 'a'.repeat(40);
  meanwhile = () => {};
  const blobs = new Map<string, Buffer>();
  server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const send = (value: unknown, status = 200) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(value));
      };
      const url = request.url!;
      if (!url.startsWith('/blob/')) seen.tokens.add(request.headers.authorization);
      if (answer !== 200) return send({ error: `no, ${request.headers.authorization}` }, answer);
      if (url.startsWith('/api/datasets/ann/roughness/tree/')) {
        const files = [...seen.files].map(([path, { length: size }], i) => ({
          ...{ type: 'file', path, size, oid: String(i).padStart(40, '0') },
        }));
        return send(files);
      }
      if (url.startsWith('/api/datasets/ann/roughness/commits/main')) {
        return send([{ id: head, title: '', message: '', authors: [], date: AT }]);
      }
      const file = /^\/datasets\/ann\/roughness\/resolve\/main\/(.*)$/.exec(url)?.[1];
      if (file && !seen.files.has(file)) return send({ error: 'Entry not found' }, 404);
      if (file) return void response.end(seen.files.get(file));
      if (request.method === 'GET') return send({}, exists ? 200 : 404);
      if (url === '/api/repos/create') {
        seen.created.push(JSON.parse(body.toString()));
        return send({ url: `${hubUrl}/datasets/ann/roughness`, id: '1' });
      }
      if (url.includes('/preupload/')) {
        meanwhile();
        const { files } = JSON.parse(body.toString()) as { files: { path: string }[] };
        return send({
          files: files.map(({ path }) => ({
            path,
            uploadMode: path.endsWith('.parquet') ? 'lfs' : 'regular',
          })),
        });
      }
      if (url.endsWith('/info/lfs/objects/batch')) {
        const { objects } = JSON.parse(body.toString()) as { objects: { oid: string }[] };
        return send({
          transfer: 'basic',
          objects: objects.map(({ oid }) => ({
            oid,
            actions: { upload: { href: `${hubUrl}/blob/${oid}` } },
          })),
        });
      }
      if (url.startsWith('/blob/')) {
        blobs.set(url.slice(6), body);
        return send({});
      }
      const operations = body.toString().trim().split('\n');
      const { parentCommit } = JSON.parse(operations[0]!).value;
      // As the Hub does: a commit upon another than the newest is not taken.
      if (parentCommit && parentCommit !== head) {
        return send({ error: 'A commit has happened since. Please refresh and try again.' }, 412);
      }
      for (const line of operations) {
        const { key, value } = JSON.parse(line);
        if (key === 'file') seen.files.set(value.path, Buffer.from(value.content, 'base64'));
        if (key === 'deletedFile') seen.files.delete(value.path);
        if (key === 'lfsFile') seen.files.set(value.path, blobs.get(value.oid)!);
      }
      send({ success: true, commitOid: 'a'.repeat(40), commitUrl: hubUrl, hookOutput: '' });
    })();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  hubUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  store = new MemoryLabelStore();
  await store.putMany([
    await entryOf({ seed: 1, siteId: '1,1' }, 'B'),
    await entryOf({ seed: 2, siteId: '2,2' }, 'C', { label: 'D', note: 'pond' }),
    await entryOf({ seed: 3, siteId: '1,1' }, 'unsure'),
    await entryOf({ seed: 4, siteId: '1,1', exportAllowed: false }, 'B'),
  ]);
});
afterEach(() => new Promise((done) => server.close(done)));

const push = (change: Partial<Parameters<typeof pushToHub>[1]> = {}) =>
  pushToHub(store, {
    repo: 'ann/roughness',
    token: TOKEN,
    assigned: { '1,1': 'train', '2,2': 'validation' },
    fetch,
    hubUrl,
    ...change,
  });

describe('push to a Hub dataset', () => {
  test('one parquet a split and a card, in one commit, private unless told otherwise', async () => {
    const report = await push();
    expect(report.pushed).toBe(3);
    expect(report.lines).toEqual([expect.stringContaining('Esri')]);
    expect(seen.created).toEqual([
      expect.objectContaining({
        name: 'roughness',
        organization: 'ann',
        type: 'dataset',
        visibility: 'private',
      }),
    ]);
    expect([...seen.files.keys()].sort()).toEqual([
      'README.md',
      'data/other-00000-of-00001.parquet',
      'data/train-00000-of-00001.parquet',
      'data/validation-00000-of-00001.parquet',
    ]);
    expect(seen.files.get('README.md')!.toString()).toContain(
      '  - split: validation\n    path: data/validation-00000-of-00001.parquet',
    );
    expect([...seen.tokens]).toEqual([`Bearer ${TOKEN}`]);
    const back = new MemoryLabelStore();
    for (const [path, bytes] of seen.files) {
      if (!path.endsWith('.parquet')) continue;
      const file = new Blob([new Uint8Array(bytes)]);
      await importLabels(back, file, { fileName: path, at: AT });
    }
    const mine = (await store.list()).filter(({ source }) => source.exportAllowed);
    expect(await back.list()).toEqual(mine);
  });

  test('a dataset that exists is added to', async () => {
    exists = true;
    await push();
    expect(seen.created).toEqual([]);
    expect(seen.files.size).toBe(4);
  });

  test('a split that has no labels any more takes its file along', async () => {
    await push();
    exists = true;
    await push({ assigned: { '1,1': 'train', '2,2': 'train' } });
    expect([...seen.files.keys()].sort()).toEqual([
      'README.md',
      'data/other-00000-of-00001.parquet',
      'data/train-00000-of-00001.parquet',
    ]);
    const back = new MemoryLabelStore();
    await pullFromHub(back, { repo: 'ann/roughness', token: TOKEN, fetch, hubUrl, at: AT });
    expect(await back.list()).toHaveLength(3);
  });

  test('what people wrote in the card stays; only our own part of it is written anew', async () => {
    exists = true;
    const theirs = [
      ...['---', 'license: cc-by-4.0', 'tags:', '- my-own', 'configs:', '- config_name: old'],
      ...['  data_files: x.parquet', '---', '# Ground around our sites', '', 'Ask Ann first.', ''],
    ].join('\r\n');
    seen.files.set('README.md', Buffer.from(theirs));
    const card = () => seen.files.get('README.md')!.toString();
    await push();
    expect(card()).toMatch(
      /^---\nlicense: cc-by-4.0\ntags:\n- my-own\nconfigs:\n- config_name: default\n {2}data_files:\n/,
    );
    expect(card()).toMatch(/task_categories:\n- image-classification\n---\n\n# Ground around/);
    expect(card()).toMatch(/Ask Ann first\.\n\n<!-- .*\n# Surface[^]*B 1, C 0, D 1/);

    seen.files.set('README.md', Buffer.from(`${card()}\nMore below.\n`));
    await store.putMany([await entryOf({ seed: 7, siteId: '1,1' }, 'C')]);
    await push();
    expect(card()).toMatch(
      /Ask Ann first\.\n\n<!-- .*\n# Surface[^]*B 1, C 1, D 1[^]*More below\.\n$/,
    );
    expect(card().match(/# Surface roughness labels/g)).toHaveLength(1);
    const settled = card();
    await push();
    expect(card()).toBe(settled);
  });

  test('labels of others are never replaced: bring them in first', async () => {
    const theirs = new MemoryLabelStore();
    await theirs.putMany([await entryOf({ seed: 9, siteId: '3,3' }, 'C')]);
    await pushToHub(theirs, { repo: 'ann/roughness', token: TOKEN, assigned: {}, fetch, hubUrl });
    exists = true;
    const before = new Map(seen.files);
    await expect(push({ assigned: {} })).rejects.toThrow(/1 label that is not here.*[Bb]ring/);
    expect(seen.files).toEqual(before);

    await pullFromHub(store, { repo: 'ann/roughness', token: TOKEN, fetch, hubUrl, at: AT });
    expect((await push({ assigned: {} })).pushed).toBe(4);
    expect((await push({ assigned: {} })).pushed).toBe(4);

    seen.files.set('data/train-00000-of-00001.parquet', Buffer.from('PAR1 of somebody else'));
    await expect(push()).rejects.toThrow(/other than labels.*another name/);
  });

  test('where this store says otherwise than the dataset does, a line tells', async () => {
    await push();
    exists = true;
    const [first] = (await store.list()).filter(({ label }) => label === 'B');
    await store.put({ ...first!, label: 'C' });
    const { lines } = await push();
    expect(lines).toContainEqual(
      expect.stringMatching(/^1 label in ann\/roughness said otherwise/),
    );
    expect((await push()).lines).toHaveLength(1);
  });

  test('what somebody pushes between the look and the commit is not overwritten', async () => {
    await push();
    exists = true;
    const before = new Map(seen.files);
    meanwhile = () => (head = 'b'.repeat(40));
    await expect(push({ assigned: {} })).rejects.toThrow(/changed ann\/roughness.*push again/);
    expect(seen.files).toEqual(before);
    expect((await push()).pushed).toBe(3);
  });

  test.each([
    [401, /does not know this token/],
    [403, /may not write to ann\/roughness/],
    [500, /did not take the labels \(500\)/],
  ])('answer %i in words, without the token', async (status, words) => {
    answer = status;
    const failed = await push().catch((error: Error) => error);
    expect(failed).toMatchObject({ name: 'UserError', message: expect.stringMatching(words) });
    expect((failed as Error).message).not.toContain(TOKEN);
  });

  test('bad names and tokens never reach the network', async () => {
    await expect(push({ repo: 'roughness' })).rejects.toThrow('name/dataset');
    await expect(push({ repo: '../x/y' })).rejects.toThrow('name/dataset');
    await expect(push({ token: 'secret' })).rejects.toThrow('hf_');
    expect(seen.tokens.size).toBe(0);
  });
});

describe('a Hub dataset comes in', () => {
  const pull = (into: MemoryLabelStore, change: Partial<Parameters<typeof pullFromHub>[1]> = {}) =>
    pullFromHub(into, { repo: 'ann/roughness', token: TOKEN, fetch, hubUrl, at: AT, ...change });

  test('what was pushed is the same when brought in, once, and conflicts stand', async () => {
    await push();
    const mine = (await store.list()).filter(({ source }) => source.exportAllowed);
    const back = new MemoryLabelStore();
    expect(await pull(back)).toMatchObject({
      added: 3,
      refused: 0,
      assigned: { '1,1': 'train', '2,2': 'validation' },
    });
    expect(await back.list()).toEqual(mine);
    expect(await pull(back, { token: '' })).toMatchObject({ added: 0, same: 3 });

    const other = new MemoryLabelStore();
    await other.putMany([await entryOf({ seed: 1, siteId: '1,1' }, 'D')]);
    const report = await pull(other);
    expect(report).toMatchObject({ added: 2, same: 0 });
    expect(report.conflicts.map(({ mine, theirs }) => [mine.label, theirs.label])).toEqual([
      ['D', 'B'],
    ]);
    expect((await other.list()).map(({ label }) => label).sort()).toEqual(['D', 'D', 'unsure']);
  });

  test('what is not there, or holds no labels, is said in words', async () => {
    await expect(pull(store, { repo: 'ann/none' })).rejects.toThrow(/no dataset ann\/none.*404/);
    await expect(pull(store)).rejects.toThrow(/no parquet/);
    await expect(pull(store, { repo: '../x/y' })).rejects.toThrow('name/dataset');
    await expect(pull(store, { hubUrl: 'http://127.0.0.1:9' })).rejects.toThrow(/reached/);
  });
});
