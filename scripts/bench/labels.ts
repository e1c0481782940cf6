/**
 * Ten thousand labels in a real Chromium: how long the board takes to open, filter, scroll, take
 * an answer, export and import.
 *
 *   npm run bench -- labels [--json] [--labels 10000] [--side 64]
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { launchChromium } from '../../tests/support/browser.ts';
import { serveVite } from '../../tests/support/serve-vite.ts';

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    labels: { type: 'string', default: '10000' },
    side: { type: 'string', default: '64' },
  },
});
const [count, side] = [Number(flags.labels), Number(flags.side)];

const PAGE = `<div id="room" style="width: 400px"></div>
<script type="module" src="/scripts/bench/_labels-page.ts"></script>`;

const served = await serveVite({ pages: { '/labels.html': PAGE } });
const browser = await launchChromium({ webgpu: false });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on('pageerror', (error) => console.error(error.message));
  await page.goto(`${served.url}/labels.html`);
  await page.waitForFunction(() => 'benchLabels' in window, null, { timeout: 120_000 });
  const times = await page.evaluate(({ count, side }) => window.benchLabels({ count, side }), {
    count,
    side,
  });
  if (flags.json) console.log(JSON.stringify({ labels: count, side, ...times }));
  else {
    console.log(`${count} labels of ${side} px, ${cpus().length} cores, Chromium headless`);
    for (const [what, ms] of Object.entries(times)) {
      console.log(`${what.padEnd(44)}${ms.toFixed(ms < 100 ? 1 : 0).padStart(9)} ms`);
    }
  }
} finally {
  await browser.close();
  await served.close();
}
