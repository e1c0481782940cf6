import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSiteResult } from '../../src/analysis/site-result.ts';
import { launchChromium, watchPage } from '../support/browser.ts';
import { runCli } from '../support/run-cli.ts';
import { serveVite } from '../support/serve-vite.ts';
import type { ServedVite } from '../support/serve-vite.ts';
import { showsPlace } from '../support/shows-place.ts';
import { paintPicture, startTileServer } from '../support/tile-server.ts';
import type { TileServer } from '../support/tile-server.ts';
import { SHARED } from '../support/vit-fixtures.ts';
import { watchMainThread } from '../support/watch-main-thread.ts';

// The page as people get it, but with the nano model and without the demo's first run.
const PAGE = `<script type="module">
  import { browserPorts } from '/components/shared/session-ports.ts';
  import '/components/upwind-app/upwind-app.ts';
  const app = document.createElement('upwind-app');
  app.ports = browserPorts({ modelUrl: '/tests/fixtures/vit-nano/', modelName: 'vit-nano' });
  document.body.append(app);
</script>`;

let browser: Browser;
/** Draws no map, which takes a machine without graphics card most of its time. */
let plainBrowser: Browser;
let served: ServedVite;
let tiles: TileServer;
/** Has one picture of each zoom, around a place 1900 m east of the first site, and no others. */
let fewTiles: TileServer;
let context: BrowserContext;
let plainContext: BrowserContext;
let shown: Page | undefined;
beforeAll(async () => {
  tiles = await startTileServer();
  const has = showsPlace({ lng: 20.5289, lat: -34.0368 }, 100);
  fewTiles = await startTileServer({
    picture: async (z, x, y) => (has(z, x, y) ? paintPicture(z, x, y) : null),
  });
  served = await serveVite({ pages: { '/site.html': PAGE } });
  browser = await launchChromium({ webgl: true });
  plainBrowser = await launchChromium({ webgpu: false });
  const viewport = { width: 840, height: 540 };
  // As most people have it: the map glides to a new site.
  context = await browser.newContext({ viewport, reducedMotion: 'no-preference' });
  plainContext = await plainBrowser.newContext({ viewport });
});
afterAll(async () => {
  await browser?.close();
  await plainBrowser?.close();
  await served?.close();
  await tiles?.close();
  await fewTiles?.close();
});

const NO_MAP = { map: false };

/** A page of somebody who was never here: the modules are at hand, and nothing else is kept. */
async function open(hash = '', { map = true } = {}): Promise<Page> {
  await shown?.close();
  const page = (shown = await (map ? context : plainContext).newPage());
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Storage.clearDataForOrigin', { origin: served.url, storageTypes: 'all' });
  await devtools.detach();
  await page.goto(`${served.url}/site.html${hash}`);
  await page.getByRole('tab', { name: 'Site', exact: true }).waitFor();
  return page;
}

const NANO = join(import.meta.dirname, '../fixtures/vit-nano');
const nanoFiles = () =>
  Object.fromEntries(
    ['config.json', 'preprocessor_config.json', 'model.safetensors'].map((name) => [
      `mine/${name}`,
      new Uint8Array(readFileSync(join(NANO, name))),
    ]),
  );

/** A tile server's template as links have it. */
const tilesUrl = (server: TileServer): string =>
  `${encodeURIComponent(`${server.url}/tiles/`).replace(/%(3A|2F)/g, decodeURIComponent)}%7Bz%7D`;

/** Brings one's own tiles, through the picker. */
async function useTiles(page: Page, template: string): Promise<void> {
  await page.getByText('Imagery', { exact: true }).click();
  await page.getByLabel('Source').selectOption('xyz');
  await page.getByLabel('Tile URL').fill(template);
  await page.getByLabel('Finest zoom').fill('15');
  await page.getByRole('button', { name: 'Use', exact: true }).click();
  await page.getByText('Imagery', { exact: true }).click();
}

async function useBackend(page: Page, backend: 'wasm' | 'webgpu'): Promise<void> {
  await page.getByText('Model', { exact: true }).click();
  await page.getByLabel('Compute').selectOption(backend);
  await page.getByText('Model', { exact: true }).click();
}

async function goTo(page: Page, place: string): Promise<void> {
  await page.getByLabel('Latitude, longitude').fill(place);
  await page.getByLabel('Latitude, longitude').press('Enter');
}

/** Does what starts a run, waits for that run's end, one way or the other, and returns the answer. */
async function finished(page: Page, begin?: () => Promise<void>) {
  const run = await page.evaluateHandle(
    () => document.querySelector('upwind-app')!.session.state.run,
  );
  await begin?.();
  // The end of the run before is not meant.
  await page.waitForFunction(
    ({ before, anew }) => {
      const { run } = document.querySelector('upwind-app')!.session.state;
      return (!anew || run !== before) && (run.phase === 'done' || run.phase === 'failed');
    },
    { before: run, anew: begin !== undefined },
    { polling: 100 },
  );
  return page.evaluate(() => {
    const { run, result } = document.querySelector('upwind-app')!.session.state;
    return { run, result };
  });
}

describe('from a click to an answer', () => {
  it('typed, then clicked; on WebGPU and on wasm alike; exported; there after a reload', async () => {
    const page = await open();
    // Ground that a server does not have is logged by the browser itself.
    const complaints = watchPage(page, [/404/]);
    await useTiles(page, tiles.template());
    await useBackend(page, 'wasm');
    const stopWatching = await watchMainThread(page);
    const first = await finished(page, () => goTo(page, '-34.0368, 20.5083'));
    const { ran, inferring } = await stopWatching();
    expect(first.run).toEqual({ phase: 'done' });
    // The watch sees the page at work, and nowhere in it the model.
    expect(ran.filter((code) => /maplibre/.test(code)).length).toBeGreaterThan(10);
    expect(inferring.length, [...new Set(inferring)].join()).toBeLessThan(ran.length / 1000);
    const result = parseSiteResult(first.result);
    expect(result.tiles).toHaveLength(145);
    expect(result.tiles.every(({ by }) => by === 'model')).toBe(true);
    expect(result.backend.name).toBe('wasm');
    await page.getByRole('heading', { name: `Exposure ${result.governing} governs` }).waitFor();
    await expect.poll(() => page.getByRole('rowheader').count()).toBe(8);
    await page.getByText('Read on wasm', { exact: false }).waitFor();

    await page.getByRole('button', { name: 'Export' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: /Directions/ }).click(),
    ]);
    const csv = readFileSync(await download.path(), 'utf8');
    expect(csv.split('\n')[0]).toMatch(/^direction,bearing_deg,roughness,/);
    expect(csv.trim().split('\n')).toHaveLength(9);

    // A click on the map, well outside the tiles: the site goes there and is analysed.
    await useTiles(page, fewTiles.template());
    await useBackend(page, 'webgpu');
    const map = (await page.locator('upwind-map').boundingBox())!;
    const at = await page.evaluate(() =>
      document
        .querySelector('upwind-app')!
        .shadowRoot!.querySelector('upwind-map')!
        .project({ east: 1900, north: 0 }),
    );
    const second = await finished(page, () => page.mouse.click(map.x + at!.x, map.y + at!.y));
    expect(second.run).toEqual({ phase: 'done' });
    const onGpu = parseSiteResult(second.result);
    expect(onGpu.backend.name).toBe('webgpu');
    // 1900 m east at this latitude.
    expect(onGpu.site.lng - result.site.lng).toBeCloseTo(0.0206, 3);
    const seen = onGpu.tiles.filter(({ roughness }) => roughness);
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.length).toBeLessThan(80);

    // The same ground on the other backend.
    await useBackend(page, 'wasm');
    const third = await finished(page, () =>
      page.getByRole('button', { name: 'Analyse', exact: true }).click(),
    );
    const onWasm = parseSiteResult(third.result);
    expect(onWasm.backend.name).toBe('wasm');
    expect(onWasm.tiles.map(({ roughness }) => roughness)).toEqual(
      onGpu.tiles.map(({ roughness }) => roughness),
    );

    // Written while the answer is shown already.
    const kept = () =>
      page.evaluate(async () => {
        const { result } = await document.querySelector('upwind-app')!.ports.store.load();
        return result?.backend.name;
      });
    await expect.poll(kept).toBe('wasm');
    await page.reload();
    // Most of the ground has no picture, and the heading says so.
    const heading = new RegExp(`exposure ${onWasm.governing}\\b`, 'i');
    await page.getByRole('heading', { level: 2, name: heading }).waitFor();
    expect((await finished(page)).result).toEqual(onWasm);
    await page.evaluate(() =>
      document.querySelector('upwind-app')!.session.select({ tileId: 'e0n-1' }),
    );
    // The very pixels again, from the cache of this device.
    const canvas = page.locator('upwind-tile-card canvas');
    await canvas.waitFor();
    const sha = await page.evaluate(async () => {
      const patch = await document.querySelector('upwind-app')!.session.patch('e0n-1');
      const digest = await crypto.subtle.digest('SHA-256', patch!.rgb as Uint8Array<ArrayBuffer>);
      return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, '0')).join('');
    });
    expect(sha).toBe(onWasm.tiles.find(({ id }) => id === 'e0n-1')!.imageSha256);
    expect(complaints).toEqual([]);
  }, 500_000);
});

describe('what is brought along', () => {
  it('a zip of a model is used, and there again after a reload', async () => {
    const page = await open('', NO_MAP);
    await page.getByText('Model', { exact: true }).click();
    await page.locator('upwind-model-picker #zip').setInputFiles({
      name: 'mine.zip',
      mimeType: 'application/zip',
      buffer: Buffer.from(zipSync(nanoFiles())),
    });
    await page.locator('upwind-model-picker').getByText('mine.zip').first().waitFor();
    const kept = () =>
      page.evaluate(() => document.querySelector('upwind-app')!.session.state.settings.model);
    await expect.poll(kept).toMatchObject({ kind: 'stored', name: 'mine.zip' });
    await page.reload();
    await page.getByText('Model', { exact: true }).click();
    await useTiles(page, fewTiles.template());
    const { run, result } = await finished(page, () => goTo(page, '-34.0368, 20.5289'));
    expect(run).toEqual({ phase: 'done' });
    expect(result!.model.id).toBe('mine');
    // Two models are at hand now; going back is one choice.
    const stored = page.getByLabel('Kept on this device');
    await stored.locator('option', { hasText: 'mine.zip' }).waitFor({ state: 'attached' });
    await page.getByRole('button', { name: /Use the page’s own model/ }).click();
    await page.locator('upwind-model-picker strong', { hasText: 'vit-nano' }).waitFor();

    // The link carries the imagery; whoever opens it starts with it.
    await expect.poll(() => page.url()).toContain(`imagery=xyz&url=${tilesUrl(fewTiles)}`);
    const other = await open(new URL(page.url()).hash, NO_MAP);
    const there = await finished(other);
    expect(there.run).toEqual({ phase: 'done' });
    expect(there.result!.tiles.map(({ imageSha256 }) => imageSha256)).toEqual(
      result!.tiles.map(({ imageSha256 }) => imageSha256),
    );
  });

  it('DeiT-Tiny in a folder reads the same ground on wasm in the page as on the command line', async () => {
    const folder = join(SHARED, 'weights/deit-tiny-roughness');
    if (!existsSync(folder)) return console.log('skipped: ../shared/weights is not here');
    const page = await open('', NO_MAP);
    await page.getByText('Model', { exact: true }).click();
    await page.locator('upwind-model-picker #folder').setInputFiles(folder);
    await page.locator('upwind-model-picker strong', { hasText: 'deit-tiny-roughness' }).waitFor();
    await page.getByText('Model', { exact: true }).click();
    await useBackend(page, 'wasm');
    await useTiles(page, fewTiles.template());
    const { run, result } = await finished(page, () => goTo(page, '-34.0368, 20.5289'));
    expect(run).toEqual({ phase: 'done' });
    expect(result!.backend.name).toBe('wasm');
    const node = await runCli([
      ...['analyse', '--at=-34.0368,20.5289', '--height', '25ft', '--backend', 'wasm', '--json'],
      ...['--model', folder, '--imagery', fewTiles.template(), '--imagery-max-zoom', '15'],
    ]);
    const there = parseSiteResult(JSON.parse(node.stdout));
    expect(result!.model.sha256).toBe(there.model.sha256);
    const read = (tiles: typeof there.tiles) => tiles.map(({ id, roughness }) => [id, roughness]);
    expect(read(result!.tiles)).toEqual(read(there.tiles));
    expect(result!.tiles.filter(({ by }) => by === 'model').length).toBeGreaterThan(3);
  });

  it('a link without its key says what to do', async () => {
    const url = encodeURIComponent(`${tiles.url}/tiles/{z}/{x}/{y}.png`);
    const page = await open(`#at=-34.0368,20.5083&h=25ft&imagery=xyz&url=${url}&key=own`);
    const { run } = await finished(page);
    expect(run).toMatchObject({ phase: 'failed', message: expect.stringMatching(/key/) });
    await page
      .locator('upwind-result')
      .getByText(/leaves out the key/)
      .waitFor();
  });
});

describe('servers in bad moods', () => {
  it('a slow one, and one that answers 500 once, give the whole answer', async () => {
    const read: string[][] = [];
    for (const mood of ['slow', 'once500'] as const) {
      const page = await open('', NO_MAP);
      await useTiles(page, fewTiles.template(mood));
      await useBackend(page, 'wasm');
      const { run, result } = await finished(page, () => goTo(page, '-34.0368, 20.5289'));
      expect(run).toEqual({ phase: 'done' });
      // What is missing is ground that the server has no picture of, or of less than half.
      expect(result!.tiles.filter(({ missing }) => missing === 'failed')).toEqual([]);
      const seen = result!.tiles.filter(({ roughness }) => roughness !== null);
      read.push(seen.map(({ id, imageSha256 }) => `${id} ${imageSha256}`));
    }
    const [slow, once500] = read;
    expect(slow!.length).toBeGreaterThan(3);
    expect(once500).toEqual(slow);
  });

  it.each([
    ['html', /web page|HTML|not a picture/i],
    ['absent', /404|no picture|nothing/i],
    ['nocors', /CORS|other pages|not let/i],
  ] as const)('%s: the page says so', async (mood, words) => {
    const page = await open();
    await useTiles(page, tiles.template(mood));
    await useBackend(page, 'wasm');
    const { run } = await finished(page, () => goTo(page, '-34.0368, 20.5083'));
    if (run.phase === 'failed') {
      await page.getByRole('heading', { name: 'The analysis stopped' }).waitFor();
      await expect.poll(() => page.getByRole('alert').first().textContent()).toMatch(words);
    } else {
      // Every tile unknown: said on the page, and nothing is guessed.
      await expect.poll(() => page.locator('upwind-result .notices').textContent()).toMatch(words);
    }
  });
});
