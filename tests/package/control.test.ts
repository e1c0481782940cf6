import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { launchChromium, watchPage } from '../support/browser.ts';
import { serveVite } from '../support/serve-vite.ts';
import type { ServedVite } from '../support/serve-vite.ts';

/** Two maps of a host's own, a control over mock ports, and counts of what a page holds. */
const PAGE = `<div id="one" style="height: 320px"></div><div id="two" style="height: 320px"></div>
<div id="three" style="height: 320px"></div>
<script type="module">
  import maplibregl from 'maplibre-gl';
  import 'maplibre-gl/dist/maplibre-gl.css';
  import { mockPorts } from '/tests/support/mock-ports.ts';
  import { mockResult } from '/tests/support/mock-result.ts';
  import { Session, UpwindControl } from '/components/maplibre.ts';
  const style = (colour) => ({ version: 8, sources: {}, layers: [
    { id: 'host', type: 'background', paint: { 'background-color': colour } }] });
  const mapIn = (container, options = {}) => new Promise((ready) => {
    const map = new maplibregl.Map({ container, style: style('#9fb09a'), center: [20.5126, -34.0368], zoom: 12, ...options });
    map.once('load', () => ready(map));
  });
  const held = [];
  for (const target of [window, document]) {
    const { addEventListener, removeEventListener } = target;
    const at = ([type, listener]) => held.findIndex((one) => one[0] === target && one[1] === type && one[2] === listener);
    target.addEventListener = (...call) => {
      if (at(call) < 0) held.push([target, call[0], call[1]]);
      addEventListener.apply(target, call);
    };
    target.removeEventListener = (...call) => {
      if (at(call) >= 0) held.splice(at(call), 1);
      removeEventListener.apply(target, call);
    };
  }
  const answered = async () => {
    const session = new Session(mockPorts());
    session.openResult(mockResult());
    return session;
  };
  Object.assign(window, { style, mapIn, answered, UpwindControl, mockResult, Session, mockPorts });
  window.traces = (map) => ({
    layers: map.getStyle().layers.map(({ id }) => id),
    sources: Object.keys(map.getStyle().sources),
    images: map.listImages(),
    elements: map.getContainer().querySelectorAll('[class*=upwind], upwind-control-panel').length,
    cursor: map.getCanvas().style.cursor,
    listeners: Object.fromEntries(Object.entries(map._listeners ?? {}).map(([type, list]) => [type, list.length]).filter(([, n]) => n > 0)),
    listening: held.map(([, type]) => type).sort(),
  });
  window.ready = true;
</script>`;

// What the page above puts on its window; the browser types nothing.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
declare const window: any;

let browser: Browser;
let served: ServedVite;
let context: BrowserContext;
let page: Page;
let complaints: string[];
beforeAll(async () => {
  served = await serveVite({ pages: { '/host.html': PAGE } });
  browser = await launchChromium({ webgl: true, webgpu: false });
  // One for all: what one page has loaded the next has at hand, and nothing else is kept.
  context = await browser.newContext({ viewport: { width: 1000, height: 700 } });
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});
beforeEach(async () => {
  page = await context.newPage();
  complaints = watchPage(page);
  await page.goto(`${served.url}/host.html`);
  await page.waitForFunction(() => window.ready);
});
afterEach(async () => {
  expect(complaints).toEqual([]);
  await page.close();
});

test('added and removed fifty times, it leaves the host as it was', async () => {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  const cycle = (times: number) =>
    page.evaluate(async (count) => {
      window.map ??= await window.mapIn('one');
      window.before ??= window.traces(window.map);
      window.session ??= await window.answered();
      for (let i = 0; i < count; i++) {
        const control = new window.UpwindControl({ session: window.session, open: true });
        window.map.addControl(control, 'top-left');
        await new Promise(requestAnimationFrame);
        window.during = window.traces(window.map);
        window.map.removeControl(control);
      }
      await new Promise((idle) => window.map.once('idle', idle));
      return { before: window.before, during: window.during, after: window.traces(window.map) };
    }, times);
  const held = async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    const { metrics } = await devtools.send('Performance.getMetrics');
    const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? NaN;
    return {
      heapMB: of('JSHeapUsedSize') / 1e6,
      nodes: of('Nodes'),
      listeners: of('JSEventListeners'),
    };
  };
  await cycle(5);
  const early = await held();
  const { before, during, after } = await cycle(50);
  expect(during.layers.length).toBeGreaterThan(before.layers.length + 5);
  expect(during.elements).toBeGreaterThan(0);
  expect(after).toEqual(before);
  // What a browser lets go of late is gone after some collections; a leak stays.
  const grown = async () => {
    const late = await held();
    return {
      listeners: late.listeners - early.listeners < 20,
      nodes: late.nodes - early.nodes < 200,
      heap: late.heapMB - early.heapMB < 4,
    };
  };
  await expect.poll(grown).toEqual({ listeners: true, nodes: true, heap: true });
});

test('survives setStyle, keeps to its prefix and its own map', async () => {
  const seen = await page.evaluate(async () => {
    const [one, two] = [await window.mapIn('one'), await window.mapIn('two')];
    const session = await window.answered();
    const first = new window.UpwindControl({ session, prefix: 'mine' });
    const second = new window.UpwindControl({ session: new window.Session(window.mockPorts()) });
    one.addControl(first, 'top-right');
    two.addControl(second, 'bottom-left');
    const ours = (map: { getStyle(): { layers: { id: string }[] } }) =>
      map
        .getStyle()
        .layers.map(({ id }) => id)
        .filter((id) => id !== 'host');
    const before = ours(one);
    one.setStyle(window.style('#404040'), { diff: false });
    await new Promise((idle) => one.once('idle', idle));
    second.open();
    const side = two.getContainer().querySelector('upwind-control-panel').side;
    return {
      before,
      after: ours(one),
      two: ours(two),
      side,
      governs: first.getResult().governing,
      none: second.getResult(),
      tiles: one.querySourceFeatures('mine-tiles').length,
    };
  });
  expect(seen.before.length).toBeGreaterThan(5);
  expect(seen.after).toEqual(seen.before);
  expect(seen.before.every((id: string) => id.startsWith('mine-'))).toBe(true);
  expect(seen.two.every((id: string) => id.startsWith('upwind-'))).toBe(true);
  expect(seen.side).toBe('left');
  expect(seen.none).toBeNull();
  expect(seen.tiles).toBeGreaterThan(0);
});

test('analyses a place, tells it by typed events, and says what cannot be done', async () => {
  const seen = await page.evaluate(async () => {
    const map = await window.mapIn('one');
    const session = new window.Session(window.mockPorts());
    await session.useImagery({ id: 'demo' });
    const control = new window.UpwindControl({ session });
    const heard: string[] = [];
    for (const type of ['pick', 'progress', 'result', 'open', 'close']) {
      control.on(type, () => heard.push(type));
    }
    map.addControl(control);
    const result = await control.analyse([-82.64, 27.76]);
    control.open();
    control.close();
    const refused = await control.analyse([0, 91]).catch((error: Error) => error.message);
    const noModel = await control.setModel('no model').catch((error: Error) => error.message);
    const same = control.getResult();
    return { heard: [...new Set(heard)], governing: result.governing, refused, noModel, same };
  });
  expect(seen.heard).toEqual(['progress', 'result', 'open', 'close']);
  expect(seen.governing).toMatch(/^[BCD]$/);
  expect(seen.refused).toContain('Latitude');
  expect(seen.noModel).toContain('names no model');
  expect(seen.same?.governing).toBe(seen.governing);
});

test('taken off a map and added again, it has what was chosen meanwhile', async () => {
  const seen = await page.evaluate(async () => {
    const map = await window.mapIn('one');
    const control = new window.UpwindControl({ height: '25ft' });
    map.addControl(control);
    await control.setModel('owner/name');
    control.session.setHeightFt(60);
    await control.session.change({ tolerance: 0.35 });
    map.removeControl(control);
    map.addControl(control);
    const { heightFt, state } = control.session;
    map.removeControl(control);
    return { heightFt, tolerance: state.settings.tolerance, model: state.settings.model };
  });
  expect(seen).toEqual({ heightFt: 60, tolerance: 0.35, model: { kind: 'hub', id: 'owner/name' } });
});

test('tiles open from the keyboard', async () => {
  await page.evaluate(async () => {
    const map = await window.mapIn('one');
    window.session = await window.answered();
    map.addControl(new window.UpwindControl({ session: window.session, open: true }));
  });
  const panel = page.locator('#one upwind-control-panel');
  await panel.getByRole('application', { name: 'Tiles around the site' }).focus();
  const selected = () => page.evaluate(() => window.session.state.selection);
  expect((await selected()).hotTileId).toBe('e0n0');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  expect((await selected()).tileId).toBe('e0n1');
  await panel.locator('upwind-tile-card section').waitFor();
  await page.keyboard.press('Escape');
  expect((await selected()).tileId).toBeNull();
  expect(await panel.isVisible()).toBe(true);
  expect(await axeFindings(page, { within: ['upwind-control-panel'] })).toEqual([]);
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'hidden' });
});

/** Where the site and the panel lie in the room of the map [px]; null before the panel is there. */
const measure = () =>
  page.evaluate(() => {
    const { room, map, session } = window;
    const panel = map.getContainer().querySelector('upwind-control-panel');
    if (!panel?.getBoundingClientRect().height) return null;
    const [box, host] = [panel.getBoundingClientRect(), room.getBoundingClientRect()];
    return {
      site: map.project(session.state.site.at) as { x: number; y: number },
      top: box.top - host.top,
      from: box.left - host.left,
      to: box.right - host.left,
      overhang: Math.max(host.left - box.left, box.right - host.right, box.bottom - host.bottom),
    };
  });

test('on a narrow map the panel leaves the site in sight', async () => {
  await page.evaluate(async () => {
    window.room = document.querySelector<HTMLElement>('#one')!;
    Object.assign(window.room.style, { width: '390px', height: '640px' });
    window.map = await window.mapIn('one');
    window.session = await window.answered();
    window.map.addControl(new window.UpwindControl({ session: window.session, open: true }));
  });
  const inSight = async () => {
    const seen = await measure();
    return seen && seen.site.y > 24 && seen.site.y < seen.top - 24 && seen.overhang <= 0;
  };
  await expect.poll(inSight).toBe(true);
  expect(await axeFindings(page, { within: ['upwind-control-panel'] })).toEqual([]);
});

test('beside a map the panel leaves the site in sight too, on either side', async () => {
  await page.evaluate(async () => {
    // The panel covers the middle of it.
    window.room = document.querySelector<HTMLElement>('#one')!;
    window.room.style.width = '700px';
    window.map = await window.mapIn('one');
    window.session = await window.answered();
  });
  for (const corner of ['top-right', 'top-left']) {
    await page.evaluate((corner) => {
      const { map, session } = window;
      map.jumpTo({ center: session.state.site.at });
      window.control = new window.UpwindControl({ session });
      map.addControl(window.control, corner);
      window.control.open();
    }, corner);
    const inSight = async () => {
      const seen = await measure();
      if (!seen) return null;
      const { site, from, to } = seen;
      return site.x > 24 && site.x < 676 && (site.x < from - 24 || site.x > to + 24);
    };
    await expect.poll(inSight, { message: corner }).toBe(true);
    await page.evaluate(() => window.map.removeControl(window.control));
  }
});

test('speaks the words that the host gives its map, and writes numbers as its language does, beside a map of other words', async () => {
  await page.evaluate(async () => {
    document.documentElement.lang = 'de';
    window.other = await window.mapIn('two', {
      locale: {
        'Upwind.lang': 'fr',
        'Upwind.control.button': 'Vent',
        'Upwind.site.height': 'Hauteur',
      },
    });
    const map = await window.mapIn('one', {
      locale: {
        'Upwind.control.button': 'Windexposition',
        'Upwind.site.height': 'Mittlere Dachhöhe',
        'Upwind.table.caption': 'Exposition nach Windrichtung',
        'Upwind.site.search.nogeocoder': 'Keine Adresssuche.',
        'Upwind.compass.E': 'O',
        'Upwind.compass.E.long': 'Ost',
      },
    });
    map.addControl(new window.UpwindControl({ session: await window.answered() }));
    // The later map; and a third control, whose map brings no words.
    window.other.addControl(new window.UpwindControl({ session: await window.answered() }));
    const plain = new window.UpwindControl({ session: await window.answered(), prefix: 'plain' });
    window.plain = await window.mapIn('three');
    window.plain.addControl(plain);
  });
  await page.getByRole('button', { name: 'Windexposition' }).click();
  await page.getByLabel('Mittlere Dachhöhe').waitFor();
  const table = page.getByRole('table', { name: 'Exposition nach Windrichtung' });
  const east = table.getByRole('row', { name: 'O, Ost: why D?' });
  await east.getByText(/^1,131$/).waitFor();
  // Whole words of the rows, as the mock's north has a change at 4,100 ft.
  await expect.poll(() => table.innerText()).toMatch(/\b4\.100 ft/);
  // What an event leaves to say, said in the words of the map where it happened.
  await page.getByRole('button', { name: 'Vent' }).click();
  const french = page.locator('#two upwind-control-panel');
  await french.getByLabel('Hauteur').waitFor();
  await french
    .getByText(/^1,131$/)
    .first()
    .waitFor();
  await page.getByLabel('Mittlere Dachhöhe').waitFor();
  await page.locator('#one').getByLabel('Latitude, longitude').fill('Hauptstraße 5');
  await page.locator('#one').getByLabel('Latitude, longitude').press('Enter');
  await page.locator('#one').getByText('Keine Adresssuche.').waitFor();
  await page.locator('#three').getByRole('button', { name: 'Wind exposure of a site' }).click();
  await page.locator('#three').getByLabel('Mean roof height').waitFor();
  await expect
    .poll(() => page.locator('#three upwind-control-panel').getAttribute('lang'))
    .toBe('en');
  await page.locator('#one').getByLabel('Mittlere Dachhöhe').focus();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Windexposition', expanded: false }).waitFor();
});
