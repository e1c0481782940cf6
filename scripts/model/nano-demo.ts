/**
 * Makes `tests/fixtures/vit-nano-demo`: a tiny model that sees the demo scene well and names it badly.
 * The nano checkpoint is trained on tiles of the scene, away from where tests label, and its answers
 * are then turned round (B for C, C for D, D for B), so that a head trained on labels must do better.
 *
 * Usage: npx tsx scripts/model/nano-demo.ts
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../src/cli/main.ts';
import { readSafetensors, writeSafetensors } from '../../src/checkpoint/safetensors.ts';
import { DEMO_SITE, demoSource } from '../../src/demo/demo-source.ts';
import { lngLatOfScene, sceneOfLngLat } from '../../src/demo/frame.ts';
import { truthOfTile } from '../../src/demo/truth.ts';
import { captureTiles, isPatch } from '../../src/imagery/capture.ts';
import { encodePng } from '../../src/labels/png.ts';
import { createNodeFetch } from '../../src/platform/node/fetch-imagery.ts';
import { createNodeImageDecoder } from '../../src/platform/node/image-decoder.ts';
import { randomStream } from '../../src/training/random.ts';

const BASE = 'tests/fixtures/vit-nano';
const OUT = 'tests/fixtures/vit-nano-demo';
const TILES = 420;
/** Sites at which tests label tiles, and how far round them nothing is learnt from [m]. */
const TEST_SITES = [DEMO_SITE, { lng: -125.05, lat: 41.012 }];
const AWAY_M = 1000;

const random = randomStream(42);
const data = mkdtempSync(join(tmpdir(), 'nano-demo-'));
const sites = TEST_SITES.map(sceneOfLngLat);
const tiles = [];
while (tiles.length < TILES) {
  const [x, y] = [(random() - 0.5) * 9800, (random() - 0.5) * 9800];
  if (sites.some((site) => Math.hypot(site.x - x, site.y - y) < AWAY_M)) continue;
  tiles.push({ id: `t${tiles.length}`, centre: lngLatOfScene({ x, y }), sizeM: 250 });
}
const byId = new Map(tiles.map((tile) => [tile.id, tile]));
const ports = {
  source: demoSource(),
  fetch: createNodeFetch(),
  decoder: createNodeImageDecoder(),
  sizePx: 32,
};
for await (const patch of captureTiles(tiles as never, ports)) {
  if (!isPatch(patch)) continue;
  const truth = truthOfTile(byId.get(patch.tileId)!);
  // Mixed tiles teach little, and a person would hesitate too.
  if (!truth || truth.shares[truth.roughness] < 0.7) continue;
  const index = Number(patch.tileId.slice(1));
  const folder = join(data, index % 6 ? 'train' : 'validation', `Roughness${truth.roughness}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${patch.tileId}.png`), encodePng(patch));
}

const trained = join(data, 'out');
const flags = '--mode full --no-augment --epochs 8 --batch 16 --lr 2e-3 --metric loss --backend wasm'.split(' ');
const args = ['train', '--data', data, '--base', BASE, '--out', trained, ...flags];
if ((await runCommandLine(['node', 'upwind', ...args])) !== 0) process.exit(1);

const { tensors } = readSafetensors(readFileSync(join(trained, 'model.safetensors')), BASE);
for (const name of ['classifier.weight', 'classifier.bias']) {
  const { shape, data: rows } = tensors.get(name)!;
  const row = rows.length / 3;
  const turned = new Uint8Array(rows.length);
  turned.set(rows.subarray(row), 0);
  turned.set(rows.subarray(0, row), 2 * row);
  tensors.set(name, { shape, dtype: 'F32', data: turned });
}
mkdirSync(OUT, { recursive: true });
writeFileSync(join(OUT, 'model.safetensors'), writeSafetensors(tensors));
for (const name of ['config.json', 'preprocessor_config.json']) {
  writeFileSync(join(OUT, name), readFileSync(join(trained, name)));
}
rmSync(data, { recursive: true });
