import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Locator,
  Page,
} from 'playwright-core';
import type { ServedVite } from '../support/serve-vite.ts';

/** A page with the app over mock ports, which keep nothing in the browser. `?saved` opens it with an answer, `?nomodel` without model. */
export const APP_PAGE = `<script type="module">
  import { mockPorts } from '/tests/support/mock-ports.ts';
  import { mockResult } from '/tests/support/mock-result.ts';
  import '/components/upwind-app/upwind-app.ts';
  const query = new URLSearchParams(location.search);
  const app = document.createElement('upwind-app');
  window.gate = { at: Infinity, open: () => {} };
  app.ports = mockPorts({
    saved: query.has('saved') ? mockResult() : null,
    model: !query.has('nomodel'),
    gate: async (done) => {
      if (done === window.gate.at) await new Promise((open) => (window.gate.open = open));
    },
  });
  if (query.has('first')) {
    // The model is asked for when the test says so, and nothing else lets the map start.
    const { loadModel } = app.ports;
    const asked = new Promise((ask) => (window.askForModel = ask));
    app.ports.loadModel = async (ref, options) => {
      await asked;
      options.onProgress(0, null, 'site.loading.read');
      return loadModel(ref, options);
    };
    app.firstSite = async () => ({ at: { lng: -125, lat: 41 }, name: 'Bay', heightFt: 25 });
    const { setTimeout } = window;
    window.setTimeout = (work, ms, ...rest) => (ms === 1500 ? 0 : setTimeout(work, ms, ...rest));
  }
  document.body.style.margin = '0';
  document.body.append(app);
  window.app = app;
</script>`;

export const DESKTOP = { width: 1040, height: 700 };
export const PHONE = { width: 390, height: 844 };

/** Contexts by what was asked of them: what one page has loaded the next has at hand. */
const contexts = new Map<string, Promise<BrowserContext>>();

/** Opens the app in a page of its own and waits until its panel and its map are there. */
export async function openApp(
  browser: Browser,
  served: ServedVite,
  { query = 'saved', ...options }: BrowserContextOptions & { query?: string } = {},
): Promise<Page> {
  const key = JSON.stringify(options);
  const context = contexts.get(key) ?? browser.newContext({ viewport: DESKTOP, ...options });
  contexts.set(key, context);
  const page = await (await context).newPage();
  await page.goto(`${served.url}/app.html?${query}`);
  await page.getByRole('tab', { name: 'Site', exact: true }).waitFor();
  await page.waitForFunction(() => {
    const map = document.querySelector('upwind-app')?.shadowRoot?.querySelector('upwind-map');
    return map && !map.shadowRoot?.querySelector('.message');
  });
  return page;
}

/** Waits until the map of a site draws. */
export async function mapIsThere(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const map = document.querySelector('upwind-app')?.shadowRoot?.querySelector('upwind-map');
    // It tells where a point lies on the screen once it draws.
    return map?.project({ east: 0, north: 0 }) && !map.shadowRoot?.querySelector('.message');
  });
}

/** Middle of an element on the screen, once it has stopped moving: the map may glide to its site. */
export async function atRest(locator: Locator): Promise<[number, number]> {
  const { x, y, width, height } = await locator.evaluate(async (element) => {
    let before = element.getBoundingClientRect();
    for (let still = 0; still < 10; still++) {
      await new Promise(requestAnimationFrame);
      const now = element.getBoundingClientRect();
      if (now.x !== before.x || now.y !== before.y) still = 0;
      before = now;
    }
    return before.toJSON() as DOMRect;
  });
  return [x + width / 2, y + height / 2];
}
