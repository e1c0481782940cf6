import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { captureTiles, isPatch } from '../../src/imagery/capture.ts';
import { resolveImagery } from '../../src/imagery/sources/resolve-source.ts';
import { createNodeFetch } from '../../src/platform/node/fetch-imagery.ts';
import { createNodeImageDecoder } from '../../src/platform/node/image-decoder.ts';
import { planTiles } from '../../src/site/tile-grid.ts';
import { launchChromium } from '../support/browser.ts';
import { serveVite } from '../support/serve-vite.ts';
import type { ServedVite } from '../support/serve-vite.ts';
import { pngHeader, startTileServer } from '../support/tile-server.ts';
import type { Mood, TileServer } from '../support/tile-server.ts';

const site = { lng: 20.5126, lat: -34.0368 };
let browser: Browser;
let page: Page;
let served: ServedVite;
let tiles: TileServer;

beforeAll(async () => {
  tiles = await startTileServer();
  served = await serveVite({
    pages: {
      '/imagery.html': `<script type="module">
        import { captureTiles } from '/src/imagery/capture.ts';
        import { resolveImagery } from '/src/imagery/sources/resolve-source.ts';
        import { createBrowserFetch } from '/src/platform/browser/fetch-imagery.ts';
        import { createBrowserImageDecoder } from '/src/platform/browser/image-decoder.ts';
        import { createBrowserTileCache } from '/src/platform/browser/tile-cache.ts';
        import { planTiles } from '/src/site/tile-grid.ts';
        const decoder = createBrowserImageDecoder();
        const cache = createBrowserTileCache();
        window.decode = async (bytes) => {
          const { width, height, rgba } = await decoder.decode(new Uint8Array(bytes));
          return { width, height, rgba: [...rgba] };
        };
        window.capture = async (template, site, cached) => {
          const results = [];
          let progress;
          try {
            for await (const result of captureTiles(planTiles(site, { radiusM: 360 }), {
              source: resolveImagery(template, { maxZoom: 16 }), fetch: createBrowserFetch(),
              decoder, cache: cached ? cache : null, sizePx: 112, backOffMs: 10,
              onProgress: (seen) => (progress = seen),
            })) results.push(result.missing ?? result.provenance.sha256);
            return { results, progress };
          } catch (error) {
            return { results, error: error.name + ': ' + error.message };
          }
        };
        document.title = 'ready';
      </script>`,
    },
  });
  browser = await launchChromium({ webgpu: false });
  page = await browser.newPage();
  await page.goto(`${served.url}/imagery.html`);
  await page.waitForFunction(() => document.title === 'ready');
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
  await tiles?.close();
});

interface Captured {
  results: string[];
  error?: string;
  progress?: { cached: number; bytes: number };
}
declare global {
  interface Window {
    decode(bytes: number[]): Promise<{ width: number; height: number; rgba: number[] }>;
    capture(template: string, at: typeof site, cached: boolean): Promise<Captured>;
  }
}
const inPage = (mood: Mood, cached = false): Promise<Captured> =>
  page.evaluate(([template, at, keep]) => window.capture(template, at, keep), [
    ...([tiles.template(mood), site, cached] as const),
  ] as const);

describe('the browser’s decoder and Node’s', () => {
  const pixels = (channels: 3 | 4) =>
    Uint8Array.from({ length: 40 * 30 * channels }, (_, i) =>
      i % channels === 3 ? ((i * 7) % 3) * 127.5 : (i * i * 31 + (i >> 4) * 57) % 256,
    );
  const raw = (channels: 3 | 4) =>
    sharp(pixels(channels), { raw: { width: 40, height: 30, channels } });
  const smooth = () => raw(3).blur(3);
  const kinds: [string, () => Promise<Buffer>, number][] = [
    ['PNG', () => raw(3).png().toBuffer(), 0],
    ['PNG with a colour profile', () => raw(3).withIccProfile('p3').png().toBuffer(), 0],
    ['grey PNG', () => raw(3).greyscale().png().toBuffer(), 0],
    ['palette PNG', () => raw(3).png({ palette: true }).toBuffer(), 0],
    ['16-bit PNG', () => raw(3).toColourspace('rgb16').png().toBuffer(), 0],
    ['lossless WebP', () => raw(3).webp({ lossless: true }).toBuffer(), 0],
    ['JPEG, full colour', () => smooth().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(), 2],
    ['JPEG, halved colour', () => smooth().jpeg().toBuffer(), 3],
    [
      'JPEG with an orientation tag',
      () =>
        smooth().withMetadata({ orientation: 6 }).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(),
      2,
    ],
    ['WebP', () => smooth().webp().toBuffer(), 3],
  ];

  test.each(kinds)('%s', async (_, make, tolerance) => {
    const bytes = await make();
    const node = await createNodeImageDecoder().decode(new Uint8Array(bytes));
    const here = await page.evaluate((data) => window.decode(data), [...bytes]);
    expect([here.width, here.height]).toEqual([node.width, node.height]);
    const apart = here.rgba.map((level, i) => Math.abs(level - node.rgba[i]!));
    expect(Math.max(...apart)).toBeLessThanOrEqual(tolerance);
  });

  test('half-transparent pixels agree once weighed by their alpha, as composing does', async () => {
    const bytes = await raw(4).png().toBuffer();
    const node = await createNodeImageDecoder().decode(new Uint8Array(bytes));
    const here = await page.evaluate((data) => window.decode(data), [...bytes]);
    const weigh = (rgba: ArrayLike<number>) =>
      Array.from(rgba, (level, i) =>
        i % 4 === 3 ? level : (level * rgba[i - (i % 4) + 3]!) / 255,
      );
    const [a, b] = [weigh(here.rgba), weigh(node.rgba)];
    expect(Math.max(...a.map((level, i) => Math.abs(level - b[i]!)))).toBeLessThanOrEqual(1);
  });

  test('junk is refused in words', async () => {
    const refused = page.evaluate(
      (data) => window.decode(data).catch((e) => e.message),
      [...pngHeader(9, 9)],
    );
    expect(await refused).toBe('This picture cannot be decoded. PNG, JPEG and WebP can.');
  });
});

describe('capture in a page', () => {
  test('gives the same bytes as in Node', async () => {
    const { results, error } = await inPage('tiles');
    expect(error).toBeUndefined();
    const ports = { fetch: createNodeFetch(), decoder: createNodeImageDecoder(), sizePx: 112 };
    const source = resolveImagery(tiles.template(), { maxZoom: 16 });
    const node: string[] = [];
    for await (const patch of captureTiles(planTiles(site, { radiusM: 360 }), {
      source,
      ...ports,
    })) {
      node.push(isPatch(patch) ? patch.provenance.sha256 : patch.missing);
    }
    expect(results).toEqual(node);
  });

  test('a second visit asks the server for nothing', async () => {
    const before = await inPage('slow', true);
    const from = tiles.requests.length;
    const again = await inPage('slow', true);
    expect(again.results).toEqual(before.results);
    expect(tiles.requests.length).toBe(from);
    expect(again.progress).toMatchObject({ bytes: 0 });
    expect(again.progress!.cached).toBeGreaterThan(0);
  });

  test.each<[Mood, RegExp]>([
    [
      'nocors',
      /^UserError: No pictures from XYZ tiles: 127\.0\.0\.1:\d+ does not allow pages to read its pictures \(CORS\)\. Choose another source/,
    ],
    ['html', /^UserError: .* sends text\/html/],
    ['truncated', /^UserError: .*PNG that breaks off/],
    ['bomb', /^UserError: .*declares 60000×60000 px/],
    ['always500', /^UserError: .*answers 500/],
  ])('%s: one clear error', async (mood, words) => {
    expect((await inPage(mood)).error).toMatch(words);
  });

  test('nobody listening is not mistaken for CORS', async () => {
    const closed = await startTileServer();
    await closed.close();
    const { error } = await page.evaluate(([template, at]) => window.capture(template, at, false), [
      closed.template(),
      site,
    ] as const);
    expect(error).toMatch(/cannot be reached \(the connection failed\)\. Check the address/);
  });

  test.each<Mood>(['once500', 'cut', 'absent', 'transparent'])('%s', async (mood) => {
    const { results, error } = await inPage(mood);
    expect(error).toBeUndefined();
    const wanted =
      mood === 'absent' || mood === 'transparent' ? mood : expect.stringMatching(/^\w{64}$/);
    expect(results).toEqual(Array.from({ length: 9 }, () => wanted));
  });
});
