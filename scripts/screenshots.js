// Makes the pictures of README and docs from the built app, the built-in scene and the built-in
// model: `npm run screenshots`. No network; about a minute on a machine without a GPU.
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import sharp from 'sharp';
import { register } from 'tsx/esm/api';
import { build, preview } from 'vite';

register();
const { launchChromium } = await import('../tests/support/browser.ts');

const root = resolve(import.meta.dirname, '..');
const out = resolve(root, 'docs/images');
const desktop = { viewport: { width: 1440, height: 900 } };
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true };

/** Small enough for a repository: a palette, which screens of plain colours do not miss. */
async function save(page, name) {
  const picture = await page.screenshot({ animations: 'disabled' });
  await sharp(picture)
    .png({ palette: true, quality: 92, effort: 10 })
    .toFile(resolve(out, `${name}.png`));
  console.log(`docs/images/${name}.png`);
}

/** Waits until the answer is there and the map has drawn it. */
async function settled(page) {
  await page.waitForFunction(
    () => document.querySelector('upwind-app')?.session.state.run.phase === 'done',
    null,
    { timeout: 600_000, polling: 500 },
  );
  await page.waitForFunction(
    () => {
      const map = document.querySelector('upwind-app').shadowRoot.querySelector('upwind-map');
      return map.drawn;
    },
    null,
    { timeout: 120_000, polling: 500 },
  );
}

async function open(browser, url, options) {
  const page = await (await browser.newContext(options)).newPage();
  await page.goto(url);
  await settled(page);
  return page;
}

await mkdir(out, { recursive: true });
await build({ root, configFile: resolve(root, 'vite.config.ts'), logLevel: 'warn' });
const server = await preview({
  root,
  configFile: resolve(root, 'vite.config.ts'),
  preview: { port: 0, host: '127.0.0.1' },
});
const url = server.resolvedUrls.local[0];
const browser = await launchChromium({ webgl: true });
try {
  const page = await open(browser, url, { ...desktop, colorScheme: 'light' });
  await save(page, 'site-light');
  // The rest opens with the same answer: the browser keeps it.
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.evaluate(() => {
    const { session } = document.querySelector('upwind-app');
    const tile = session.state.tiles.find(({ unsure }) => unsure) ?? session.state.tiles[5];
    session.select({ direction: 'W', tileId: tile.id });
  });
  await page.locator('upwind-fetch-strip:not([compact])').last().scrollIntoViewIfNeeded();
  await settled(page);
  await save(page, 'why-dark');
  const state = await page.context().storageState({ indexedDB: true });
  await page.context().close();
  const narrow = await open(browser, url, { ...phone, colorScheme: 'light', storageState: state });
  await save(narrow, 'phone');
  await narrow.context().close();
} finally {
  await browser.close();
  await server.close();
}
