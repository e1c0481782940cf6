/**
 * Images a second of a ViT: Upwind's kernels beside stock TensorFlow.js, ONNX Runtime and
 * transformers.js, on the same weights and the same adapter, in one run. Logits are compared before
 * any speed is told.
 *
 *   npm run bench -- inference [--json] [--sizes vit-tiny,vit-base] [--batches 1,8,32] [--runs 7]
 *     [--hosts node,chromium] [--only PATTERN] [--tiles 9,37,145,673] [--no-site] [--out FOLDER]
 *     [--wasm [--threads N]]   tiles and the site on wasm although there is a GPU
 *
 * A software adapter (set VK_ICD_FILENAMES) manages `--sizes vit-tiny --batches 1 --tiles 9`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { best } from './_inference/contest.ts';
import type { Standing } from './_inference/contest.ts';
import { benchInChromium } from './_inference/in-chromium.ts';
import { benchInNode } from './_inference/in-node.ts';
import type { HostResult } from './_inference/in-node.ts';
import { costOfTiles } from './_inference/cost-of-tiles.ts';
import { costPlot } from './_inference/cost-plot.ts';
import { ensurePeers } from './_inference/peers.ts';
import { clickToComplete } from './_inference/site.ts';
import { SIZE_NAMES } from './_inference/sizes.ts';

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    sizes: { type: 'string', default: 'vit-tiny,vit-base' },
    batches: { type: 'string', default: '1,8,32' },
    runs: { type: 'string', default: '7' },
    hosts: { type: 'string', default: 'node,chromium' },
    only: { type: 'string' },
    tiles: { type: 'string', default: '9,37,145,673' },
    site: { type: 'boolean', default: true },
    'no-site': { type: 'boolean', default: false },
    wasm: { type: 'boolean', default: false },
    threads: { type: 'string' },
    out: { type: 'string' },
  },
});
const list = (text: string) => text.split(',').filter((one) => one !== '');
const sizes = list(flags.sizes);
const unknown = sizes.find((size) => !SIZE_NAMES.includes(size));
if (unknown) {
  console.error(`No size ${unknown}; there are ${SIZE_NAMES.join(', ')}.`);
  process.exit(2);
}
const say = (line: string) => console.error(line);
/** How tiles and the site are computed. */
const own = {
  wasm: flags.wasm,
  threads: flags.threads === undefined ? undefined : Number(flags.threads),
};
const options = {
  sizes,
  batches: list(flags.batches).map(Number),
  runs: Number(flags.runs),
  only: flags.only === undefined ? undefined : new RegExp(flags.only),
  say,
};

/** Ours over theirs, of those of their names that computed the right numbers; the fastest counts. */
function ratio(standings: Standing[], ours: string, peers: RegExp): number | null {
  const own = standings.find(({ name }) => name === ours);
  const speeds = standings.filter(({ name }) => peers.test(name)).map(best);
  const fastest = Math.max(0, ...speeds.map((speed) => speed ?? 0));
  const speed = own ? best(own) : null;
  return speed === null || fastest === 0 ? null : speed / fastest;
}

const ratiosOf = (standings: Standing[]) => ({
  onnxruntimeWebgpu: ratio(standings, 'upwind webgpu', /^onnxruntime.* webgpu/),
  onnxruntimeWasm: ratio(standings, 'upwind wasm', /^onnxruntime.* wasm/),
  tfjsStock: ratio(standings, 'upwind webgpu', /^tfjs webgpu/),
  transformersJs: ratio(standings, 'upwind webgpu', /^transformers/),
});

if (list(flags.hosts).length > 0) ensurePeers();
const hosts: Record<string, HostResult> = {};
for (const host of list(flags.hosts)) {
  hosts[host] = await (host === 'node' ? benchInNode(options) : benchInChromium(options));
}
const ratiosByHost = Object.fromEntries(
  Object.entries(hosts).map(([host, { standings }]) => [
    host,
    Object.fromEntries(Object.entries(standings).map(([size, own]) => [size, ratiosOf(own)])),
  ]),
);
const tiles = list(flags.tiles).map(Number);
const cost = tiles.length > 0 ? await costOfTiles({ sizes, tiles, say, ...own }) : [];
const site = flags.site && !flags['no-site'] ? await clickToComplete({ say, ...own }) : null;
const report = {
  ratios: Object.values(ratiosByHost)[0] ?? {},
  ratiosByHost,
  clickToComplete: site,
  cost,
  hosts,
};

if (flags.out !== undefined) {
  mkdirSync(flags.out, { recursive: true });
  writeFileSync(join(flags.out, 'inference.json'), JSON.stringify(report, null, 2));
  if (cost.length > 0) writeFileSync(join(flags.out, 'cost-of-tiles.svg'), costPlot(cost));
}
if (flags.json) console.log(JSON.stringify(report));
else printTables();

function printTables(): void {
  for (const [host, { adapter, standings }] of Object.entries(hosts)) {
    for (const [size, own] of Object.entries(standings)) {
      console.log(`\n${size} in ${host} (${adapter})`);
      for (const standing of own) printStanding(standing);
      for (const [peer, value] of Object.entries(ratiosByHost[host]![size]!)) {
        console.log(`  ours ÷ ${peer}: ${value === null ? 'not told' : `${value.toFixed(2)}×`}`);
      }
    }
  }
  if (site) console.log(`\nClick to complete eight directions: ${JSON.stringify(site)}`);
  if (cost.length > 0) console.log('\nTiles, time and memory');
  for (const { size, tiles, ms, bytes } of cost) {
    const memory = bytes === null ? 'not seen' : `${(bytes / 1e6).toFixed(0)} MB`;
    console.log(`  ${size} ${tiles} tiles: ${(ms / 1000).toFixed(1)} s, memory ${memory}`);
  }
}

function printStanding({ name, timings, fault }: Standing): void {
  for (const one of timings) {
    const cpu = one.cpuMs === undefined ? '' : `, ${one.cpuMs.toFixed(0)} ms of processor`;
    const extra = one.recordMs === undefined ? '' : `, recorded in ${one.recordMs.toFixed(1)} ms`;
    const speed = `${one.medianMs.toFixed(0)} ms, ${one.imagesPerSecond.toFixed(2)} images/s`;
    const off = `logits within ${one.difference.toExponential(0)}`;
    console.log(`  ${name.padEnd(42)} batch ${one.batch}: ${speed}${cpu}${extra}, ${off}`);
  }
  if (fault) console.log(`  ${name.padEnd(42)} ${fault}`);
}
