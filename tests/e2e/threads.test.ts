import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { startEngine } from '../../src/platform/browser/engine-client.ts';
import type { setWorkerFactory } from '../../src/platform/browser/start-worker.ts';
import { launchChromium, watchPage } from '../support/browser.ts';
import { serveVite } from '../support/serve-vite.ts';
import type { ServedVite } from '../support/serve-vite.ts';
import { maxDifference, nanoExpected, nanoImages } from '../support/vit-fixtures.ts';

declare global {
  interface Window {
    startEngine: typeof startEngine;
    setWorkerFactory: typeof setWorkerFactory;
    pictures: { width: number; height: number; rgb: Uint8Array }[];
    compute: Worker[];
  }
}

const PAGE = `<link rel="icon" href="data:," /><script type="module">
  import { startEngine } from '/src/platform/browser/engine-client.ts';
  import { setWorkerFactory } from '/src/platform/browser/start-worker.ts';
  Object.assign(window, { startEngine, setWorkerFactory });
</script>`;

/** The one worker script for all; what lies in shared memory is seen where it is sent. */
const WORKER = `
  import '/src/platform/browser/worker.ts';
  self.sent = [];
  const post = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function (message, ...rest) {
    const weights = message?.start?.weights;
    if (weights) self.sent.push((weights.buffer ?? weights).constructor.name);
    return post.call(this, message, ...rest);
  };`;

let browser: Browser;
let context: BrowserContext;
let served: ServedVite;
beforeAll(async () => {
  served = await serveVite({
    pages: { '/isolated.html': PAGE, '/plain.html': PAGE },
    plugins: [
      {
        name: 'isolation-headers',
        configureServer({ middlewares }) {
          middlewares.use((request, response, next) => {
            if (!request.url?.startsWith('/plain.html')) {
              response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
              response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
            }
            if (request.url !== '/any-worker.js') return next();
            response.setHeader('Content-Type', 'text/javascript').end(WORKER);
          });
        },
      },
    ],
  });
  browser = await launchChromium({ webgpu: false });
  // One for all: what one page has loaded the next has at hand.
  context = await browser.newContext();
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});

async function open(path: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await context.newPage();
  const complaints = watchPage(page);
  await page.goto(`${served.url}${path}`);
  await page.waitForFunction(() => 'setWorkerFactory' in window);
  const pictures = (await nanoImages()).map((image) => ({ ...image, rgb: [...image.rgb] }));
  await page.evaluate((given) => {
    window.pictures = given.map((image) => ({ ...image, rgb: Uint8Array.from(image.rgb) }));
  }, pictures);
  return { page, complaints };
}

/** All twelve pictures on one thread and on two. */
const classify = (page: Page) =>
  page.evaluate(async () => {
    const source = {
      kind: 'url',
      url: `${location.origin}/tests/fixtures/vit-nano/`,
      name: 'vit-nano',
    } as const;
    const on = async (threads: number) => {
      const engine = await window.startEngine({ source, order: ['wasm'], threads });
      const answers = await engine.classify(window.pictures);
      const said = engine.backend;
      await engine.dispose();
      return { logits: answers.flatMap(({ logits }) => [...logits]), said };
    };
    return { isolated: crossOriginIsolated, one: await on(1), two: await on(2) };
  });

test('two threads share the weights on an isolated page, and give one thread’s numbers', async () => {
  const { page, complaints } = await open('/isolated.html');
  const { isolated, one, two } = await classify(page);
  expect(isolated).toBe(true);
  expect(maxDifference(one.logits, nanoExpected().logits.values)).toBeLessThan(1e-4);
  expect(two.logits).toEqual(one.logits);
  expect(one.said.threads).toBe('1 thread, 0 MB');
  expect(two.said.threads).toMatch(/^2 threads sharing their weights/);
  // What a result tells of the backend does not depend on the threads.
  expect(two.said.detail).toBe(one.said.detail);
  await expect.poll(() => page.workers().length).toBe(0);
  expect(complaints).toEqual([]);
  await page.close();
});

test('without the headers each has its own weights, and nothing else is different', async () => {
  const { page, complaints } = await open('/plain.html');
  const { isolated, one, two } = await classify(page);
  expect(isolated).toBe(false);
  expect(two.logits).toEqual(one.logits);
  expect(two.said.threads).toMatch(/^2 threads with weights of their own/);
  await expect.poll(() => page.workers().length).toBe(0);
  expect(complaints).toEqual([]);
  await page.close();
});

test.each([
  ['/isolated.html', 'SharedArrayBuffer'],
  ['/plain.html', 'ArrayBuffer'],
])(
  '%s, workers of the page’s own making: weights go as %s; a death and a cancel',
  async (path, buffer) => {
    const { page, complaints } = await open(path);
    const found = await page.evaluate(async () => {
      window.compute = [];
      window.setWorkerFactory((name) => {
        const worker = new Worker('/any-worker.js', { type: 'module', name: `upwind-${name}` });
        if (name === 'compute') window.compute.push(worker);
        return worker;
      });
      const url = `${location.origin}/tests/fixtures/vit-nano/`;
      const engine = await window.startEngine({
        source: { kind: 'url', url, name: 'vit-nano' },
        order: ['wasm'],
        threads: 2,
      });
      Object.assign(window, { engine });
      const numbers = (answers: { logits: Float32Array }[]) =>
        answers.flatMap(({ logits }) => [...logits]);
      const before = numbers(await engine.classify(window.pictures));
      const controller = new AbortController();
      const many = Array.from({ length: 600 }, (_, i) => window.pictures[i % 12]!);
      const cancelled = engine.classify(many, { signal: controller.signal }).then(
        () => 'finished',
        (error: Error) => error.name,
      );
      controller.abort();
      const [dead] = window.compute;
      dead!.terminate();
      dead!.dispatchEvent(new ErrorEvent('error', { message: 'killed' }));
      const after = numbers(await engine.classify(window.pictures));
      return { before, after, cancelled: await cancelled, threads: engine.backend.threads };
    });
    expect(found.after).toEqual(found.before);
    expect(found.cancelled).toBe('AbortError');
    expect(found.threads).toMatch(/^1 thread, .*; 1 stopped: killed$/);
    const engine = await Promise.all(
      page
        .workers()
        .map((worker) => worker.evaluate(() => (self as never as { sent: string[] }).sent)),
    );
    expect(engine.flat()).toEqual([buffer, buffer]);
    await page.evaluate(() =>
      (window as never as { engine: { dispose(): void } }).engine.dispose(),
    );
    await expect.poll(() => page.workers().length).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  },
);
