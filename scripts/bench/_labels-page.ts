import '../../components/label-board/label-gallery.ts';
import type { UpwindLabelGallery } from '../../components/label-board/label-gallery.ts';
import { labelsOf } from '../../components/label-board/labels-of.ts';
import { Session } from '../../components/shared/session.ts';
import type { SessionPorts } from '../../components/shared/session.ts';
import { exportLabels } from '../../src/labels/archives/export-labels.ts';
import { importLabels } from '../../src/labels/archives/import-labels.ts';
import type { LabelEntry } from '../../src/labels/label-store.ts';
import { labelId, newLabel } from '../../src/labels/label.ts';
import { findNearDuplicates, signatureOf } from '../../src/labels/near-duplicates.ts';
import { encodePng } from '../../src/labels/png.ts';
import { planQueue } from '../../src/labels/queue.ts';
import { sha256Hex } from '../../src/site/sha256.ts';

declare global {
  interface Window {
    benchLabels(options: { count: number; side: number }): Promise<Record<string, number>>;
  }
}

async function entryOf(i: number, side: number): Promise<LabelEntry> {
  const rgb = crypto.getRandomValues(new Uint8Array(side * side * 3));
  const image = { width: side, height: side, rgb };
  const site = i % 70;
  const [lng, lat] = [
    20 + site * 0.2 + ((i / 70) % 12) * 0.0025,
    -34 + Math.floor(i / 840) * 0.0025,
  ];
  const footprint = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
    [-1, -1],
  ].map(([x, y]) => ({
    lng: lng + x! * 0.00125,
    lat: lat + y! * 0.00125,
  }));
  const imageSha256 = await sha256Hex(rgb);
  const p = (i % 100) / 300;
  const draft = {
    schema: 'upwind.label' as const,
    version: 1 as const,
    id: await labelId(imageSha256, footprint),
    imageSha256,
    width: side,
    height: side,
    siteId: `-34.00000,${(20 + site * 0.2).toFixed(5)}`,
    tileId: `e${i}n0`,
    centre: { lng, lat },
    footprint,
    tileM: 250,
    metresPerPixel: 1.12,
    source: { id: 'usgs', name: 'USGS', attribution: 'USGS', terms: '', exportAllowed: true },
    urls: [],
    synthetic: false,
    acquired: null,
    nativeMetresPerPixel: null,
    model: { id: 'm', sha256: 'a'.repeat(64), probabilities: { B: 1 - 2 * p, C: p, D: p } },
    signature: signatureOf(image),
  };
  const label = (['B', 'C', 'D'] as const)[i % 3]!;
  const at = new Date(1.7e12 + i * 1000).toISOString();
  return { label: newLabel(draft, { label, by: 'bench', at }), png: encodePng(image) };
}

const painted = () =>
  new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())));

window.benchLabels = async ({ count, side }) => {
  const times: Record<string, number> = {};
  let tasks: PerformanceEntry[] = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries()));
  observer.observe({ type: 'longtask' });
  const timed = async <T>(what: string, work: () => Promise<T> | T): Promise<T> => {
    const start = performance.now();
    const value = await work();
    times[what] = performance.now() - start;
    return value;
  };
  /** The same, and how long the page could not answer meanwhile. */
  const watched = async <T>(what: string, work: () => Promise<T> | T): Promise<T> => {
    await painted();
    tasks = [];
    const value = await timed(what, work);
    await painted();
    tasks.push(...observer.takeRecords());
    times[`${what}: longest task`] = Math.max(0, ...tasks.map(({ duration }) => duration));
    times[`${what}: in tasks over 50 ms`] = tasks.reduce((sum, { duration }) => sum + duration, 0);
    return value;
  };
  const session = new Session({} as SessionPorts);
  const labels = labelsOf(session);
  const { store } = await labels.open();
  await store.clear();
  const entries: LabelEntry[] = [];
  for (let i = 0; i < count; i++) entries.push(await entryOf(i, side));
  await timed('store: write all, 32 a transaction', async () => {
    for (let i = 0; i < count; i += 32) await store.putMany(entries.slice(i, i + 32));
  });
  const list = await timed('store: list all', () => store.list());
  await timed('near-duplicates among all', () => findNearDuplicates(list));
  const drafts = entries.map(({ label }) => label);
  await timed('queue: plan over all', () =>
    planQueue({
      candidates: drafts,
      labels: list.slice(0, count / 2),
      labeller: 'bench',
      answered: 0,
    }),
  );
  // The controller hears of each write; wait until it has caught up.
  while (labels.state.labels.size < count) await new Promise((done) => setTimeout(done, 50));

  const gallery = document.createElement('upwind-label-gallery') as UpwindLabelGallery;
  gallery.session = session;
  const root = () => gallery.shadowRoot!;
  const pictures = () =>
    [...root().querySelectorAll('upwind-label-picture')].filter((one) =>
      one.shadowRoot?.querySelector('img'),
    ).length;
  await timed('gallery: open, first pictures shown', async () => {
    document.querySelector('#room')!.append(gallery);
    while (pictures() < 12) await painted();
  });
  await timed('gallery: filter by class', async () => {
    const select = root().querySelector('select')!;
    select.value = 'D';
    select.dispatchEvent(new Event('change'));
    await gallery.updateComplete;
    await painted();
  });
  const scroller = root().querySelector('.scroller')!;
  let longest = 0;
  let last = performance.now();
  for (let step = 1; step <= 60; step++) {
    scroller.scrollTop = (scroller.scrollHeight * step) / 60;
    await new Promise((done) => requestAnimationFrame(done));
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }
  times['gallery: longest frame while scrolling through'] = longest;
  await timed('one label changed, gallery shows it', async () => {
    await labels.relabel([list[0]!.id], 'C');
    await gallery.updateComplete;
    await painted();
  });
  const zip = await watched('export zip', () =>
    exportLabels(store, { format: 'imagefolder', assigned: {} }),
  );
  const parquet = await watched('export parquet', () =>
    exportLabels(store, { format: 'parquet', assigned: {} }),
  );
  gallery.remove();
  await store.clear();
  await watched('import zip into an empty store', () =>
    importLabels(store, zip.file, { fileName: 'labels.zip', at: new Date().toISOString() }),
  );
  await store.clear();
  await watched('import parquet into an empty store', () =>
    importLabels(store, parquet.file, { fileName: 'labels.parquet', at: new Date().toISOString() }),
  );
  await store.clear();
  return times;
};
