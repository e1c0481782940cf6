import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page, Route } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import webpack from 'webpack';
import type { Map as MapLibreMap } from 'maplibre-gl';
import type { UpwindMap } from '../../components/element.ts';
import type { UpwindControl } from '../../components/maplibre.ts';
import type { CheckpointFiles } from '../../src/checkpoint/file-set.ts';
import type { BackendInfo } from '../../src/vit/classifier.ts';
import { axeFindings } from '../support/axe.ts';
import { launchChromium, watchPage } from '../support/browser.ts';
import { installPacked, ROOT } from '../support/packed.ts';
import { serveStrictly } from '../support/serve-strictly.ts';
import type { ServeOptions } from '../support/serve-strictly.ts';
import { showsPlace } from '../support/shows-place.ts';

/** A checkpoint that judges a site in no time. */
const NANO = join(ROOT, 'tests/fixtures/vit-nano');

/** MapLibre's own control: a `<summary>` that names itself and holds no text. */
const NOT_OURS = ['.maplibregl-ctrl-attrib'];

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium({ webgl: true, webgpu: false });
});
afterAll(() => browser?.close());

/** An example with a small checkpoint where the package has its own: found the same way, and fast. */
function installWithNano(example: string, others: readonly string[] = []): string {
  const folder = installPacked(example, others);
  const model = join(folder, 'node_modules/upwind/public/models/upwind-vit');
  for (const name of ['config.json', 'preprocessor_config.json', 'model.safetensors']) {
    cpSync(join(NANO, name), join(model, name));
  }
  writeFileSync(join(model, 'upwind.json'), '{ "schema": 1 }');
  return folder;
}

interface OpenOptions extends ServeOptions {
  /** How many cores the page is told of; those of this machine where left out. */
  cores?: number;
  /** Builds the example. */
  build?: () => Promise<void>;
  /** Folder below the example that is served. */
  below?: string;
}

/**
 * Opens an installed example under a strict policy, with the scene that it names, whose painting
 * takes long, replaced by plain tiles of the same server.
 */
async function open(folder: string, { build, below = '.', cores, ...options }: OpenOptions = {}) {
  const served = await serveStrictly(join(folder, below), options);
  const tiles = `${served.url}/tiles/{z}/{x}/{y}.png`;
  let replaced = 0;
  for (const name of readdirSync(folder).filter((file) => /\.(html|js|tsx?)$/.test(file))) {
    const text = readFileSync(join(folder, name), 'utf8');
    const changed = text.replace(/(imagery(?:=|: )["'])demo/g, (_, before: string) => {
      replaced++;
      return before + tiles;
    });
    writeFileSync(join(folder, name), changed);
  }
  expect(replaced, 'the example names its imagery').toBe(1);
  await build?.();
  const context = await browser.newContext({ viewport: { width: 900, height: 640 } });
  if (cores) await context.route(/engine[^/]*\.js$/, (route) => tellCores(route, cores));
  const page = await context.newPage();
  const complaints = watchPage(page);
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`blocked: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
    });
  });
  await page.goto(`${served.url}/`);
  const close = async () => {
    await context.close();
    await served.close();
    expect(complaints).toEqual([]);
  };
  return { page, close };
}

/** Workers have a navigator of their own, so it is the script that is told. */
async function tellCores(route: Route, cores: number): Promise<void> {
  const response = await route.fetch();
  const script = (await response.text()).replaceAll('navigator.hardwareConcurrency', `${cores}`);
  await route.fulfill({ response, body: script });
}

/** What the engine says of its threads, and the workers that the page runs. */
async function computing(page: Page, element: string) {
  const said = await page
    .locator(element)
    .evaluate((host) => (host as UpwindMap).session?.state.model as { backend?: BackendInfo });
  const workers = page.workers().filter((worker) => /compute/.test(worker.url()));
  return { threads: said.backend?.threads, workers: workers.length };
}

test('plain HTML: an import map, one element, parts that share its answer', async () => {
  const { page, close } = await open(installWithNano('plain-html'));
  await page.locator('upwind-result-table tbody tr').nth(7).waitFor();
  await page.getByText(/^Exposure [BCD] governs\.$/).waitFor();
  await expect.poll(() => page.locator('upwind-result-table tbody tr').count()).toBe(8);
  await expect.poll(() => page.locator('upwind-rose [role=button]').count()).toBe(8);
  await page
    .locator('upwind-map')
    .getByText(/Exposure [BCD] governs/)
    .waitFor();
  await expect.poll(() => page.locator('upwind-map').getAttribute('model')).toBe('upwind-vit');
  expect(await axeFindings(page, { except: NOT_OURS })).toEqual([]);

  // The scene that the example names, painted by workers of the package.
  const synthetic = await page.locator('upwind-map').evaluate(async (host) => {
    const map = host as UpwindMap;
    map.imagery = 'demo';
    await new Promise((tile) => map.addEventListener('upwind-progress', tile));
    while (!map.drawn) await new Promise((next) => setTimeout(next, 50));
    const patches = [...(map.session?.patches.values() ?? [])];
    map.session?.cancel();
    return patches.map(({ provenance }) => provenance.synthetic);
  });
  expect(synthetic).toContain(true);

  // A trainer that nobody gave a session or a model starts from the package's.
  await page.evaluate(async () => {
    const picture = new Uint8Array(await (await fetch('/tiles/0/0/0.png')).arrayBuffer());
    const paths = ['B', 'C', 'D'].flatMap((letter) =>
      ['train', 'validation'].map((split) => `${split}/Roughness${letter}/tile.png`),
    );
    const files: CheckpointFiles = {
      name: 'labels',
      list: async () => paths.map((path) => ({ path, size: picture.length })),
      read: async () => picture,
    };
    document.body.append(Object.assign(document.createElement('upwind-trainer'), { files }));
  });
  const base = page.locator('upwind-trainer').getByLabel('Start from');
  await base.locator('option:checked', { hasText: 'upwind-vit' }).waitFor({ state: 'attached' });
  await close();
});

test('an existing MapLibre map: the control, nine directions, the model of the package on threads of an isolated page', async () => {
  const folder = installPacked('maplibre-control');
  cpSync(NANO, join(folder, 'nano'), { recursive: true });
  appendFileSync(
    join(folder, 'main.js'),
    'Object.assign(window, { map, control, UpwindControl });',
  );
  // The package's own model takes its time for each tile: a few will do.
  const has = showsPlace({ lng: -125, lat: 41 }, 600);
  const { page, close } = await open(folder, { isolated: true, cores: 3, has });
  await page.waitForFunction(() => /governs/.test(document.title));
  await page.getByRole('button', { name: 'Wind exposure of a site' }).click();
  const panel = page.getByRole('region', { name: 'Wind exposure' });
  await panel.getByRole('heading', { name: /exposure [BCD]/i }).waitFor();
  await expect.poll(() => panel.locator('upwind-result-table tbody tr').count()).toBe(9);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(await axeFindings(page, { except: NOT_OURS })).toEqual([]);
  const { threads, workers } = await computing(page, 'upwind-control-panel');
  expect(threads).toMatch(/^2 threads sharing their weights/);
  expect(workers).toBe(2);
  await leavesNothing(page);
  await close();
});

/** Controls with sessions of their own, five of them at work when they go. */
async function leavesNothing(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  const cycle = (times: number) =>
    page.evaluate(async (count) => {
      const { map, UpwindControl } = window as never as Host;
      const imagery = `${location.origin}/tiles/{z}/{x}/{y}.png`;
      const cut: string[] = [];
      for (let i = 0; i < count; i++) {
        const control = new UpwindControl({
          imagery,
          model: `${location.origin}/nano/`,
          open: true,
        });
        map.addControl(control);
        await new Promise(requestAnimationFrame);
        if (i % 10 === 0) {
          const begun = new Promise((tile) => control.on('progress', tile));
          const run = control.analyse([-125, 41]).then(
            () => cut.push('finished'),
            (error: Error) => cut.push(error.name),
          );
          // Some go while the model is still on its way.
          await Promise.race([i % 20 === 0 ? begun : new Promise(requestAnimationFrame), run]);
          map.removeControl(control);
          await run;
        } else map.removeControl(control);
      }
      return cut;
    }, times);
  const held = async () => {
    // MapLibre's own worker is a blob.
    const ours = () => page.workers().filter((worker) => !worker.url().startsWith('blob:')).length;
    await expect.poll(ours).toBe(0);
    await devtools.send('HeapProfiler.collectGarbage');
    const { metrics } = await devtools.send('Performance.getMetrics');
    const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? NaN;
    const layers = await page.evaluate(() => {
      const { map } = window as never as Host;
      return [...map.getLayersOrder(), ...Object.keys(map.getStyle().sources), ...map.listImages()];
    });
    return {
      layers,
      heapMB: of('JSHeapUsedSize') / 1e6,
      nodes: of('Nodes'),
      listeners: of('JSEventListeners'),
    };
  };
  await page.evaluate(() => {
    const { map, control } = window as never as Host;
    map.removeControl(control);
  });
  await cycle(2);
  const early = await held();
  expect(await cycle(50)).toEqual(Array(5).fill('AbortError'));
  expect((await held()).layers).toEqual(['ground']);
  // What a browser lets go of late, such as ended workers, is gone after some collections; a leak stays.
  const grown = async () => {
    const late = await held();
    return {
      listeners: late.listeners - early.listeners < 20,
      nodes: late.nodes - early.nodes < 200,
      heap: late.heapMB - early.heapMB < 4,
    };
  };
  await expect.poll(grown).toEqual({ listeners: true, nodes: true, heap: true });
}
interface Host {
  map: MapLibreMap;
  control: UpwindControl;
  UpwindControl: typeof UpwindControl;
}

test.each([
  ['react', ['react', 'react-dom', '@types/react', '@types/react-dom', '@types/geojson']],
  ['vue', ['vue', '@types/geojson']],
])('%s: type-checked, built by Vite, and run', async (example, others) => {
  const folder = installWithNano(example, others);
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', '.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
  const { page, close } = await open(folder, {
    build: async () => void (await build({ root: folder, logLevel: 'error' })),
    below: 'dist',
  });
  await page.getByRole('heading', { level: 1, name: /Exposure [BCD] governs/ }).waitFor();
  await page.locator('upwind-rose [role=button]').nth(7).waitFor();
  expect(await axeFindings(page, { except: NOT_OURS })).toEqual([]);
  await close();
});

test('webpack: workers, wasm binaries and the checkpoint are found', async () => {
  const folder = installWithNano('webpack');
  const { default: config } = (await import(join(folder, 'webpack.config.js'))) as {
    default: webpack.Configuration;
  };
  const here = {
    // The command takes these from the folder that it is called in.
    context: folder,
    output: { ...config.output, path: join(folder, 'dist') },
    // What is found does not change by being made small, which is most of the work.
    optimization: { minimize: false, concatenateModules: false, usedExports: false },
  };
  const pack = async () => {
    const stats = await new Promise<webpack.Stats | undefined>((done, fail) =>
      webpack({ ...config, ...here }, (error, result) => (error ? fail(error) : done(result))),
    );
    expect(stats?.compilation.errors.map(String)).toEqual([]);
  };
  const { page, close } = await open(folder, { build: pack });
  await page.waitForFunction(() => /governs/.test(document.title));
  await close();
});

test('headless Node: directions as CSV', () => {
  const folder = installPacked('node');
  const csv = execFileSync(process.execPath, ['analyse.js', '41,-125', NANO], {
    cwd: folder,
    encoding: 'utf8',
  });
  const lines = csv.trim().split(/\r?\n/);
  expect(lines.filter((line) => /^(N|NE|E|SE|S|SW|W|NW),/.test(line))).toHaveLength(8);
});
