import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNodeFetch, imageryArgument } from '../../../src/platform/node/fetch-imagery.ts';

const { signal } = new AbortController();
const fetchLike = createNodeFetch();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upwind tiles '));
  await writeFile(join(folder, '4.png'), 'picture');
});
afterAll(() => rm(folder, { recursive: true }));

test('a folder of tiles is a source like any other', async () => {
  const template = imageryArgument(join(folder, '{y}.png'));
  expect(template).toMatch(/^file:\/\/\/.*upwind%20tiles%20.*\/\{y\}\.png$/);
  const there = await fetchLike(template.replace('{y}', '4'), { signal });
  expect(await there.text()).toBe('picture');
  expect((await fetchLike(template.replace('{y}', '5'), { signal })).status).toBe(404);
});

test('ids, URLs and names without placeholders stay as they are', () => {
  for (const text of ['naip', 'https://t.test/{z}/{x}/{y}', 'tiles']) {
    expect(imageryArgument(text)).toBe(text);
  }
});

test('says who asks, and carries name and password in a header', async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers['user-agent'], request.headers.authorization);
    response.end('x');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await (await fetchLike(`http://jo:s%3Ap@127.0.0.1:${port}/1.png`, { signal })).text();
  expect(seen[0]).toMatch(/^Upwind\/\d+\.\d+\.\d+$/);
  expect(seen[1]).toBe(`Basic ${Buffer.from('jo:s:p').toString('base64')}`);
  server.closeAllConnections();
  server.close();
});
