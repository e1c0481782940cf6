import { createReadStream, existsSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import type { Plugin } from 'vite';
import { launchChromium } from '../../../tests/support/browser.ts';
import { serveVite } from '../../../tests/support/serve-vite.ts';
import type { HostOptions, HostResult } from './in-node.ts';
import { BENCH_FOLDER } from './peers.ts';

const PAGE = '<script type="module" src="/scripts/bench/_inference/page.ts"></script>';

const TYPES: Record<string, string> = { '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

/** Serves the peers' files as they are. */
const peerFiles: Plugin = {
  name: 'upwind-bench-peers',
  configureServer(server) {
    server.middlewares.use('/bench-peers', (request, response, next) => {
      const path = normalize(new URL(request.url ?? '/', 'http://local').pathname);
      const file = join(BENCH_FOLDER, 'node_modules', path);
      if (path.includes('..') || !existsSync(file)) return next();
      response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
      createReadStream(file).pipe(response);
    });
  },
};

/** Longest wait for a page's answer: software adapters compute ViT-Base for minutes. */
const PATIENCE_MS = 4 * 3_600_000;

/** The contest in a headless Chromium. */
export async function benchInChromium(options: HostOptions): Promise<HostResult> {
  const served = await serveVite({ pages: { '/bench.html': PAGE }, plugins: [peerFiles] });
  const browser = await launchChromium();
  const result: HostResult = { adapter: '', standings: {} };
  try {
    for (const size of options.sizes) {
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      page.on('pageerror', (error) => console.error(error.message));
      page.on('console', (message) => {
        if (message.type() === 'info') options.say(`Chromium, ${size}, ${message.text()}`);
      });
      await page.goto(`${served.url}/bench.html`);
      await page.waitForFunction(() => 'benchInference' in window);
      const { batches, runs, only } = options;
      const answer = await page.evaluate((asked) => window.benchInference(asked), {
        size,
        batches,
        runs,
        only: only?.source ?? null,
      });
      result.adapter = answer.adapter;
      result.standings[size] = answer.standings;
      await page.close();
    }
  } finally {
    await browser.close();
    await served.close();
  }
  return result;
}
