import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { launchChromium, watchPage } from '../support/browser.ts';
import { dropFiles } from '../support/drop-files.ts';
import { serveVite } from '../support/serve-vite.ts';
import type { ServedVite } from '../support/serve-vite.ts';
import { tinyFolder } from '../support/tiny-dataset.ts';

const PAGE = `<style>body { margin: 0; } upwind-trainer { max-width: 420px; padding: 12px; box-sizing: border-box; background: light-dark(#fff, #151a20); } :root { color-scheme: light dark; }</style>
<script type="module">
  import '/components/training-panel/training-panel.ts';
  const panel = document.createElement('upwind-trainer');
  panel.baseModel = { kind: 'url', url: new URL('/tests/fixtures/vit-nano/', location.href).href, name: 'vit-nano' };
  window.used = [];
  document.addEventListener('upwind-use-model', (event) => window.used.push(event.detail));
  document.body.append(panel);
</script>`;

const APP = `<style>body { margin: 0; }</style><script type="module">
  import { browserPorts } from '/components/shared/session-ports.ts';
  import '/components/upwind-app/upwind-app.ts';
  const app = document.createElement('upwind-app');
  app.ports = browserPorts({ modelUrl: '/tests/fixtures/vit-nano/', modelName: 'vit-nano' });
  document.body.append(app);
</script>`;

let browser: Browser;
let context: BrowserContext;
let served: ServedVite;
let zipPath: string;

beforeAll(async () => {
  const folder = Object.fromEntries(await tinyFolder());
  folder['train/RoughnessB/broken.png'] = new Uint8Array([1, 2, 3]);
  zipPath = join(mkdtempSync(join(tmpdir(), 'upwind-')), 'tiny.zip');
  writeFileSync(zipPath, zipSync(folder));
  served = await serveVite({ pages: { '/trainer.html': PAGE, '/app.html': APP } });
  browser = await launchChromium({ webgpu: false });
  context = await browser.newContext({ viewport: { width: 460, height: 1400 } });
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});

async function openPage(): Promise<{ page: Page; complaints: string[] }> {
  const page = await context.newPage();
  const complaints = watchPage(page);
  // Leaving while a run goes on asks first.
  page.on('dialog', (dialog) => void dialog.accept());
  await page.goto(`${served.url}/trainer.html`);
  await page.getByRole('heading', { name: 'Models on this device' }).waitFor();
  return { page, complaints };
}

/** axe finds nothing, in both colour schemes and on a narrow screen. */
async function expectAccessible(page: Page): Promise<void> {
  for (const [colorScheme, width] of [
    ['light', 460],
    ['dark', 320],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 1400 });
    // Page-level rules (landmarks, main heading) are the app's.
    const without = ['region', 'page-has-heading-one'];
    expect(await axeFindings(page, { within: ['upwind-trainer'], without })).toEqual([]);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
  }
  await page.setViewportSize({ width: 460, height: 1400 });
}

/** Names of the files of stored models in the origin-private file system. */
const filesOnDevice = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const models = await root.getDirectoryHandle('upwind-checkpoints');
    const names: string[] = [];
    for await (const folder of models.values()) {
      for await (const name of (folder as FileSystemDirectoryHandle).keys()) names.push(name);
    }
    return names;
  });

describe('training in the page', () => {
  test('drop a zip, train the head, use it on the map, find it again after a reload', async () => {
    const { page, complaints } = await openPage();
    await dropFiles(page, page.locator('.drop'), [zipPath]);
    const counts = page.getByRole('table', { name: 'Pictures per split and category' });
    await counts.waitFor();
    expect((await counts.innerText()).replaceAll(/\s+/g, ' ')).toMatch(
      /Training 3 3 3 Validation 1 1 1/,
    );
    await page.getByText('1 picture skipped').click();
    await page.getByText('train/RoughnessB/broken.png').waitFor();
    await page.getByText(/About \d+ s and \d+ MB on wasm; 99 of/).waitFor();
    await page.getByText('Settings', { exact: true }).click();
    const rate = page.getByLabel(/^Learning rate/);
    await rate.fill('fast');
    await rate.blur();
    await page.getByText('A number from 1e-8 to 1, please; until then 0.003 stands.').waitFor();
    await page.getByRole('radio', { name: /Quick/ }).check();
    await rate.fill('0.003');
    await rate.blur();
    await page.getByText('please; until then').waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByRole('heading', { name: 'Trained' }).waitFor();
    await page.getByText(/of 3 validation pictures right/).waitFor();
    await page.getByRole('img', { name: /Validation accuracy by epoch: 1: \d+ %, 2:/ }).waitFor();
    await expectAccessible(page);
    await page.getByText('Compare two models').click();
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    const figures = page.getByRole('region', { name: 'Compare two models' });
    await figures.waitFor();
    const [, before, after] = await figures
      .getByRole('row', { name: /^Accuracy/ })
      .locator('th, td')
      .allInnerTexts();
    expect(before).toMatch(/^(0|33|67|100) %$/);
    const outcome = await page.getByText(/of 3 validation pictures right/).innerText();
    const right = Number(/(\d) of 3/.exec(outcome)![1]);
    expect(after).toBe(`${Math.round((100 * right) / 3)} %`);
    const mistakes = page.locator('upwind-train-outcome upwind-train-picture');
    await expect.poll(() => mistakes.count()).toBe(3 - right);
    await page.getByRole('button', { name: 'Use this model on the map' }).click();
    const used = () => page.evaluate(() => (window as unknown as { used: object[] }).used);
    await expect.poll(used).toEqual([{ id: expect.any(String), name: 'vit-nano-tiny' }]);

    await page.reload();
    await page.getByText('vit-nano-tiny', { exact: true }).waitFor();
    expect(await filesOnDevice(page)).toContain('model.safetensors');
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByLabel('New name of vit-nano-tiny').fill('mine');
    await page.keyboard.press('Enter');
    await page.getByText('mine', { exact: true }).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download mine as a zip' }).click();
    expect((await download).suggestedFilename()).toBe('mine.zip');
    await page.getByRole('button', { name: 'Delete mine' }).click();
    await page.getByRole('button', { name: 'Delete mine' }).click();
    await page.getByText('None yet.').waitFor();
    await expect.poll(() => filesOnDevice(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('a run outlives its tab: pause, close, resume in another, cancel, resume', async () => {
    const first = await openPage();
    await first.page.setInputFiles('#file', zipPath);
    await first.page.getByRole('radio', { name: /Tutorial/ }).check();
    await first.page.getByText('Settings').click();
    await first.page.getByLabel('Epochs').fill('150');
    await first.page.getByLabel('Epochs').blur();
    await first.page.getByRole('button', { name: 'Train', exact: true }).click();
    // Any epoch but the first will do: the page does not show each one of so small a run.
    await first.page.getByText(/Epoch ([2-9]|\d{2,}) of 150/).waitFor();
    await first.page.getByRole('button', { name: 'Pause' }).click();
    await first.page.getByText('Paused. The state is stored').first().waitFor();
    expect(first.complaints).toEqual([]);
    // Another tab takes it for interrupted once this one is gone, not before.
    const second = await openPage();
    const notice = second.page.getByRole('region', { name: 'A run was interrupted' });
    expect(await notice.count()).toBe(0);
    await first.page.close();
    await notice.waitFor();
    const step = Number(/step (\d+)/.exec(await notice.innerText())![1]);
    expect(step).toBeGreaterThan(2);
    await second.page.getByRole('button', { name: 'Go on with it' }).click();
    const line = second.page.getByText(/Epoch \d+ of 150, step/);
    const at = async () => Number(/step (\d+)/.exec(await line.innerText())![1]);
    await expect.poll(at).toBeGreaterThan(step);

    await second.page.getByRole('button', { name: 'Stop' }).click();
    await notice.waitFor();
    await second.page.getByRole('button', { name: 'Go on with it' }).click();
    await second.page.getByRole('heading', { name: 'Trained' }).waitFor();
    // 150 epochs of two steps each, none lost and none done twice.
    await second.page.getByText('Epochs in figures').click();
    const figures = second.page.getByRole('region', { name: 'Epochs in figures' });
    await expect.poll(() => figures.locator('tbody tr').count()).toBe(150);
    expect(second.complaints).toEqual([]);
    await second.page.close();
  });

  test('in the app: a run outlives the tab strip, and its model reads the map', async () => {
    const page = await context.newPage();
    const complaints = watchPage(page);
    page.on('dialog', (dialog) => void dialog.accept());
    await page.goto(`${served.url}/app.html`);
    await page.getByRole('tab', { name: 'Train' }).click();
    await page.setInputFiles('#file', zipPath);
    await page.getByRole('radio', { name: /Tutorial/ }).check();
    await page.getByText('Settings').click();
    await page.getByLabel('Epochs').fill('40');
    await page.getByLabel('Epochs').blur();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByText(/Epoch \d+ of 40, step/).waitFor();
    await page.getByRole('tab', { name: 'Site', exact: true }).click();
    await page.getByRole('tab', { name: 'Train' }).click();
    await page.getByRole('heading', { name: 'Trained' }).waitFor();
    await page.getByRole('button', { name: 'Use this model on the map' }).click();
    await page.getByRole('button', { name: 'In use on the map' }).first().waitFor();
    await page.getByRole('tab', { name: 'Site', exact: true }).click();
    await page.getByText('vit-nano-tiny · wasm').waitFor();
    await page.reload();
    await page.getByText('vit-nano-tiny').first().waitFor();
    const model = page.locator('upwind-app summary', { hasText: 'Model' });
    await model.click();
    await page.getByText('Your choice, vit-nano-tiny, loads with the first analysis.').waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });
});
