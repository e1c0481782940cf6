import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { build, preview } from 'vite';
import { launchChromium, watchPage } from '../support/browser.ts';
import { FIXTURES, maxDifference, nanoExpected, nanoImages } from '../support/vit-fixtures.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ENTRIES = {
  'the sources': 'src/platform/browser/engine-client.ts',
  'the published library': 'dist/src/platform/browser/engine-client.js',
};

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

describe.each(Object.entries(ENTRIES))('an app built from %s', (name, entry) => {
  // A built library is what `npm test` makes before it comes here.
  test.skipIf(!existsSync(join(ROOT, entry)))(
    `finds its worker and its wasm binaries, from a subfolder, offline`,
    async () => {
      const folder = await mkdtemp(join(ROOT, 'node_modules/.vite-test-app-'));
      try {
        await writeFile(
          join(folder, 'index.html'),
          `<!doctype html><title>app</title><link rel="icon" href="data:," />
           <script type="module" src="./main.js"></script>`,
        );
        await writeFile(
          join(folder, 'main.js'),
          `import { startEngine } from 'upwind-here/${entry}'; window.startEngine = startEngine;`,
        );
        await cp(join(FIXTURES, 'vit-nano'), join(folder, 'public/models/nano'), {
          recursive: true,
        });
        const common = { root: folder, base: './', configFile: false, logLevel: 'error' } as const;
        await build({
          ...common,
          // The test names files of the package, not its exports.
          resolve: { alias: { 'upwind-here': ROOT } },
          worker: { format: 'es' },
          build: { target: 'es2022', outDir: 'out/app', minify: true },
        });
        const server = await preview({ ...common, build: { outDir: 'out' }, preview: { port: 0 } });
        const { port } = server.httpServer.address() as AddressInfo;
        const logits = await classifyAt(`http://localhost:${port}/app/`);
        await server.close();
        expect(maxDifference(logits, nanoExpected().logits.values.slice(0, 6))).toBeLessThan(1e-4);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
  if (!existsSync(join(ROOT, entry))) console.log(`Skipped ${name}: run npm run build:lib first.`);
});

async function classifyAt(url: string): Promise<number[]> {
  const page = await browser.newPage();
  const complaints = watchPage(page);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).host));
  await page.goto(url);
  await page.waitForFunction(() => 'startEngine' in window);
  const pictures = (await nanoImages(2)).map((image) => ({ ...image, rgb: [...image.rgb] }));
  const logits = await page.evaluate(async (given) => {
    const engine = await window.startEngine({
      source: { kind: 'url', url: new URL('models/nano/', location.href).href, name: 'nano' },
      order: ['wasm'],
    });
    const images = given.map((image) => ({ ...image, rgb: Uint8Array.from(image.rgb) }));
    const answers = await engine.classify(images);
    await engine.dispose();
    return answers.flatMap(({ logits }) => [...logits]);
  }, pictures);
  expect(complaints).toEqual([]);
  expect(new Set(asked)).toEqual(new Set([new URL(url).host]));
  await page.close();
  return logits;
}
