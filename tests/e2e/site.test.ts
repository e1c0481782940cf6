import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseSiteResult } from '../../src/analysis/site-result.ts';
import { launchChromium, watchPage } from '../support/browser.ts';
import { serveVite } from '../support/serve-vite.ts';
import type { ServedVite } from '../support/serve-vite.ts';
import { startTileServer } from '../support/tile-server.ts';
import type { Mood, TileServer } from '../support/tile-server.ts';

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
let context: BrowserContext | undefined;
beforeAll(async () => {
  tiles = await startTileServer();
  served = await serveVite({ pages: { '/site.html': PAGE } });
  browser = await launchChromium({ webgl: true });
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
  await tiles?.close();
});
afterEach(async () => {
  await context?.close();
  context = undefined;
});

async function open(): Promise<Page> {
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(`${served.url}/site.html`);
  await page.getByRole('tab', { name: 'Site' }).waitFor();
  return page;
}

/** Brings one's own tiles, through the picker. */
async function useTiles(page: Page, mood: Mood): Promise<void> {
  await page.getByText('Imagery', { exact: true }).click();
  await page.getByLabel('Source').selectOption('xyz');
  await page.getByLabel('Tile URL').fill(tiles.template(mood));
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
  await page.waitForFunction(
    () => {
      const { phase } = document.querySelector('upwind-app')!.session.state.run;
      return phase === 'done' || phase === 'failed';
    },
    null,
    { timeout: 100_000 },
  );
  return page.evaluate(() => {
    const { run, result } = document.querySelector('upwind-app')!.session.state;
    return { run, result };
  });
}

describe('from a click to an answer', () => {
  it('on wasm, then on WebGPU with the same categories; exported, and there after a reload', async () => {
    const page = await open();
    const complaints = watchPage(page);
    await useTiles(page, 'tiles');
    await useBackend(page, 'wasm');
    await goTo(page, '-34.0368, 20.5126');
    const first = await finished(page);
    expect(first.run).toEqual({ phase: 'done' });
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
    const map = (await page.locator('upwind-map').boundingBox())!;
    const at = await page.evaluate(() =>
      document
        .querySelector('upwind-app')!
        .shadowRoot!.querySelector('upwind-map')!
        .project({ east: 2400, north: 0 }),
    );
    await useBackend(page, 'webgpu');
    await page.mouse.click(map.x + at!.x, map.y + at!.y);
    const second = await finished(page);
    expect(second.run).toEqual({ phase: 'done' });
    const moved = parseSiteResult(second.result);
    expect(moved.backend.name).toBe('webgpu');
    // 2400 m east at this latitude.
    expect(moved.site.lng - result.site.lng).toBeCloseTo(0.026, 2);

    // The same ground on the other backend: back to the first site.
    await goTo(page, '-34.0368, 20.5126');
    const third = parseSiteResult((await finished(page)).result);
    expect(third.backend.name).toBe('webgpu');
    expect(third.tiles.map(({ roughness }) => roughness)).toEqual(
      result.tiles.map(({ roughness }) => roughness),
    );

    const asked = tiles.requests.length;
    await page.reload();
    await page.getByRole('heading', { name: `Exposure ${third.governing} governs` }).waitFor();
    expect((await finished(page)).result).toEqual(third);
    await page.evaluate(() =>
      document.querySelector('upwind-app')!.session.select({ tileId: 'e1n1' }),
    );
    // The very pixels again, from the cache of this device.
    const canvas = page.locator('upwind-tile-card canvas');
    await canvas.waitFor();
    const sha = await page.evaluate(async () => {
      const patch = await document.querySelector('upwind-app')!.session.patch('e1n1');
      const digest = await crypto.subtle.digest('SHA-256', patch!.rgb as Uint8Array<ArrayBuffer>);
      return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, '0')).join('');
    });
    expect(sha).toBe(third.tiles.find(({ id }) => id === 'e1n1')!.imageSha256);
    // The map shows its own pictures again; the analysis asks for none.
    expect(tiles.requests.slice(asked).every((path) => /^\/tiles\//.test(path))).toBe(true);
    expect(complaints).toEqual([]);
  }, 300_000);
});

describe('servers in bad moods', () => {
  it('a slow one, and one that answers 500 once, give the whole answer', async () => {
    for (const mood of ['slow', 'once500'] as const) {
      const page = await open();
      await useTiles(page, mood);
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
    await useTiles(page, mood);
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
