import { describe, expect, it } from 'vitest';
import type { ByteStore } from '../../../src/platform/byte-store.ts';
import { createNodeImageDecoder } from '../../../src/platform/node/image-decoder.ts';
import { hubDataset } from '../../../src/platform/hub-dataset.ts';
import { openDataset } from '../../../src/training/dataset/open-dataset.ts';
import { tinyFolder } from '../../support/tiny-dataset.ts';

const HUB = 'https://hub.test';
const folder = await tinyFolder();

/** A Hub that serves one dataset, as huggingface.co answers; counts what is asked of it. */
function fakeHub({ offline = false } = {}) {
  const asked: string[] = [];
  const fetchLike = (async (input: RequestInfo | URL) => {
    const { pathname } = new URL(input instanceof Request ? input.url : String(input));
    asked.push(pathname);
    if (offline) throw new TypeError('fetch failed');
    const listing = /^\/api\/datasets\/me\/tiles\/tree\/main/.test(pathname);
    if (listing) {
      const entries = [...folder].map(([path, bytes], i) => ({
        type: 'file',
        path,
        size: bytes.length,
        oid: String(i).padStart(40, '0'),
      }));
      return Response.json([{ type: 'file', path: 'README.md', size: 9, oid: 'f' }, ...entries]);
    }
    const file = /^\/datasets\/me\/tiles\/resolve\/main\/(.*)$/.exec(pathname);
    const bytes = file && folder.get(decodeURIComponent(file[1]!));
    return bytes ? new Response(new Blob([bytes as Uint8Array<ArrayBuffer>])) : notFound();
  }) as typeof fetch;
  const notFound = () => Response.json({ error: 'Repository not found' }, { status: 404 });
  return { asked, fetchLike };
}

function memoryStore(): ByteStore {
  const kept = new Map<string, Uint8Array>();
  return {
    get: async (key) => kept.get(key) ?? null,
    put: async (key, bytes) => void kept.set(key, bytes),
  };
}

const read = (files: ReturnType<typeof hubDataset>) =>
  openDataset(files, { decoder: createNodeImageDecoder() });

describe('a dataset on the Hub', () => {
  it('is read, kept, and opens again without the network', async () => {
    const store = memoryStore();
    const hub = fakeHub();
    const options = { store, hubUrl: HUB };
    const first = await read(hubDataset('me/tiles', { ...options, fetchLike: hub.fetchLike }));
    expect(first.images).toHaveLength(12);
    expect(first.images.some(({ split }) => split === 'validation')).toBe(true);
    expect(hub.asked.some((path) => path.includes('README'))).toBe(false);
    const { fetchLike } = fakeHub({ offline: true });
    const again = await read(hubDataset('me/tiles', { ...options, fetchLike }));
    expect(again.sha256).toBe(first.sha256);
  });

  it('says what is wrong where there is none', async () => {
    const { fetchLike } = fakeHub();
    await expect(read(hubDataset('me/none', { hubUrl: HUB, fetchLike }))).rejects.toThrow(
      /no public dataset me\/none on hub\.test \(it answered 404\)/,
    );
    const offline = fakeHub({ offline: true });
    await expect(
      read(hubDataset('me/tiles', { hubUrl: HUB, fetchLike: offline.fetchLike })),
    ).rejects.toThrow(/hub\.test cannot be reached/);
    expect(() => hubDataset('not an id')).toThrow(/is not a Hub dataset id/);
  });
});
