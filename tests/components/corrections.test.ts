import { readFile } from 'node:fs/promises';
import { strFromU8, unzipSync } from 'fflate';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { launchChromium, watchPage } from '../support/browser.ts';
import { serveVite } from '../support/serve-vite.ts';
import type { ServedVite } from '../support/serve-vite.ts';
import { DESKTOP, PHONE, atRest, mapIsThere } from './page.ts';

/**
 * The mock ground: town up to 375 m east of the site as the 250 m tiles see it, 300 m in truth,
 * then grass; exposure B with every wind, C east of the site with the boundary 179 ft nearer.
 */
const PAGE = `<script type="module">
  import { judgingPorts } from '/tests/support/judging-ports.ts';
  import '/components/upwind-app/upwind-app.ts';
  const app = document.createElement('upwind-app');
  app.ports = judgingPorts();
  document.body.style.margin = '0';
  document.body.append(app);
</script>`;

let browser: Browser;
let served: ServedVite;
let context: BrowserContext;
let page: Page;
let complaints: string[];
beforeAll(async () => {
  [browser, served] = await Promise.all([
    launchChromium({ webgl: true, webgpu: false }),
    serveVite({ pages: { '/corrections.html': PAGE } }),
  ]);
  // One for all: what one page has loaded the next has at hand, and nothing else is kept.
  context = await browser.newContext({ viewport: DESKTOP });
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});
beforeEach(async () => {
  page = await context.newPage();
  complaints = watchPage(page);
  await page.goto(`${served.url}/corrections.html`);
  await table().getByRole('rowheader').nth(7).waitFor();
  await mapIsThere(page);
});
afterEach(async () => {
  await page.close();
  expect(complaints).toEqual([]);
});

const table = () => page.getByRole('table', { name: 'Exposure by wind direction' });
const row = (name: string) => table().locator('tr.row', { hasText: name });
const trail = () => page.getByRole('region', { name: 'By hand' });
const form = () => page.locator('upwind-override-form form');
/** Opens a row. The panel may still be on its way up: a press that met another row is made again. */
const open = async (why: string | RegExp) => {
  const button = table().getByRole('button', { name: why });
  const opened = table().getByRole('button', { name: why, expanded: true });
  // Pressed again only once the press before has had its time: two would close it.
  const press = async (): Promise<boolean> => {
    if (!(await opened.isVisible())) await button.click();
    return opened.waitFor({ timeout: 5000 }).then(
      () => true,
      () => false,
    );
  };
  await expect.poll(press).toBe(true);
};

/** Exposure letters of the table, north first. */
const letters = () => table().locator('.exposure .chip').allTextContents();
/** Waits until the table says so. */
const say = (expected: string) =>
  expect.poll(async () => (await letters()).join(' ')).toBe(expected);
const shot = async (name: string) => {
  if (process.env.UPWIND_SHOTS)
    await page.screenshot({ path: `${process.env.UPWIND_SHOTS}/corrections-${name}.png` });
};

async function exported(item: RegExp): Promise<Buffer> {
  await page.getByRole('button', { name: 'Export' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: item }).click();
  return readFile(await (await download).path());
}

describe('a direction set by hand', () => {
  it('asks for a reason, is listed, undone, redone, exported and taken back', async () => {
    await say('B B B B B B B B');
    await open('SW, south-west: why B?');
    await page.getByRole('button', { name: 'Set this direction by hand' }).click();
    await form().getByRole('button', { name: 'C', exact: true }).click();
    await form().getByText('With this: SW B → C.').waitFor();
    await form().getByRole('button', { name: 'Apply' }).click();
    await form().getByRole('alert').getByText('Say why').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await shot('direction');
    await say('B B B B B B B B');
    // The field that has to be filled has the focus.
    await page.keyboard.type('Quarry seen on site');
    await form().getByLabel('By').fill('A. Bauer');
    await page.keyboard.press('Enter');
    await say('B B B B B C B B');
    const words = 'direction SW: B to C, by A. Bauer: Quarry seen on site';
    await trail().getByText(words).waitFor();

    const csv = (await exported(/Directions, table/)).toString();
    const lines = csv.split('\n');
    expect(lines.find((line) => line.startsWith('SW,'))).toContain(words);
    expect(lines.find((line) => line.startsWith('NW,'))).not.toContain('A. Bauer');

    const layers = unzipSync(await exported(/for QGIS/));
    expect(strFromU8(layers['upwind-sectors.qml']!)).toContain('attr="exposure"');
    expect(JSON.parse(strFromU8(layers['upwind-sectors.geojson']!))).toMatchObject({
      overrides: [{ id: 'e1n0' }, { target: 'direction', id: 'SW', from: 'B', to: 'C' }],
    });

    await trail().getByRole('button', { name: 'Undo the last correction' }).click();
    await say('B B B B B B B B');
    await trail().getByText(words).waitFor({ state: 'detached' });
    await trail().getByRole('button', { name: 'Redo the correction' }).click();
    await say('B B B B B C B B');
    await trail()
      .getByRole('button', { name: `Take back: ${words}` })
      .click();
    await say('B B B B B B B B');
    // A label of a tile is none of these steps and stays.
    await expect
      .poll(() => trail().getByRole('listitem').allTextContents())
      .toEqual([expect.stringContaining('tile e1n0')]);
  });
});

describe('ground corrected', () => {
  it('a break line moved by arrow keys changes the directions', async () => {
    await open('E, east: why B?');
    const line = page
      .locator('.why section', { hasText: 'Sector 45–90°' })
      .getByRole('slider', { name: 'Break line between B and C' });
    await line.focus();
    await expect.poll(() => line.getAttribute('aria-valuetext')).toContain('1,330 ft');
    await page.keyboard.press('Shift+ArrowLeft');
    // The form opens around the line under the hand, which keeps the focus.
    await form().getByText('With this no direction changes its category.').waitFor();
    await page.keyboard.press('Shift+ArrowLeft');
    await form().getByText('With this: NE B → C, E B → C.').waitFor();
    await form().getByLabel('Reason').fill('Site visit');
    await page.keyboard.press('Enter');
    await say('B C C B B B B B');
    await trail()
      .getByText(/segment 1 of sector 45–90°: stays B, ending at 1129 ft \(344 m\)/)
      .waitFor();
    await page.getByText('A break line of this direction was drawn by hand.').waitFor();
  });

  it('a closer look at the boundary finds it where it is, and says what was before', async () => {
    await open('E, east: why B?');
    await page.getByRole('button', { name: /^Look closer at \d+ tiles$/ }).click();
    const said = page.getByText(/^\s*Looked at again in quarters of 410 ft: B before, C now/);
    await said.waitFor();
    await say('B C C C B B B B');
    await page.getByRole('status').getByText('Analysis done. Exposure C governs.').waitFor();
    await page.getByRole('button', { name: /^Look closer/ }).waitFor({ state: 'detached' });
    expect(await axeFindings(page)).toEqual([]);
    await said.scrollIntoViewIfNeeded();
    await shot('refined');
  });
});

describe('the building', () => {
  it('is turned by keys and by hand, and gives four directions and a link', async () => {
    await page.getByRole('button', { name: 'Building faces' }).click();
    const handle = page.getByRole('slider', { name: /^Turn the building/ });
    await row('face 1 (0°)').waitFor();
    await expect.poll(() => handle.evaluate((element) => element.matches(':focus'))).toBe(true);
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    for (const face of ['1 (12°)', '2 (102°)', '3 (192°)', '4 (282°)']) {
      await row(`face ${face}`).waitFor();
    }
    await expect.poll(() => table().getByRole('rowheader').count()).toBe(12);
    const turned = () => handle.getAttribute('aria-valuetext');
    await expect.poll(turned).toBe('12 degrees');
    await page.waitForURL(/facing=12\b/);

    // From 12° to 150°: the handle follows all round, the face within a quarter turn counts.
    const [handX, handY] = await atRest(handle);
    const angle = (12 * Math.PI) / 180;
    const hand = { x: handX, y: handY };
    const out = 74;
    const middle = { x: hand.x - out * Math.sin(angle), y: hand.y + out * Math.cos(angle) };
    await page.mouse.move(hand.x, hand.y);
    await page.mouse.down();
    await page.mouse.move(middle.x + out, middle.y, { steps: 4 });
    const to = (150 * Math.PI) / 180;
    const far = 2 * out;
    await page.mouse.move(middle.x + far * Math.sin(to), middle.y - far * Math.cos(to));
    await page.mouse.up();
    await row('face 1 (60°)').waitFor();
    await expect.poll(turned).toBe('150 degrees');
    await shot('faces');

    // Whoever opens the link finds the same faces.
    await page.waitForURL(/facing=60/);
    await page.reload();
    await row('face 4 (330°)').waitFor();
    await expect.poll(turned).toBe('60 degrees');
  });
});

it('on a phone nothing is wider than the screen', async () => {
  await page.setViewportSize(PHONE);
  await page.getByRole('button', { name: 'Building faces' }).click();
  await row('face 4 (270°)').waitFor();
  await page.getByRole('button', { name: 'Show more of the panel' }).click();
  await open('E, east: why B?');
  await page.getByRole('button', { name: 'Correct sector 45–90°' }).click();
  await form().getByLabel('Reason').fill('Seen on site');
  await page.evaluate(() => {
    const app = document.querySelector('upwind-app')!;
    for (const details of app.shadowRoot!.querySelectorAll('details')) details.open = true;
  });
  expect(await axeFindings(page)).toEqual([]);
  await expect.poll(wider).toEqual([]);
  await form().scrollIntoViewIfNeeded();
  await shot('phone');
  // What lies last scrolls its own list, never the frame around it.
  const moved = await page.evaluate(() => {
    const shadow = document.querySelector('upwind-app')!.shadowRoot!;
    shadow.querySelector('upwind-report-form')!.scrollIntoView({ block: 'start' });
    return shadow.querySelector('.panel')!.scrollTop;
  });
  expect(moved).toBe(0);
  await page.getByRole('tab', { name: 'Site', exact: true }).waitFor();
});

/** Elements of the panel that reach beyond the screen, and the panel itself where it scrolls. */
const wider = () =>
  page.evaluate(() => {
    const found: string[] = [];
    const walk = (root: ParentNode): void => {
      for (const element of root.querySelectorAll<HTMLElement>('*')) {
        const { left, right, width } = element.getBoundingClientRect();
        const hidden = element.closest('.visually-hidden') !== null;
        if (!hidden && width > 0 && (right > innerWidth + 0.5 || left < -0.5)) {
          found.push(`${element.localName}.${element.className} ${left}–${right}`);
        }
        if (element.shadowRoot) walk(element.shadowRoot);
      }
    };
    const pane = document.querySelector('upwind-app')!.shadowRoot!.querySelector('#pane')!;
    walk(pane);
    if (pane.scrollWidth > pane.clientWidth) found.push(`panel scrolls to ${pane.scrollWidth}`);
    if (document.documentElement.scrollWidth > innerWidth) found.push('page');
    return found;
  });
