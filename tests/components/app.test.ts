import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { launchChromium, watchPage } from '../support/browser.ts';
import { dropFiles } from '../support/drop-files.ts';
import { serveVite } from '../support/serve-vite.ts';
import type { ServedVite } from '../support/serve-vite.ts';
import { APP_PAGE, DESKTOP, PHONE, atRest, mapIsThere, openApp } from './page.ts';

let browser: Browser;
let served: ServedVite;
beforeAll(async () => {
  [browser, served] = await Promise.all([
    launchChromium({ webgl: true, webgpu: false }),
    serveVite({ pages: { '/app.html': APP_PAGE } }),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});

describe('axe finds nothing', () => {
  it.each([
    ['desktop, light', { viewport: DESKTOP, colorScheme: 'light' as const }],
    ['desktop, dark', { viewport: DESKTOP, colorScheme: 'dark' as const }],
    ['phone, light', { viewport: PHONE, colorScheme: 'light' as const }],
  ])('%s', async (_, context) => {
    const page = await openApp(browser, served, context);
    const complaints = watchPage(page);
    // Everything that opens is open: a reason, the pickers, the layers, a tile's card.
    await page.evaluate(() => {
      const app = document.querySelector('upwind-app')!;
      app.session.select({ direction: 'S', tileId: 'e2n2' });
      for (const details of app.shadowRoot!.querySelectorAll('details')) details.open = true;
    });
    await page.getByRole('button', { name: 'Layers' }).click();
    await page.getByRole('heading', { name: /Why D with wind from the south/ }).waitFor();
    await page.getByRole('button', { name: 'Put the site here' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem').first().waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('without a model, and says so', async () => {
    const page = await openApp(browser, served, { query: 'nomodel' });
    await page.getByLabel('Latitude, longitude').fill('-34.0368, 20.5126');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'No model yet' }).waitFor();
    await page.getByLabel('Hugging Face Hub id').waitFor();
    const said = page
      .getByRole('status')
      .filter({ hasText: /^Analysis failed: .*Load one from the Hugging Face Hub/ });
    await said.waitFor({ state: 'attached' });
    expect(await axeFindings(page)).toEqual([]);
    await page.close();
  });
});

it('a first visit asks for the model, then starts its map, and analyses the scene unasked', async () => {
  const page = await (await browser.newContext({ viewport: DESKTOP })).newPage();
  await page.goto(`${served.url}/app.html?first`);
  await page.waitForFunction(
    () => document.querySelector('upwind-app')?.session.state.model.status === 'loading',
  );
  await page.evaluate(() => document.querySelector('upwind-app')!.updateComplete);
  expect(await page.locator('upwind-map').count()).toBe(0);
  await page.evaluate(() => (window as unknown as { askForModel(): void }).askForModel());
  await page.locator('upwind-map').waitFor({ state: 'attached' });
  await page.getByRole('heading', { name: /governs$/ }).waitFor();
  // One line says what to do next.
  await page.getByText(/Click the map for another site/).waitFor();
  await page.close();
});

describe('rose, table and map answer together', () => {
  it('hovering one lights the others', async () => {
    const page = await openApp(browser, served);
    const hot = () =>
      page.evaluate(
        () => document.querySelector('upwind-app')!.session.state.selection.hotDirection,
      );
    const rose = page.locator('upwind-rose');
    await rose.getByRole('button', { name: /from south-east/ }).hover();
    await expect.poll(hot).toBe('SE');
    await textOf(page.locator('upwind-result-table tr.row.hot')).toContain('SE');
    await page.locator('upwind-result-table tr.row', { hasText: 'NW' }).hover();
    await expect.poll(hot).toBe('NW');
    await textOf(rose.locator('.direction.hot .name')).toBe('NW');
    // Over a tile due east of the site, half-way out.
    await mapIsThere(page);
    const map = (await page.locator('upwind-map').boundingBox())!;
    const east = await page.evaluate(() => {
      const element = document
        .querySelector('upwind-app')!
        .shadowRoot!.querySelector('upwind-map')!;
      return element.project({ east: 1000, north: 60 });
    });
    await page.mouse.move(map.x + east!.x, map.y + east!.y, { steps: 4 });
    await page.waitForFunction(
      () => document.querySelector('upwind-app')!.session.state.selection.hotTileId === 'e4n0',
    );
    await expect.poll(hot).toBe('E');
    await page.close();
  });

  it('a window made narrow still shows the site as large as there is room', async () => {
    const page = await openApp(browser, served);
    await mapIsThere(page);
    await page.setViewportSize({ width: 390, height: 844 });
    // A good part of the look-out distance; it used to shrink to a point.
    await page.waitForFunction(() => {
      const map = document.querySelector('upwind-app')!.shadowRoot!.querySelector('upwind-map')!;
      const [west, east] = [-800, 800].map((east) => map.project({ east, north: 0 })!.x);
      return west! > 0 && east! < 390 && east! - west! > 100;
    });
    await page.close();
  });

  it('a tap opens a tile where its card will lie: the card of a mere hover is no obstacle', async () => {
    const page = await openApp(browser, served, { viewport: PHONE, hasTouch: true });
    await mapIsThere(page);
    const place = () =>
      page.evaluate(() => {
        const map = document.querySelector('upwind-app')!.shadowRoot!.querySelector('upwind-map')!;
        return map.project({ east: 0, north: 500 })!;
      });
    await page.waitForFunction(
      () => document.querySelector('upwind-app')!.shadowRoot!.querySelector('upwind-map')!.drawn,
    );
    const { x, y } = await place();
    const selected = () =>
      page.evaluate(() => document.querySelector('upwind-app')!.session.state.selection.tileId);
    // A finger hovers for a moment before it presses, which shows the card.
    await page.touchscreen.tap(x, y);
    await expect.poll(selected).toBe('e0n2');
    const covered = async () => {
      const card = (await page.locator('upwind-tile-card section').boundingBox())!;
      return x > card.x && x < card.x + card.width && y > card.y && y < card.y + card.height;
    };
    await expect.poll(covered).toBe(true);
    await page.getByRole('button', { name: 'Put the site here' }).tap({ trial: true });
    await page.close();
  });

  it('a direction opens from the rose, by keyboard, and gives its reasons', async () => {
    const page = await openApp(browser, served);
    const north = page.locator('upwind-rose').getByRole('button', { name: /from north:/ });
    await north.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const row = page
      .locator('upwind-result-table')
      .getByRole('button', { name: 'E, east: why D?', exact: true });
    await attributeOf(row, 'aria-expanded').toBe('true');
    const why = page.locator('upwind-result-table .why');
    await textOf(why).toContain('26.7.3');
    await textOf(why).toContain('Sector 45–90°');
    await expect.poll(() => why.locator('upwind-fetch-strip').count()).toBe(2);
    // The strip says in words what it draws.
    const words = why.locator('upwind-fetch-strip li');
    await textOf(words).toMatch(/Roughness B .* from 0 ft to 1,0[78]0 ft \(330 m\)/);
    await page.close();
  });

  it('the table is a table: eight rows, headed, exposure in words', async () => {
    const page = await openApp(browser, served);
    const table = page.getByRole('table', { name: 'Exposure by wind direction' });
    await expect.poll(() => table.getByRole('columnheader').count()).toBe(5);
    await expect.poll(() => table.getByRole('rowheader').count()).toBe(8);
    const first = table.getByRole('row').nth(1);
    await textOf(first).toContain('0.657');
    // N flips under the strict reading: said in words, not by the arrow alone.
    await textOf(first).toContain('Read strictly: C');
    await page.close();
  });
});

describe('from the keyboard', () => {
  it('arrow keys go from tile to tile; Enter keeps its card, Escape closes it', async () => {
    const page = await openApp(browser, served);
    await page.getByRole('application', { name: 'Tiles around the site' }).focus();
    const card = page.locator('upwind-tile-card section');
    await card.waitFor();
    await attributeOf(card, 'aria-label').toBe('Tile e0n0');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowUp');
    await attributeOf(card, 'aria-label').toBe('Tile e2n1');
    await textOf(card).toContain('50 %');
    await textOf(card).toContain('unsure');
    await textOf(page.locator('upwind-map [aria-live]')).toContain('roughness C');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Put the site here' }).waitFor();
    const look = page.getByRole('button', { name: 'Where the model looked' });
    await look.click();
    await textOf(card.locator('.look')).toContain('most at the north-east (70 % of it)');
    await attributeOf(look, 'aria-pressed').toBe('true');
    await page.getByRole('img', { name: /bright where it looked most/ }).waitFor();
    if (process.env.UPWIND_SHOTS)
      await page.screenshot({ path: `${process.env.UPWIND_SHOTS}/look.png` });
    await look.click();
    await page.getByRole('img', { name: 'The pixels that the model saw, north up' }).waitFor();
    await page.getByRole('application', { name: 'Tiles around the site' }).focus();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Put the site here' }).waitFor({ state: 'detached' });
    await page.close();
  });

  it('tabs follow the arrow keys', async () => {
    const page = await openApp(browser, served);
    await page.getByRole('tab', { name: 'Site', exact: true }).focus();
    await page.keyboard.press('ArrowRight');
    const labels = page.getByRole('tab', { name: 'Labels' });
    await attributeOf(labels, 'aria-selected').toBe('true');
    // The focus goes along, or the next arrow would be nobody's.
    await expect.poll(() => labels.evaluate((tab) => tab.matches(':focus'))).toBe(true);
    await page.keyboard.press('ArrowLeft');
    await page.getByLabel('Mean roof height').waitFor();
    await page.close();
  });

  it('the marker moves by arrow keys and under the hand, and starts an analysis where it is put down', async () => {
    const page = await openApp(browser, served);
    const site = () =>
      page.evaluate(() => document.querySelector('upwind-app')!.session.state.site!.at);
    const result = () =>
      page.evaluate(() => document.querySelector('upwind-app')!.session.state.result?.site);
    const before = await site();
    await page.getByRole('button', { name: /Building site/ }).focus();
    await page.keyboard.press('Shift+ArrowUp');
    await page.keyboard.press('Enter');
    // 100 m is 0.0009° of latitude.
    await expect.poll(async () => (await site()).lat - before.lat).toBeCloseTo(0.0009, 4);
    const after = await site();
    await expect.poll(result).toMatchObject(after);
    const [x, y] = await atRest(page.getByRole('button', { name: /Building site/ }));
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 60, y, { steps: 4 });
    await page.mouse.up();
    await expect.poll(async () => (await site()).lng).toBeGreaterThan(after.lng);
    const dragged = await site();
    // East, and only east: a pixel is a few metres.
    expect(dragged.lat - after.lat).toBeCloseTo(0, 3);
    await expect.poll(result).toMatchObject(dragged);
    await page.close();
  });
});

describe('the form', () => {
  it('takes heights in feet and metres, and says what is wrong with others', async () => {
    const page = await openApp(browser, served);
    const heightFt = () =>
      page.evaluate(() => document.querySelector('upwind-app')!.session.state.site!.heightFt);
    const field = page.getByLabel('Mean roof height');
    await page.getByRole('button', { name: 'm', exact: true }).click();
    await expect.poll(() => field.inputValue()).toBe('7.6');
    await field.fill('20');
    await field.press('Tab');
    await expect.poll(heightFt).toBeCloseTo(65.6168, 3);
    await field.fill('100ft');
    await field.press('Tab');
    await expect.poll(heightFt).toBe(100);
    await field.fill('tall');
    await field.press('Tab');
    await textOf(page.getByRole('alert')).toContain('Cannot read');
    expect(await heightFt()).toBe(100);
    await page.close();
  });

  it('reads coordinates, and refuses what is none in words', async () => {
    const page = await openApp(browser, served, { query: '' });
    const field = page.getByLabel('Latitude, longitude');
    await field.fill('41°0′0″N 125°0′0″W');
    await field.press('Enter');
    const site = () =>
      page.evaluate(() => document.querySelector('upwind-app')!.session.state.site?.at);
    await expect.poll(site).toEqual({ lat: 41, lng: -125 });
    await addressOf(page).toContain('#at=41.000000,-125.000000&h=25ft&imagery=demo');
    await field.fill('5 High Street');
    await field.press('Enter');
    const off = /Address search is off.*under Report and search/;
    await textOf(page.getByRole('alert')).toMatch(off);

    // The address service that the person names is asked, and nobody else.
    await page.route('https://places.test/**', (route) =>
      route.fulfill({
        headers: { 'access-control-allow-origin': '*' },
        json: [
          { lat: '40.5', lon: '-124.5', display_name: '5 High Street, Ferndale' },
          { lat: '40.6', lon: '-124.6', display_name: '5 High Street, Eureka' },
        ],
      }),
    );
    await page.getByText('Report and search', { exact: true }).click();
    await page.getByLabel('Address service').fill('https://places.test/?q={query}');
    await page.getByLabel('Address service').press('Tab');
    const address = page.getByLabel('Address, or latitude, longitude');
    await address.fill('5 High Street');
    const asked = page.waitForRequest(/places\.test/);
    await address.press('Enter');
    expect((await asked).url()).toBe('https://places.test/?q=5%20High%20Street');
    await page.getByText('2 places found').waitFor({ state: 'attached' });
    await page.getByRole('button', { name: '5 High Street, Eureka' }).click();
    await expect.poll(site).toEqual({ lat: 40.6, lng: -124.6 });
    await addressOf(page).toContain('#at=40.600000,-124.600000');
    await page.getByRole('heading', { name: /governs$/ }).waitFor();
    expect(await address.inputValue()).toBe('5 High Street, Eureka');
    await page.close();
  });

  it('a file let go beside its place opens nothing; on the model’s it is the model', async () => {
    const page = await openApp(browser, served);
    const folder = await mkdtemp(join(tmpdir(), 'upwind-drop-'));
    const file = join(folder, 'coast.zip');
    await writeFile(file, 'a model, to the ports of this page');
    const url = page.url();
    // What the page lets through opens in its place, which only a window with a head shows.
    await page.evaluate(() => {
      addEventListener('dragover', (event) => {
        const effect = event.dataTransfer?.dropEffect;
        document.body.dataset.over = `${event.defaultPrevented} ${effect}`;
      });
    });
    await dropFiles(page, page.getByRole('heading', { name: 'Upwind' }), [file]);
    expect(await page.evaluate(() => document.body.dataset.over)).toBe('true none');
    await page.locator('summary', { hasText: 'Model' }).click();
    await dropFiles(page, page.locator('upwind-model-picker .drop'), [file]);
    const model = () =>
      page.evaluate(() => {
        const { model } = document.querySelector('upwind-app')!.session.state;
        return 'ref' in model && model.ref.kind !== 'hub' ? model.ref.name : null;
      });
    await expect.poll(model).toBe('coast.zip');
    expect(await page.evaluate(() => document.body.dataset.over)).not.toContain('none');
    expect(page.url().split('#')[0]).toBe(url.split('#')[0]);
    expect(page.context().pages()).toHaveLength(1);
    await page.close();
    await rm(folder, { recursive: true });
  });

  it('shows progress and stops when asked', async () => {
    const page = await openApp(browser, served, { query: '' });
    await page.evaluate(() => ((window as unknown as { gate: { at: number } }).gate.at = 58));
    const field = page.getByLabel('Latitude, longitude');
    await field.fill('41, -125');
    await field.press('Enter');
    const bar = page.getByRole('progressbar', { name: 'Tiles read' });
    await page.getByText('58 of 145 tiles read', { exact: true }).waitFor();
    await attributeOf(bar, 'value').toBe('58');
    // The answer so far is there, and says that it is.
    await page.getByRole('heading', { name: /So far/ }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled after 58 of 145 tiles.').waitFor();
    await page.close();
  });

  it('refuses Google in words and asks nothing of it', async () => {
    const page = await openApp(browser, served);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.getByText('Imagery', { exact: true }).click();
    await page.getByLabel('Source').selectOption('google');
    await page.getByText(/Google’s map terms forbid/).waitFor();
    expect(
      await page.evaluate(
        () => document.querySelector('upwind-app')!.session.state.settings.imagery.id,
      ),
    ).toBe('demo');
    expect(asked.filter((url) => /google/.test(url))).toEqual([]);
    await page.close();
  });
});

/** The text of a locator, once it says so. */
const textOf = (locator: Locator) =>
  expect.poll(async () => (await locator.first().textContent())?.replace(/\s+/g, ' '));
/** An attribute of a locator, once it says so. */
const attributeOf = (locator: Locator, name: string) =>
  expect.poll(() => locator.getAttribute(name));
/** The page's address, once it says so. */
const addressOf = (page: Page) => expect.poll(() => page.url());
