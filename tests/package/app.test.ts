import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import axeCore from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

  test('under a strict policy: installable, clean to axe, and at work after a reload without a network', async () => {
    const served = await serveStrictly(APP);
    const context = await browser.newContext({
      serviceWorkers: 'allow',
      viewport: { width: 1280, height: 800 },
    });
    const page = await context.newPage();
    const complaints = watchPage(page);
    await page.goto(`${served.url}/`);
    await answered(page);
    expect(await axe(page)).toEqual([]);

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

    await served.close();
    expect(complaints).toEqual([]);
    await page.evaluate(async () => {
      localStorage.clear();
      for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name!);
    });
    await page.goto(`${served.url}/#at=41.002,-125.001&h=30ft&imagery=demo`);
    await page.reload();
    await answered(page);
    await context.close();
  });
});

/** Measured when this test was written; see the first test. */
const FIRST_PAINT_KB = 117;

/** Waits until the page has read a site: model, worker, wasm binaries and scene are all there. */
async function answered(page: Page): Promise<void> {
  await page.getByRole('heading', { name: /^Exposure [BCD] governs$/ }).waitFor();
}

async function axe(page: Page): Promise<string[]> {
  // Injected by the debugger, since the policy lets no script in.
  await page.evaluate(axeCore.source);
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axeCore }).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}
