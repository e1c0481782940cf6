import { launchChromium } from './tests/support/browser.ts';
import { serveVite } from './tests/support/serve-vite.ts';
const PAGE = `<div id="room" style="width:400px"></div><script type="module">
import { labelsOf } from '/components/label-board/labels-of.ts';
import { Session } from '/components/shared/session.ts';
import { exportLabels } from '/src/labels/archives/export-labels.ts';
import { importLabels } from '/src/labels/archives/import-labels.ts';
import { entryFor } from '/scripts/bench/_labels-page.ts';
window.prep = async (n, format) => {
  const session = new Session({}); const labels = labelsOf(session); const { store } = await labels.open(); await store.clear();
  const entries = []; for (let i = 0; i < n; i++) entries.push(await entryFor(i, 64));
  for (let i = 0; i < n; i += 32) await store.putMany(entries.slice(i, i + 32));
  while (labels.state.labels.size < n) await new Promise((d) => setTimeout(d, 50));
  window.a = await exportLabels(store, { format, assigned: {} }); await store.clear(); window.store = store; window.labels = labels;
  while (labels.state.labels.size > 0) await new Promise((d) => setTimeout(d, 50));
};
window.go = async () => { const s = performance.now(); let tasks = []; const o = new PerformanceObserver((l) => tasks.push(...l.getEntries())); o.observe({ type: 'longtask' });
  await importLabels(window.store, window.a.file, { fileName: window.a.fileName, at: new Date().toISOString() });
  tasks.push(...o.takeRecords());
  return { ms: performance.now() - s, n: tasks.length, longest: Math.max(0, ...tasks.map((t) => t.duration)), sum: tasks.reduce((x, t) => x + t.duration, 0) }; };
</script>`;
const [n, format] = [Number(process.argv[2]), process.argv[3]];
const served = await serveVite({ pages: { '/p.html': PAGE } });
const browser = await launchChromium({ webgpu: false });
const page = await browser.newPage();
await page.goto(`${served.url}/p.html`);
await page.waitForFunction(() => 'go' in window);
await page.evaluate(([n, f]) => (window as any).prep(n, f), [n, format] as const);
const cdp = await page.context().newCDPSession(page);
await cdp.send('Profiler.enable'); await cdp.send('Profiler.setSamplingInterval', { interval: 1000 }); await cdp.send('Profiler.start');
console.log(format, n, JSON.stringify(await page.evaluate(() => (window as any).go())));
const { profile } = await cdp.send('Profiler.stop');
const self = new Map<string, number>(); const byId = new Map(profile.nodes.map((x) => [x.id, x]));
for (let i = 0; i < profile.samples!.length; i++) { const node = byId.get(profile.samples![i]!)!; const k = `${node.callFrame.functionName || '(anon)'} ${node.callFrame.url.split('/').pop()!.slice(0, 30)}:${node.callFrame.lineNumber}`; self.set(k, (self.get(k) ?? 0) + profile.timeDeltas![i]! / 1000); }
for (const [k, v] of [...self].sort((a, b) => b[1] - a[1]).slice(0, 14)) console.log(v.toFixed(0).padStart(8), k);
await browser.close(); await served.close();
