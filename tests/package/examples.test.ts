import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import webpack from 'webpack';
import { launchChromium, watchPage } from '../support/browser.ts';
import { installPacked } from '../support/packed.ts';
import { serveStrictly } from '../support/serve-strictly.ts';
import type { ServeOptions } from '../support/serve-strictly.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium({ webgl: true, webgpu: false });
});
afterAll(() => browser?.close());

interface OpenOptions extends ServeOptions {
  /** Builds the example; resolves to the folder below it to be served. */
  build?: () => Promise<void>;
  /** Folder below the example that is served. */
  served?: string;
}

/**
 * Opens an installed example, with the scene that it names (painting takes long) replaced by plain
 * tiles of the same server. Its site is read by the model that comes along.
 */
async function open(folder: string, { build, served: below = '.', ...options }: OpenOptions = {}) {
  const served = await serveStrictly(join(folder, below), options);
  for (const name of readdirSync(folder).filter((file) => /\.(html|js|tsx?)$/.test(file))) {
    const text = readFileSync(join(folder, name), 'utf8');
    const tiles = `${served.url}/tiles/{z}/{x}/{y}.png`;
    writeFileSync(
      join(folder, name),
      text.replace(/(imagery(?:=|: )["'])demo/, (_, before: string) => before + tiles),
    );
  }
  await build?.();
  const page = await (
    await browser.newContext({ viewport: { width: 1100, height: 800 } })
  ).newPage();
  const complaints = watchPage(page);
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`blocked: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
    });
  });
  await page.goto(`${served.url}/`);
  const close = async () => {
    await page.context().close();
    await served.close();
  };
  return { page, served, complaints, close };
}

test('plain HTML: an import map, one element, parts that share its answer', async () => {
  const { page, complaints, close } = await open(installPacked('plain-html'));
  await page.getByText(/^Exposure [BCD] governs\.$/).waitFor();
  const rows = page.locator('upwind-result-table tbody tr');
  expect(await rows.count()).toBe(8);
  await page
    .locator('upwind-map')
    .getByText(/Exposure [BCD] governs$/)
    .waitFor();
  expect(await page.locator('upwind-map').getAttribute('model')).toBe('upwind-vit');
  expect(complaints).toEqual([]);
  await close();
});

test('an existing MapLibre map: the control, nine directions, also in a page that is cross-origin isolated', async () => {
  const { page, complaints, close } = await open(installPacked('maplibre-control'), {
    isolated: true,
  });
  await page.waitForFunction(() => /governs/.test(document.title));
  await page.getByRole('button', { name: 'Wind exposure of a site' }).click();
  const panel = page.getByRole('region', { name: 'Wind exposure' });
  await panel.getByRole('heading', { name: /Exposure [BCD] governs/ }).waitFor();
  expect(await panel.locator('upwind-result-table tbody tr').count()).toBe(9);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(complaints).toEqual([]);
  await close();
});

test.each([
  ['react', ['react', 'react-dom']],
  ['vue', ['vue']],
])('%s: type-checked, built by Vite, and run', async (example, others) => {
  const folder = installPacked(example, [
    ...others,
    ...others.map((name) => `@types/${name}`).filter((name) => !name.endsWith('vue')),
    '@types/geojson',
  ]);
  const tsc = join(import.meta.dirname, '../../node_modules/typescript/bin/tsc');
  const flags = '--noEmit --strict --jsx react-jsx --target es2022 --module esnext --types'.split(
    ' ',
  );
  execFileSync(
    process.execPath,
    [
      tsc,
      ...flags,
      '',
      '--moduleResolution',
      'bundler',
      '--skipLibCheck',
      `main.ts${example === 'react' ? 'x' : ''}`,
    ],
    { cwd: folder, stdio: 'pipe', encoding: 'utf8' },
  );
  const { page, complaints, close } = await open(folder, {
    build: async () => void (await build({ root: folder, logLevel: 'error' })),
    served: 'dist',
  });
  await page.getByRole('heading', { level: 1, name: /Exposure [BCD] governs/ }).waitFor();
  await page.locator('upwind-rose [role=button]').first().waitFor();
  expect(await page.locator('upwind-rose [role=button]').count()).toBe(8);
  expect(complaints).toEqual([]);
  await close();
});

test('webpack: workers, wasm binaries and the checkpoint are found', async () => {
  const folder = installPacked('webpack');
  const config = (await import(join(folder, 'webpack.config.js'))) as {
    default: webpack.Configuration;
  };
  const pack = async () => {
    const stats = await new Promise<webpack.Stats | undefined>((done, fail) =>
      webpack({ ...config.default, context: folder }, (error, result) =>
        error ? fail(error) : done(result),
      ),
    );
    expect(stats?.compilation.errors.map(String)).toEqual([]);
  };
  const { page, complaints, close } = await open(folder, { build: pack });
  await page.waitForFunction(() => /governs/.test(document.title));
  expect(complaints).toEqual([]);
  await close();
});

test('headless Node: directions as CSV', () => {
  const folder = installPacked('node');
  const csv = execFileSync(process.execPath, ['analyse.js'], { cwd: folder, encoding: 'utf8' });
  const lines = csv.trim().split(/\r?\n/);
  expect(lines.filter((line) => /^(N|NE|E|SE|S|SW|W|NW),/.test(line))).toHaveLength(8);
  expect(readFileSync(join(folder, 'package.json'), 'utf8')).toContain('upwind');
});
