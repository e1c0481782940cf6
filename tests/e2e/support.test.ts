import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { launchChromium, watchPage } from '../support/browser.ts';
import { serveVite } from '../support/serve-vite.ts';
import type { ServedVite } from '../support/serve-vite.ts';

let browser: Browser;
let served: ServedVite;
beforeAll(async () => {
  served = await serveVite({
    pages: {
      '/probe.html': `<p></p><script type="module">
        import { ROUGHNESS } from '/src/roughness/category.ts';
        document.querySelector('p').textContent = ROUGHNESS.join('');
      </script>`,
    },
  });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});

test('a page of ours runs in a real Chromium with a WebGPU adapter', async () => {
  const page = await browser.newPage();
  const complaints = watchPage(page);
  await page.goto(`${served.url}/probe.html`);
  await page.waitForFunction(() => document.querySelector('p')?.textContent !== '');
  expect(await page.textContent('p')).toBe('BCD');
  const adapter = await page.evaluate(
    async () => (await navigator.gpu.requestAdapter())?.info.vendor ?? null,
  );
  expect(adapter).not.toBeNull();
  expect(complaints).toEqual([]);
});
