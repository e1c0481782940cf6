import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { launchChromium, watchPage } from '../support/browser.ts';
import { serveStrictly } from '../support/serve-strictly.ts';

const APP = resolve(import.meta.dirname, '../../dist-app');

/** The built app; `npm test` builds it before it comes here. */
describe.skipIf(!existsSync(join(APP, 'sw.js')))('the built app', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium({ webgl: true, webgpu: false });
  });
  afterAll(() => browser?.close());

  test('first paint is light: what the page loads before map, TensorFlow.js and model', () => {
    const html = readFileSync(join(APP, 'index.html'), 'utf8');
    const named = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.(?:js|css))"/g)];
    const files = named.map(([, path]) => path!);
    expect(files.some((path) => /index-.*\.js$/.test(path))).toBe(true);
    const sizes = files.map((path) => gzipSync(readFileSync(join(APP, path))).length);
    const kB = (sizes.reduce((sum, size) => sum + size, 0) + gzipSync(html).length) / 1000;
    // Ours to keep; the bound promised is 250 kB. Lighter by a third is news as well: look why.
    expect(kB).toBeLessThan(FIRST_PAINT_KB * 1.25);
    expect(kB).toBeGreaterThan(FIRST_PAINT_KB * 0.67);
    const code = files.map((path) => readFileSync(join(APP, path), 'utf8')).join('\n');
    expect(code).not.toMatch(/maplibregl-canvas-container maplibregl-interactive|WASM_HAS_SIMD/);
  });

  test('installable, kept whole after the first visit, and at work without a network, clean to axe, under a strict policy', async () => {
    const served = await serveStrictly(APP, { instead: nanoModel() });
    const context = await browser.newContext({
      serviceWorkers: 'allow',
      viewport: { width: 1000, height: 640 },
    });
    const page = await context.newPage();
    const complaints = watchPage(page);
    await page.goto(`${served.url}/`);
    await page.evaluate(async () => {
      const { active } = await navigator.serviceWorker.ready;
      while (active?.state !== 'activated') await new Promise((next) => setTimeout(next, 50));
    });
    const devtools = await context.newCDPSession(page);
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
    // Test contexts are private windows, which install nothing.
    const errors = installabilityErrors.map(({ errorId }) => errorId);
    expect(errors.filter((error) => error !== 'in-incognito')).toEqual([]);
    const { data } = await devtools.send('Page.getAppManifest');
    expect(JSON.parse(data ?? '{}')).toMatchObject({ name: 'Upwind', display: 'standalone' });
    expect(complaints).toEqual([]);

    await served.close();
    // Another site than the first, so that no answer kept from before can be shown.
    await page.goto(`${served.url}/#at=41.002,-125.001&h=30ft&imagery=demo`);
    await page.reload();
    await page.getByRole('heading', { name: /^Exposure [BCD] governs$/ }).waitFor();
    // Injected by the debugger, since the policy lets no script in.
    expect(await axeFindings(page)).toEqual([]);
    expect(await keptWeights(page)).toHaveLength(1);
    await context.close();
  });
});

/** Measured when this test was written; see the first test. */
const FIRST_PAINT_KB = 117;

/** A small checkpoint under the address of the app's own: which one is read makes no difference here. */
function nanoModel(): Record<string, Buffer> {
  const nano = resolve(import.meta.dirname, '../fixtures/vit-nano');
  const names = ['config.json', 'preprocessor_config.json', 'model.safetensors'];
  const files = names.map((name) => [name, readFileSync(join(nano, name))] as const);
  return Object.fromEntries(
    [...files, ['upwind.json', Buffer.from('{ "schema": 1 }')] as const].map(([name, bytes]) => [
      `/models/upwind-vit/${name}`,
      bytes,
    ]),
  );
}

/** Addresses in every cache of the page that hold weights. */
function keptWeights(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const held = await Promise.all(
      (await caches.keys()).map(async (name) => (await caches.open(name)).keys()),
    );
    const urls = held.flat().map(({ url }) => decodeURIComponent(url));
    return urls.filter((url) => url.includes('.safetensors'));
  });
}
