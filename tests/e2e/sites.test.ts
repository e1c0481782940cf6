import { readFile } from 'node:fs/promises';
import { csvParse } from 'd3-dsv';
import type { Browser, BrowserContext, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSiteResult } from '../../src/analysis/site-result.ts';
import type { SiteResult } from '../../src/analysis/site-result.ts';
import { axeFindings } from '../support/axe.ts';
import { launchChromium, watchPage } from '../support/browser.ts';
import { serveVite } from '../support/serve-vite.ts';
import type { ServedVite } from '../support/serve-vite.ts';

/**
 * The page itself over the nano model on WebAssembly, without a map, which is not what is looked at
 * here; tiles 500 m apart, so that a site is read in seconds. `?broken` has no model and no
 * imagery, as without a network.
 */
const PAGE = `<style>body { margin: 0 }</style><script type="module">
  import { browserPorts } from '/components/shared/session-ports.ts';
  import { analyseSite } from '/src/analysis/analyse-site.ts';
  import { createBrowserFetch } from '/src/platform/browser/fetch-imagery.ts';
  import { createBrowserImageDecoder } from '/src/platform/browser/image-decoder.ts';
  import { createBrowserTileCache } from '/src/platform/browser/tile-cache.ts';
  import '/components/upwind-app/upwind-app.ts';
  const hosts = { fetch: createBrowserFetch(), decoder: createBrowserImageDecoder(), cache: createBrowserTileCache() };
  const app = document.createElement('upwind-app');
  window.analysed = [];
  const ports = browserPorts({ modelUrl: '/tests/fixtures/vit-nano/', modelName: 'vit-nano' });
  app.ports = {
    ...ports,
    loadModel: (ref, options) => location.search.includes('broken')
      ? Promise.reject(new Error('offline'))
      : ports.loadModel(ref, { ...options, backend: 'wasm' }),
    analyse: async ({ site, settings }, means, { signal, onEvent }) => {
      await window.held?.[site.name];
      const result = await analyseSite(
        { site: site.at, siteName: site.name, heightFt: site.heightFt, edition: settings.edition, tolerance: settings.tolerance, strideM: 500 },
        { ...means, ...hosts },
        { signal, onProgress: onEvent },
      );
      window.analysed.push(site.name);
      return result;
    },
  };
  document.body.prepend(app);
</script>`;

const { DEMO_SITE } = await import('../../src/demo/demo-source.ts');
const near = (north: number, east: number) => ({
  lat: DEMO_SITE.lat + north,
  lng: DEMO_SITE.lng + east,
});
const CSV = ['name,lat,lng,height']
  .concat(
    [
      { name: 'Mill', ...near(0.01, 0) },
      { name: '"Barn, old"', ...near(0, 0.012) },
      { name: 'Hall', ...near(-0.008, -0.006) },
    ].map(({ name, lat, lng }) => `${name},${lat},${lng},8m`),
  )
  .concat('Nowhere,95,0,25')
  .join('\n');

let served: ServedVite;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  served = await serveVite({ pages: { '/app.html': PAGE } });
  browser = await launchChromium({ webgpu: false });
  context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    acceptDownloads: true,
  });
  page = await context.newPage();
  complaints = watchPage(page);
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});

const open = async (search = '') => {
  await page.goto(`${served.url}/app.html${search}`);
  await page.waitForFunction(() => document.querySelector('upwind-app')?.session !== undefined);
};
const openSites = async () => {
  await page.getByRole('tab', { name: 'Sites' }).click();
  await page.getByRole('heading', { name: /saved site/i }).waitFor();
};
const resultShown = () =>
  page.evaluate(() => document.querySelector('upwind-app')!.session.state.result);
const analysedHere = () =>
  page.evaluate(() => (window as unknown as { analysed: string[] }).analysed);

async function analyse(lat: number, lng: number, name: string): Promise<SiteResult> {
  const result = await page.evaluate(
    async ({ lat, lng, name }) => {
      const { session } = document.querySelector('upwind-app')!;
      session.setSite({ lat, lng }, name);
      return session.analyse();
    },
    { lat, lng, name },
  );
  return parseSiteResult(result);
}

async function tableOf(button: string | RegExp): Promise<Record<string, string>[]> {
  const [download]: [Download, void] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  return [...csvParse(await readFile(await download.path(), 'utf8'))];
}

const SHOTS = process.env.UPWIND_SHOTS;
const shot = async (name: string) => {
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png` });
};

let first: SiteResult;
let second: SiteResult;

describe('saved sites', () => {
  test('two are saved, and open again without network or model after a reload', async () => {
    await open();
    first = await analyse(DEMO_SITE.lat, DEMO_SITE.lng, 'Hall by the bay');
    await openSites();
    await page.getByRole('button', { name: 'Save this site' }).click();
    await page.getByRole('heading', { name: '1 saved site' }).waitFor();
    const town = near(0.02, 0.01);
    second = await analyse(town.lat, town.lng, 'Up the valley');
    await page.getByRole('button', { name: 'Save this site' }).click();
    await page.getByRole('heading', { name: '2 saved sites' }).waitFor();

    await open('?broken');
    await openSites();
    await page.getByRole('button', { name: 'Open Hall by the bay' }).click();
    await page.getByRole('heading', { name: `Exposure ${first.governing} governs` }).waitFor();
    expect(await resultShown()).toEqual(first);
    await expect.poll(() => page.getByRole('rowheader').count()).toBe(8);
    expect(await analysedHere()).toEqual([]);
  });

  test('are compared side by side; what differs is said in words and sign', async () => {
    await openSites();
    await page.getByLabel('Compare or export Hall by the bay').check();
    await expect
      .poll(() => page.getByRole('button', { name: 'Compare 1' }).isDisabled())
      .toBe(true);
    await page.getByLabel('Compare or export Up the valley').check();
    await shot('list-light');
    await page.getByRole('button', { name: 'Compare 2' }).press('Enter');
    await page.getByRole('heading', { name: 'Side by side' }).waitFor();
    const rows = await page
      .locator('upwind-site-compare tbody tr')
      .evaluateAll((found) =>
        found.map((row) => [...row.children].map((cell) => cell.textContent!.trim())),
      );
    for (const { name, exposure } of first.directions) {
      const other = second.directions.find((direction) => direction.name === name)!.exposure;
      const row = rows.find(([head]) => head!.replace(/\W.*$/s, '') === name)!;
      // Newest first: the second site is the left column.
      expect(row.slice(1).map((cell) => cell[0])).toEqual([other, exposure]);
      expect(row[0]!.includes('differs')).toBe(other !== exposure);
      expect(row[0]!.includes('≠')).toBe(other !== exposure);
    }
    await shot('compare-light');
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Back to the list' }).click();
    const table = await tableOf('Table of 2');
    expect(table.map(({ name }) => name)).toEqual(['Up the valley', 'Hall by the bay']);
    expect(table.map(({ governing_exposure }) => governing_exposure)).toEqual([
      second.governing,
      first.governing,
    ]);
  });

  test('are renamed and deleted from the keyboard, and a deletion is taken back', async () => {
    await page.getByRole('button', { name: 'Rename Up the valley' }).press('Enter');
    // What is there is chosen, so that the new name takes its place.
    const field = page.getByLabel('New name');
    await expect.poll(() => field.evaluate((input) => input.matches(':focus'))).toBe(true);
    await page.keyboard.type('Valley head');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Open Valley head' }).waitFor();
    await page.getByRole('button', { name: 'Delete Valley head' }).press('Enter');
    await page.getByRole('heading', { name: '1 saved site' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).press('Enter');
    await page.getByRole('heading', { name: '2 saved sites' }).waitFor();
    await page.getByRole('button', { name: 'Open Valley head' }).waitFor();
  });
});

describe('a batch', () => {
  test('is checked line by line, paused, and gone on with after a reload: nothing twice', async () => {
    await open();
    await openSites();
    await page.setInputFiles('upwind-site-batch input[type=file]', {
      name: 'town.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(CSV),
    });
    await page.getByText('town.csv: 3 sites to analyse').waitFor();
    await page.getByText(/^Line 5: /).waitFor();
    await shot('batch-chosen');
    expect(await axeFindings(page)).toEqual([]);
    // The second site waits until the pause was pressed, however quick the batch is.
    await page.evaluate(() => {
      const held = new Promise<void>((release) => Object.assign(window, { release }));
      Object.assign(window, { held: { 'Barn, old': held } });
    });
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.evaluate(() => (window as unknown as { release(): void }).release());
    await page.getByText('Paused', { exact: true }).waitFor();
    const before = await analysedHere();
    expect(before.length).toBeGreaterThan(0);
    expect(before.length).toBeLessThan(3);
    await page.getByText(`${before.length} of 3 sites`, { exact: true }).waitFor();
    await shot('batch-paused');

    await open();
    await openSites();
    await page.getByText('Unfinished batch from an earlier visit').waitFor();
    await page.getByRole('button', { name: 'Resume batch' }).click();
    await page.getByText('Finished', { exact: true }).waitFor();
    expect([...before, ...(await analysedHere())]).toEqual(['Mill', 'Barn, old', 'Hall']);
    await page.getByRole('heading', { name: '5 saved sites' }).waitFor();
  });

  test('ends in one table, and each of its sites opens', async () => {
    const table = await tableOf('Combined table');
    expect(table.map(({ name }) => name)).toEqual(['Mill', 'Barn, old', 'Hall']);
    for (const row of table) {
      expect(row.governing_exposure).toMatch(/^[BCD]$/);
      expect(Number(row.height_ft)).toBeCloseTo(26.247, 2);
      expect(row.error).toBe('');
    }
    await page.getByRole('button', { name: 'Open Barn, old' }).click();
    await page.getByRole('tab', { name: 'Site', exact: true, selected: true }).waitFor();
    const result = parseSiteResult(await resultShown());
    expect(result.site).toMatchObject({ name: 'Barn, old', ...near(0, 0.012) });
    expect(result.governing).toBe(table[1]!.governing_exposure);
  });
});

test('on a phone, in the dark: nothing wider than the screen, axe finds nothing', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await openSites();
  await page.getByRole('button', { name: 'Show more of the panel' }).click();
  // Which waits until the panel has come up.
  expect(await axeFindings(page)).toEqual([]);
  await shot('phone-dark');
  const wide = () =>
    page.evaluate(
      () => document.querySelector('upwind-app')!.shadowRoot!.querySelector('#pane')!.scrollWidth,
    );
  await expect.poll(wide).toBeLessThanOrEqual(390);
  expect(complaints).toEqual([]);
});
