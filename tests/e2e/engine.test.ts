import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { startEngine } from '../../src/platform/browser/engine-client.ts';
import type { BackendName } from '../../src/vit/classifier.ts';
import { launchChromium, watchPage } from '../support/browser.ts';
import { serveVite } from '../support/serve-vite.ts';
import type { ServedVite } from '../support/serve-vite.ts';
import { maxDifference, nanoExpected, nanoImages } from '../support/vit-fixtures.ts';
import { watchMainThread } from '../support/watch-main-thread.ts';

declare global {
  interface Window {
    startEngine: typeof startEngine;
    pictures: { width: number; height: number; rgb: Uint8Array }[];
  }
}

const PAGE = `<script type="module">
  import { startEngine } from '/src/platform/browser/engine-client.ts';
  window.startEngine = startEngine;
</script>`;

let browser: Browser;
let served: ServedVite;
let page: Page;
let complaints: string[];
const expected = nanoExpected();

beforeAll(async () => {
  served = await serveVite({ pages: { '/engine.html': PAGE } });
  browser = await launchChromium();
  page = await browser.newPage();
  complaints = watchPage(page);
  await page.goto(`${served.url}/engine.html`);
  await page.waitForFunction(() => 'startEngine' in window);
  const pictures = (await nanoImages()).map((image) => ({ ...image, rgb: [...image.rgb] }));
  await page.evaluate((given) => {
    window.pictures = given.map((image) => ({ ...image, rgb: Uint8Array.from(image.rgb) }));
  }, pictures);
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});

/** Loads the nano model in the page's worker and classifies all twelve pictures. */
function classifyIn(order: BackendName[], base: string) {
  return page.evaluate(
    async ({ order, base }) => {
      const stages: string[] = [];
      const engine = await window.startEngine({
        source: { kind: 'url', url: `${base}/tests/fixtures/vit-nano/`, name: 'vit-nano' },
        order,
        onProgress: ({ stage }) => stages.push(stage),
      });
      const answers = await engine.classify(window.pictures);
      const map = await engine.explain(window.pictures[0]!);
      const { backend, model } = engine;
      await engine.dispose();
      return {
        logits: answers.flatMap(({ logits }) => [...logits]),
        features: answers.flatMap(({ features }) => [...features]),
        map: [...map.weights],
        pixelsKept: window.pictures.every(({ rgb }) => rgb.length > 0),
        stages: [...new Set(stages)],
        backend,
        model,
      };
    },
    { order, base },
  );
}

describe('the engine in a worker of a real Chromium', () => {
  test.each<[BackendName, BackendName[]]>([
    ['wasm', ['wasm']],
    ['webgpu', ['webgpu']],
    ['cpu', ['cpu']],
  ])('on %s gives PyTorch’s logits and leaves the page’s thread free', async (name, order) => {
    const stopWatching = await watchMainThread(page);
    const found = await classifyIn(order, served.url);
    const { ran, inferring } = await stopWatching();
    expect(found.backend.name).toBe(name);
    if (name === 'wasm') expect(found.backend.detail).toBe('SIMD, fused kernels');
    expect(maxDifference(found.logits, expected.logits.values)).toBeLessThan(1e-4);
    expect(maxDifference(found.features, expected.cls_features.values)).toBeLessThan(1e-4);
    expect(found.map).toHaveLength(16);
    expect(found.map.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    expect(found.pixelsKept).toBe(true);
    expect(found.stages).toEqual(expect.arrayContaining(['list', 'read', 'check', 'ready']));
    expect(found.model.labels).toEqual(['RoughnessB', 'RoughnessC', 'RoughnessD']);
    // The watch sees what the page itself does, and nowhere in it the model.
    expect(ran.length).toBeGreaterThan(100);
    expect(inferring).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('a software adapter gives way to wasm, and the answer says so', async () => {
    const { backend } = await classifyIn(['webgpu', 'wasm'], served.url);
    expect(backend.name).toBe('wasm');
    expect(backend.rejected).toEqual([
      { name: 'webgpu', reason: expect.stringMatching(/software adapter/) },
    ]);
  });
});

describe('what goes wrong is said in one line', () => {
  const failure = (source: object, abortAfterMs?: number) =>
    page.evaluate(
      async ({ source, abortAfterMs }) => {
        const signal = abortAfterMs === undefined ? undefined : AbortSignal.timeout(abortAfterMs);
        try {
          await window.startEngine({ source: source as never, order: ['wasm'], signal });
          return null;
        } catch (error) {
          return { name: (error as Error).name, message: (error as Error).message };
        }
      },
      { source, abortAfterMs },
    );

  test('a folder that is not there', async () => {
    const error = await failure({ kind: 'url', url: `${served.url}/nowhere/`, name: 'nowhere' });
    expect(error).toEqual({ name: 'UserError', message: expect.stringMatching(/no config\.json/) });
  });

  test('a Hub that cannot be reached', async () => {
    const error = await failure({ kind: 'hub', id: 'a/b', hubUrl: 'http://127.0.0.1:9' });
    expect(error).toEqual({
      name: 'UserError',
      message: expect.stringMatching(/cannot be reached/),
    });
  });

  test('a pickle', async () => {
    const error = await page.evaluate(async () => {
      const names = ['config.json', 'preprocessor_config.json', 'pytorch_model.bin'];
      const files = names.map((name) => new File(['{}'], name));
      return window.startEngine({ source: { kind: 'files', files }, order: ['wasm'] }).then(
        () => null,
        (error: Error) => `${error.name}: ${error.message}`,
      );
    });
    expect(error).toMatch(/^UserError: .*pytorch_model\.bin, a pickle file/);
  });
});

test('a call in progress can be cancelled, and the next one is answered', async () => {
  const outcome = await page.evaluate(async (base) => {
    const engine = await window.startEngine({
      source: { kind: 'url', url: `${base}/tests/fixtures/vit-nano/`, name: 'vit-nano' },
      order: ['cpu'],
    });
    const many = Array.from({ length: 400 }, (_, index) => window.pictures[index % 12]!);
    const controller = new AbortController();
    const first = engine.classify(many, { signal: controller.signal }).then(
      () => 'finished',
      (error: Error) => error.name,
    );
    setTimeout(() => controller.abort(), 30);
    const name = await first;
    const second = await engine.classify(window.pictures.slice(0, 1));
    await engine.dispose();
    const after = await engine
      .classify(window.pictures.slice(0, 1))
      .catch((error: Error) => error.message);
    return { name, second: second.length, after };
  }, served.url);
  expect(outcome).toEqual({
    name: 'AbortError',
    second: 1,
    after: expect.stringMatching(/disposed/),
  });
});
