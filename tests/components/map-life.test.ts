import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium, watchPage } from '../support/browser.ts';
import { serveVite } from '../support/serve-vite.ts';
import type { ServedVite } from '../support/serve-vite.ts';

const PAGE = `<script type="module">
  import { mockPorts } from '/tests/support/mock-ports.ts';
  import { mockResult } from '/tests/support/mock-result.ts';
  import { Session } from '/components/shared/session.ts';
  import '/components/upwind-map/upwind-map.ts';
  const session = new Session(mockPorts({ saved: mockResult() }));
  await session.restore();
  // Counts what the page listens to, on itself and on whatever outlives an element.
  window.listening = 0;
  for (const target of [window, document]) {
    const { addEventListener, removeEventListener } = target;
    target.addEventListener = (...call) => (window.listening++, addEventListener.apply(target, call));
    target.removeEventListener = (...call) => (window.listening--, removeEventListener.apply(target, call));
  }
  window.cycle = async (wait) => {
    const map = document.createElement('upwind-map');
    map.style.cssText = 'display: block; height: 300px';
    map.session = session;
    document.body.append(map);
    if (wait) {
      while (map.shadowRoot?.querySelector('.message') !== null) await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
    }
    window.maps.push(new WeakRef(map.shadowRoot?.querySelector('canvas') ?? map));
    map.remove();
  };
  window.maps = [];
  window.ready = true;
</script>`;

/** Parts of the library without a map: fed by an answer as JSON has it, or by a session that comes late. */
const PARTS = `<upwind-rose></upwind-rose><upwind-result-table></upwind-result-table>
<upwind-labels></upwind-labels><upwind-trainer></upwind-trainer>
<script type="module">
  import { mockPorts } from '/tests/support/mock-ports.ts';
  import { mockResult } from '/tests/support/mock-result.ts';
  import { Session } from '/components/element.ts';
  import { labelsOf } from '/components/label-board/labels-of.ts';
  const part = (name) => document.querySelector('upwind-' + name);
  const result = JSON.parse(JSON.stringify(mockResult()));
  Object.assign(window, { part, result, labelsOf, session: new Session(mockPorts()), ready: true });
</script>`;

/** Somebody mistyped a height; the rest of the element is as it should be. */
const MISTYPED = `<upwind-map manual site="41,-125" height="0" model="owner/name" style="height: 300px"></upwind-map>
<script type="module">
  const map = document.querySelector('upwind-map');
  map.setAttribute('imagery', 'https://tiles.test/{z}/{x}/{y}.png');
  window.told = [];
  map.addEventListener('upwind-error', ({ detail }) => window.told.push(detail.message));
  await import('/components/element.ts');
</script>`;

let browser: Browser;
let served: ServedVite;
beforeAll(async () => {
  served = await serveVite({
    pages: { '/maps.html': PAGE, '/parts.html': PARTS, '/mistyped.html': MISTYPED },
  });
  browser = await launchChromium({ webgl: true, webgpu: false });
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});

it('adding and removing the map twenty times leaves no map, listener or worker behind', async () => {
  const page = await browser.newPage();
  const complaints = watchPage(page);
  await page.goto(`${served.url}/maps.html`);
  await page.waitForFunction(() => window.ready);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  const count = async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    const { metrics } = await devtools.send('Performance.getMetrics');
    const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? NaN;
    return {
      workers: page.workers().map((worker) => worker.url()),
      listening: await page.evaluate(() => window.listening),
      canvases: await page.evaluate(
        () => window.maps.filter((map: WeakRef<Element>) => map.deref()).length,
      ),
      listeners: of('JSEventListeners'),
      nodes: of('Nodes'),
    };
  };
  // The first maps load modules and start MapLibre's shared worker pool.
  for (let i = 0; i < 3; i++) await page.evaluate(() => window.cycle(true));
  const before = await count();
  for (let i = 0; i < 20; i++) await page.evaluate(() => window.cycle(true));
  // Gone before its map has loaded: nothing may come after.
  await page.evaluate(() => window.cycle(false));
  // Late modules have come, and what they might have begun would be there.
  await page.waitForTimeout(500);
  // What a browser lets go of late is gone after some collections; a leak stays.
  const left = async () => {
    const after = await count();
    return {
      // MapLibre keeps one worker of its own for the page; no map adds another.
      workers: after.workers.length <= 1,
      listening: after.listening - before.listening,
      // One canvas may still be held by the browser itself as the last one drawn.
      canvases: after.canvases <= 2,
      listeners: after.listeners - before.listeners < 20,
      nodes: after.nodes - before.nodes < 100,
    };
  };
  await expect
    .poll(left)
    .toEqual({ workers: true, listening: 0, canvases: true, listeners: true, nodes: true });
  expect(complaints).toEqual([]);
  await page.close();
});

// What the page above puts on its window; the browser types nothing.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
declare const window: any;

it('an attribute that cannot be read is told, kept, and does not silence the others', async () => {
  const page = await browser.newPage();
  // Nothing of this page asks for pictures of anyone.
  await page.route('https://tiles.test/**', (route) => route.fulfill({ status: 404 }));
  await page.goto(`${served.url}/mistyped.html`);
  const written = () =>
    page.evaluate(() => {
      const map = document.querySelector('upwind-map')!;
      return ['site', 'height', 'imagery', 'model'].map((name) => map.getAttribute(name));
    });
  const tiles = 'https://tiles.test/{z}/{x}/{y}.png';
  await page
    .locator('upwind-map')
    .getByText(/height of "0" is out of bounds/)
    .waitFor();
  await expect.poll(written).toEqual(['41,-125', '0', tiles, 'owner/name']);
  await expect
    .poll(() => page.evaluate(() => window.told))
    .toEqual([expect.stringContaining('"0"')]);
  const session = () =>
    page.evaluate(() => {
      const { site, settings } = document.querySelector('upwind-map')!.session!.state;
      return { at: site?.at, url: settings.imagery.url, model: settings.model };
    });
  const wanted = {
    at: { lat: 41, lng: -125 },
    url: tiles,
    model: { kind: 'hub', id: 'owner/name' },
  };
  await expect.poll(session).toEqual(wanted);

  // Other changes leave it standing; putting it right ends the complaint.
  await page.locator('upwind-map').evaluate((map) => map.setAttribute('site', '42,-124'));
  await expect.poll(session).toEqual({ ...wanted, at: { lat: 42, lng: -124 } });
  await expect.poll(written).toEqual(['42,-124', '0', tiles, 'owner/name']);
  await page.locator('upwind-map').evaluate((map) => map.setAttribute('height', '12 m'));
  await expect.poll(written).toEqual(['42,-124', '12m', tiles, 'owner/name']);
  await page
    .locator('upwind-map')
    .getByText(/out of bounds/)
    .waitFor({ state: 'detached' });
  expect(await page.evaluate(() => window.told.length)).toBe(1);
  await page.close();
});

it('parts show an answer that came as JSON, and take a session that comes after them', async () => {
  const page = await browser.newPage();
  const complaints = watchPage(page);
  await page.goto(`${served.url}/parts.html`);
  await page.waitForFunction(() => window.ready);
  const { directions, tiles } = await page.evaluate(() => {
    const { part, result } = window;
    for (const name of ['rose', 'result-table', 'labels']) part(name).result = result;
    part('rose').unit = 'm';
    return { directions: result.directions, tiles: result.tiles.length };
  });
  const letters = (directions as { exposure: string }[]).map(({ exposure }) => exposure);
  const rows = page.locator('upwind-result-table tbody tr.row');
  await rows.nth(7).waitFor();
  await expect.poll(() => rows.locator('.chip').allTextContents()).toEqual(letters);
  const wedges = page.locator('upwind-rose [role=button]');
  await expect.poll(() => wedges.count()).toBe(8);
  await expect.poll(() => page.locator('upwind-rose').getAttribute('unit')).toBe('m');
  await rows.nth(3).click();
  await page.getByText(directions[3].reason).waitFor();

  // Labels of the answer's own tiles, in a session that the board made for it.
  await page.locator('upwind-labels').getByRole('tab', { name: 'Queue' }).waitFor();
  const judged = () =>
    page.evaluate(() => window.part('labels').session?.state.result?.tiles.length);
  await expect.poll(judged).toBe(tiles);

  // One training and one set of labels for all that share a session.
  const opened = await page.evaluate(async () => {
    const { part, session } = window;
    const before = part('trainer').state;
    part('trainer').session = session;
    part('labels').session = session;
    await part('trainer').updateComplete;
    const second = document.createElement('upwind-trainer');
    second.session = session;
    document.body.append(second);
    await second.updateComplete;
    const { state } = part('trainer');
    window.labelsOf(session).say('of the shared session');
    return { shared: state === second.state, other: state !== before };
  });
  expect(opened).toEqual({ shared: true, other: true });
  await page
    .locator('upwind-labels')
    .getByText('of the shared session')
    .first()
    .waitFor({ state: 'attached' });
  expect(complaints).toEqual([]);
  await page.close();
});
