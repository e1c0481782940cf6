import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseSiteResult } from '../../src/analysis/site-result.ts';
import { squareAround, xyzBounds } from '../../src/site/mercator.ts';
import { launchChromium, watchPage } from '../support/browser.ts';
import { runCli } from '../support/run-cli.ts';
import { serveVite } from '../support/serve-vite.ts';
import type { ServedVite } from '../support/serve-vite.ts';
import { paintPicture, startTileServer } from '../support/tile-server.ts';
import type { TileServer } from '../support/tile-server.ts';
import { SHARED } from '../support/vit-fixtures.ts';

// The page as people get it, but with the nano model and without the demo's first run.
const PAGE = `<script type="module">
  import { browserPorts } from '/components/shared/session-ports.ts';
  import '/components/upwind-app/upwind-app.ts';
  const app = document.createElement('upwind-app');
  app.ports = browserPorts({ modelUrl: '/tests/fixtures/vit-nano/', modelName: 'vit-nano' });
  document.body.append(app);
</script>`;

let browser: Browser;
let served: ServedVite;
let tiles: TileServer;
/** Has pictures within about 350 m of a place 1900 m east of the first site, and no others. */
let fewTiles: TileServer;
let context: BrowserContext | undefined;
beforeAll(async () => {
  tiles = await startTileServer();
  const some = squareAround({ lng: 20.5332, lat: -34.0368 }, 700);
  fewTiles = await startTileServer({
    picture: async (z, x, y) => {
      const { west, south, east, north } = xyzBounds({ z, x, y });
      const apart =
        east < some.west || west > some.east || north < some.south || south > some.north;
      return apart ? null : paintPicture(z, x, y);
    },
  });
  served = await serveVite({ pages: { '/site.html': PAGE } });
  browser = await launchChromium({ webgl: true });
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
  await tiles?.close();
  await fewTiles?.close();
});
afterEach(async () => {
  await context?.close();
  context = undefined;
});

async function open(hash = ''): Promise<Page> {
  context = await browser.newContext({ viewport: { width: 1000, height: 640 } });
  const page = await context.newPage();
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

/** Waits for the run to end, one way or the other, and returns the answer. */
async function finished(page: Page) {
  const phase = () =>
    page.evaluate(() => document.querySelector('upwind-app')!.session.state.run.phase);
  await expect.poll(phase, { timeout: 280_000, interval: 250 }).toMatch(/^(done|failed)$/);
  return page.evaluate(() => {
    const { run, result } = document.querySelector('upwind-app')!.session.state;
    return { run, result };
  });
}

/** Module URLs that must not compute on the page's own thread: inference, and what feeds it. */
const INFERENCE = /\/src\/(vit|checkpoint|imagery|demo)\/|tensorflow|tfjs/;

/**
 * Watches which code the page's main thread runs, by sampling. Times would tell of the machine, whose
 * map is drawn in software; code that does not run there adds no long task, however slow it is.
 */
async function watchMainThread(page: Page): Promise<() => Promise<string[]>> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Profiler.enable');
  await devtools.send('Profiler.setSamplingInterval', { interval: 1000 });
  await devtools.send('Profiler.start');
  return async () => {
    const { profile } = await devtools.send('Profiler.stop');
    await devtools.detach();
    const names = new Map(
      profile.nodes.map(({ id, callFrame: { url, functionName } }) => [
        id,
        `${url} ${functionName}`,
      ]),
    );
    return (profile.samples ?? []).map((id) => names.get(id) ?? '');
  };
}

describe('from a click to an answer', () => {
  it('typed, then clicked; on WebGPU and on wasm alike; exported; there after a reload', async () => {
    const page = await open();
    // Ground that a server does not have is logged by the browser itself.
    const complaints = watchPage(page, [/404/]);
    await useTiles(page, tiles.template());
    await useBackend(page, 'wasm');
    const stopWatching = await watchMainThread(page);
    await goTo(page, '-34.0368, 20.5126');
    const first = await finished(page);
    const ran = await stopWatching();
    expect(first.run).toEqual({ phase: 'done' });
    // The watch sees the page at work, and nowhere in it the model.
    expect(ran.filter((code) => /maplibre/.test(code)).length).toBeGreaterThan(10);
    const inferring = ran.filter((code) => INFERENCE.test(code));
    expect(inferring.length, [...new Set(inferring)].join()).toBeLessThan(ran.length / 1000);
    const result = parseSiteResult(first.result);
    expect(result.tiles).toHaveLength(145);
    expect(result.tiles.every(({ by }) => by === 'model')).toBe(true);
    expect(result.backend.name).toBe('wasm');
    await page.getByRole('heading', { name: `Exposure ${result.governing} governs` }).waitFor();
    expect(await page.getByRole('rowheader').count()).toBe(8);
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
    await page.mouse.click(map.x + at!.x, map.y + at!.y);
    const second = await finished(page);
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
    await page.getByRole('button', { name: 'Analyse', exact: true }).click();
    const onWasm = parseSiteResult((await finished(page)).result);
    expect(onWasm.backend.name).toBe('wasm');
    expect(onWasm.tiles.map(({ roughness }) => roughness)).toEqual(
      onGpu.tiles.map(({ roughness }) => roughness),
    );

    await page.reload();
    await page.getByRole('heading', { name: `Exposure ${onWasm.governing} governs` }).waitFor();
    expect((await finished(page)).result).toEqual(onWasm);
    await page.evaluate(() =>
      document.querySelector('upwind-app')!.session.select({ tileId: 'e0n1' }),
    );
    // The very pixels again, from the cache of this device.
    const canvas = page.locator('upwind-tile-card canvas');
    await canvas.waitFor();
    const sha = await page.evaluate(async () => {
      const patch = await document.querySelector('upwind-app')!.session.patch('e0n1');
      const digest = await crypto.subtle.digest('SHA-256', patch!.rgb as Uint8Array<ArrayBuffer>);
      return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, '0')).join('');
    });
    expect(sha).toBe(onWasm.tiles.find(({ id }) => id === 'e0n1')!.imageSha256);
    expect(complaints).toEqual([]);
  }, 500_000);
});

describe('what is brought along', () => {
  it('a zip of a model is used, and there again after a reload', async () => {
    const page = await open();
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
    await goTo(page, '-34.0368, 20.5332');
    const { run, result } = await finished(page);
    expect(run).toEqual({ phase: 'done' });
    expect(result!.model.id).toBe('mine');
    // Two models are at hand now; going back is one choice.
    const stored = page.getByLabel('Kept on this device');
    expect(await stored.locator('option').allTextContents()).toEqual(
      expect.arrayContaining([expect.stringContaining('mine.zip')]),
    );
    await page.getByRole('button', { name: /Use the page’s own model/ }).click();
    await page.locator('upwind-model-picker strong', { hasText: 'vit-nano' }).waitFor();

    // The link carries the imagery; whoever opens it starts with it.
    expect(page.url()).toContain(`imagery=xyz&url=${tilesUrl(fewTiles)}`);
    const link = page.url();
    await context?.close();
    const other = await open(new URL(link).hash);
    const there = await finished(other);
    expect(there.run).toEqual({ phase: 'done' });
    expect(there.result!.tiles.map(({ imageSha256 }) => imageSha256)).toEqual(
      result!.tiles.map(({ imageSha256 }) => imageSha256),
    );
  });

  it('DeiT-Tiny in a folder reads the same ground on wasm in the page as on the command line', async () => {
    const folder = join(SHARED, 'weights/deit-tiny-roughness');
    if (!existsSync(folder)) return console.log('skipped: ../shared/weights is not here');
    const page = await open();
    await page.getByText('Model', { exact: true }).click();
    await page.locator('upwind-model-picker #folder').setInputFiles(folder);
    await page.locator('upwind-model-picker strong', { hasText: 'deit-tiny-roughness' }).waitFor();
    await page.getByText('Model', { exact: true }).click();
    await useBackend(page, 'wasm');
    await useTiles(page, fewTiles.template());
    await goTo(page, '-34.0368, 20.5332');
    const { run, result } = await finished(page);
    expect(run).toEqual({ phase: 'done' });
    expect(result!.backend.name).toBe('wasm');
    const node = await runCli([
      ...['analyse', '--at=-34.0368,20.5332', '--height', '25ft', '--backend', 'wasm', '--json'],
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
    const page = await open(`#at=-34.0368,20.5126&h=25ft&imagery=xyz&url=${url}&key=own`);
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
    for (const mood of ['slow', 'once500'] as const) {
      const page = await open();
      await useTiles(page, tiles.template(mood));
      await useBackend(page, 'wasm');
      await goTo(page, '-34.0368, 20.5126');
      const { run, result } = await finished(page);
      expect(run).toEqual({ phase: 'done' });
      expect(result!.tiles.filter(({ missing }) => missing)).toEqual([]);
      await context?.close();
    }
  });

  it.each([
    ['html', /web page|HTML|not a picture/i],
    ['absent', /404|no picture|nothing/i],
    ['nocors', /CORS|other pages|not let/i],
  ] as const)('%s: the page says so', async (mood, words) => {
    const page = await open();
    await useTiles(page, tiles.template(mood));
    await useBackend(page, 'wasm');
    await goTo(page, '-34.0368, 20.5126');
    const { run } = await finished(page);
    if (run.phase === 'failed') {
      await page.getByRole('heading', { name: 'The analysis stopped' }).waitFor();
      expect(await page.getByRole('alert').first().textContent()).toMatch(words);
    } else {
      // Every tile unknown: said on the page, and nothing is guessed.
      expect(await page.locator('upwind-result .notices').textContent()).toMatch(words);
    }
  });
});
