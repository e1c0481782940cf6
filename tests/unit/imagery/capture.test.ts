import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { captureTiles, isPatch } from '../../../src/imagery/capture.ts';
import type { CaptureOptions, CaptureProgress } from '../../../src/imagery/capture.ts';
import type { MissingPatch, Patch } from '../../../src/imagery/patch.ts';
import { xyzSource } from '../../../src/imagery/sources/xyz.ts';
import { createNodeFetch } from '../../../src/platform/node/fetch-imagery.ts';
import { createNodeImageDecoder } from '../../../src/platform/node/image-decoder.ts';
import { lngLatToMercator } from '../../../src/site/mercator.ts';
import { planTiles } from '../../../src/site/tile-grid.ts';
import { UserError } from '../../../src/site/user-error.ts';
import { paintedColour, startTileServer } from '../../support/tile-server.ts';
import type { Mood, TileServer } from '../../support/tile-server.ts';

const site = { lng: 20.5126, lat: -34.0368 };
const nine = planTiles(site, { radiusM: 360 });
let server: TileServer;
beforeAll(async () => {
  server = await startTileServer();
});
afterAll(() => server.close());

type Result = Patch | MissingPatch;
const decoder = createNodeImageDecoder();

async function capture(
  mood: Mood,
  { tiles = nine, ...options }: Partial<CaptureOptions> & { tiles?: typeof nine } = {},
): Promise<Result[]> {
  const results: Result[] = [];
  const source = xyzSource({ template: server.template(mood), maxZoom: 16 });
  const defaults = { source, fetch: createNodeFetch(), decoder, sizePx: 56, backOffMs: 5 };
  for await (const result of captureTiles(tiles, { ...defaults, ...options })) results.push(result);
  return results;
}

const patches = (results: Result[]): Patch[] => results.filter(isPatch);
const failure = (mood: Mood, options: Partial<CaptureOptions> = {}): Promise<unknown> =>
  capture(mood, options).then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  );
const since = (from: number): string[] => server.requests.slice(from);

describe('captureTiles from a well-behaved server', () => {
  test('shows the ground where it lies, at the scale asked for', async () => {
    const [patch] = patches(await capture('tiles', { tiles: [nine[0]!], sizePx: 112 }));
    // The site's tile is 250 m of ground: its pixels stand 250/112 m apart, stretched by 1/cos(lat).
    const stretch = 1 / Math.cos((site.lat * Math.PI) / 180);
    const step = (250 / 112) * stretch;
    const centre = lngLatToMercator(site);
    let worst = 0;
    for (const [column, row] of [
      [0, 0],
      [111, 0],
      [56, 56],
      [20, 90],
      [111, 111],
    ] as const) {
      const x = centre.x + (column + 0.5 - 56) * step;
      const y = centre.y - (row + 0.5 - 56) * step;
      const at = (row * 112 + column) * 3;
      paintedColour(x, y).forEach((level, c) => {
        worst = Math.max(worst, Math.abs(level - patch!.rgb[at + c]!));
      });
    }
    // 2 levels: rounding twice, and the filter's slight flattening of the waves.
    expect(worst).toBeLessThanOrEqual(2.5);
    expect(patch).toMatchObject({
      width: 112,
      height: 112,
      coverage: 1,
      metresPerPixel: 250 / 112,
    });
  });

  test('asks for each picture once, however many tiles share it', async () => {
    const from = server.requests.length;
    await capture('tiles');
    const asked = since(from);
    expect(asked.length).toBeGreaterThan(0);
    expect(new Set(asked).size).toBe(asked.length);
  });

  test('yields in the tiles’ order with typed progress, and the same bytes each time', async () => {
    const seen: CaptureProgress[] = [];
    const first = await capture('slow', { onProgress: (progress) => seen.push(progress) });
    expect(first.map(({ tileId }) => tileId)).toEqual(nine.map(({ id }) => id));
    expect(seen.map(({ done }) => done)).toEqual(nine.map((_, i) => i + 1));
    expect(seen.at(-1)).toMatchObject({ total: 9, failed: 0, cached: 0 });
    expect(seen.at(-1)!.bytes).toBeGreaterThan(1000);
    const again = await capture('tiles');
    expect(patches(again).map(({ provenance }) => provenance.sha256)).toEqual(
      patches(first).map(({ provenance }) => provenance.sha256),
    );
  });

  test('keeps within its concurrency', async () => {
    const own = await startTileServer();
    const source = xyzSource({ template: own.template('slow'), maxZoom: 18, minZoom: 18 });
    for await (const _ of captureTiles([nine[0]!], {
      ...{ source, fetch: createNodeFetch(), decoder, sizePx: 56, concurrency: 3 },
    }))
      void _;
    expect(own.mostAtOnce()).toBe(3);
    await own.close();
  });

  test('records where the pixels came from, without keys', async () => {
    const template = `${server.template()}?key=s3cret-of-mine`;
    const source = xyzSource({ template, maxZoom: 16, attribution: '© Test' });
    const [patch] = patches(await capture('tiles', { source, tiles: [nine[0]!], sizePx: 224 }));
    expect(patch!.provenance).toMatchObject({ attribution: '© Test', acquired: null });
    expect(patch!.provenance.nativeMetresPerPixel).toBeCloseTo(1.9794, 3);
    expect(JSON.stringify(patch!.provenance)).not.toContain('s3cret');
    expect(server.requests.at(-1)).toContain('s3cret');
  });
});

describe('captureTiles from a server in a mood', () => {
  test.each<[Mood, number]>([
    ['once500', 2],
    ['cut', 2],
  ])('%s: tries again and gets everything', async (mood, times) => {
    const from = server.requests.length;
    expect(patches(await capture(mood))).toHaveLength(9);
    const asked = since(from);
    expect(asked.length).toBe(new Set(asked).size * times);
  });

  test('busy: waits as long as Retry-After says', async () => {
    const began = performance.now();
    expect(patches(await capture('busy', { tiles: [nine[0]!] }))).toHaveLength(1);
    expect(performance.now() - began).toBeGreaterThanOrEqual(990);
  });

  test('absent: unknown, not asked twice, not an error', async () => {
    const from = server.requests.length;
    const results = await capture('absent');
    expect(results.map((r) => !isPatch(r) && r.missing)).toEqual(nine.map(() => 'absent'));
    expect(since(from).length).toBe(new Set(since(from)).size);
  });

  test('transparent: unknown', async () => {
    const results = await capture('transparent');
    expect(results.map((r) => !isPatch(r) && r.missing)).toEqual(nine.map(() => 'transparent'));
  });

  test.each<[Mood, RegExp]>([
    ['html', /sends text\/html; charset=utf-8 \(“<!doctype html><title>We”\)/],
    ['truncated', /PNG that breaks off after \d+ bytes/],
    ['bomb', /PNG that declares 60000×60000 px/],
    ['forbidden', /answers 403 Forbidden/],
    ['always500', /answers 500 Internal Server Error/],
  ])('%s: one clear error', async (mood, words) => {
    const error = await failure(mood);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(words);
    expect((error as UserError).message).toMatch(/^No pictures from XYZ tiles: [^\n]+ source\.$/);
  });

  test('bomb and forbidden are asked for once', async () => {
    for (const mood of ['bomb', 'forbidden'] as const) {
      const from = server.requests.length;
      await failure(mood);
      expect(since(from).length).toBe(new Set(since(from)).size);
    }
  });

  test('hang: gives up after the time-out', async () => {
    const error = await failure('hang', { timeoutMs: 60, retries: 1 });
    expect((error as Error).message).toMatch(/sends no picture within 0\.06 s\. Try again later/);
  });

  test('nobody listening: says so', async () => {
    const closed = await startTileServer();
    await closed.close();
    const source = xyzSource({ template: closed.template() });
    const error = await failure('tiles', { source });
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(
      /127\.0\.0\.1:\d+ cannot be reached \(nothing listens/,
    );
  });

  test('one bad picture costs only the tiles that need it', async () => {
    const good = createNodeFetch();
    const broken = server.template().replace('{z}/{x}/{y}.png', '');
    let victim: string | null = null;
    const results = await capture('tiles', {
      retries: 1,
      fetch: async (url, init) => {
        victim ??= url;
        return url === victim && url.startsWith(broken)
          ? new Response('', { status: 500 })
          : good(url, init);
      },
    });
    const missing = results.filter((r): r is MissingPatch => !isPatch(r));
    expect(missing.length).toBeGreaterThan(0);
    expect(missing.length).toBeLessThan(9);
    expect(new Set(missing.map((m) => m.missing))).toEqual(new Set(['failed']));
    expect(missing[0]!.detail).toMatch(/answers 500/);
  });
});

describe('stopping a capture', () => {
  test('before it starts', async () => {
    const error = await failure('tiles', { signal: AbortSignal.abort() });
    expect(error).toMatchObject({ name: 'AbortError' });
  });

  test('while the server hangs, at once and whatever the reason given', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('changed my mind')), 40);
    const began = performance.now();
    expect(await failure('hang', { signal: stop.signal })).toMatchObject({ name: 'AbortError' });
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test('by walking away from the loop: no further requests', async () => {
    const from = server.requests.length;
    const tiles = planTiles(site, { radiusM: 2500 });
    const source = xyzSource({ template: server.template('slow'), maxZoom: 16 });
    for await (const result of captureTiles(tiles, {
      ...{ source, fetch: createNodeFetch(), decoder, sizePx: 56 },
    })) {
      expect(result.tileId).toBe('e0n0');
      break;
    }
    const asked = since(from).length;
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(since(from).length - asked).toBeLessThanOrEqual(6);
  });
});
