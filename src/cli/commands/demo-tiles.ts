import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import type { Feature, FeatureCollection, Polygon } from 'geojson';
import sharp from 'sharp';
import { DEMO_TILE_PX, paintTile } from '../../demo/demo-protocol.ts';
import { DEMO_ATTRIBUTION, DEMO_SITE, DEMO_SITE_NAME } from '../../demo/demo-source.ts';
import { DEMO_BOUNDS, DEMO_HALF_SIDE_M, lngLatOfScene, tileRange } from '../../demo/frame.ts';
import { DEMO_SEED } from '../../demo/random.ts';
import { truthOfTile } from '../../demo/truth.ts';
import { UserError } from '../../site/user-error.ts';
import { interruptSignal, printJson, progressLine, say } from '../io.ts';

const TRUTH_TILE_M = 250;
const MAX_ZOOM = 20;

interface DemoTilesOptions {
  out: string;
  zoom: string;
  json?: boolean;
}

/** Adds `demo-tiles`: the built-in demo scene as an XYZ pyramid with its ground truth. */
export function registerDemoTiles(program: Command): void {
  program
    .command('demo-tiles')
    .description('Write the built-in synthetic demo scene as XYZ tiles, with its ground truth.')
    .requiredOption(
      '--out <dir>',
      'folder to write {z}/{x}/{y}.png, truth.geojson and metadata.json to',
    )
    .option('--zoom <range>', 'zooms, one or a range', '12-17')
    .option('--json', 'print one JSON document on stdout')
    .action(async (options: DemoTilesOptions) => {
      const zooms = zoomRange(options.zoom);
      const { tiles, metadata } = await writeDemo(options.out, zooms, interruptSignal());
      if (options.json) printJson({ out: options.out, written: tiles, ...metadata });
      else say(`${tiles} tiles, truth.geojson and metadata.json in ${options.out}`);
    });
}

/** @throws UserError unless the text is `Z` or `LOW-HIGH` within 0 to 20 */
function zoomRange(text: string): { min: number; max: number } {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text.trim());
  const min = Number(match?.[1]);
  const max = Number(match?.[2] ?? match?.[1]);
  if (!match || min > max || max > MAX_ZOOM) {
    throw new UserError(
      `--zoom must be a zoom or a range such as 12-17, up to ${MAX_ZOOM}, not "${text}".`,
    );
  }
  return { min, max };
}

async function writeDemo(
  out: string,
  zooms: { min: number; max: number },
  signal: AbortSignal,
): Promise<{ tiles: number; metadata: ReturnType<typeof describe> }> {
  const metadata = describe(zooms);
  await makeFolder(out);
  await writeFile(path.join(out, 'metadata.json'), `${JSON.stringify(metadata, null, 2)}\n`);
  await writeFile(path.join(out, 'truth.geojson'), `${JSON.stringify(truthCollection())}\n`);
  const planned: { z: number; x: number; y: number }[] = [];
  for (let z = zooms.min; z <= zooms.max; z++) {
    const { minX, maxX, minY, maxY } = tileRange(z);
    for (let x = minX; x <= maxX; x++) for (let y = minY; y <= maxY; y++) planned.push({ z, x, y });
  }
  const progress = progressLine();
  try {
    for (const [n, { z, x, y }] of planned.entries()) {
      // Lets a Ctrl-C through between two tiles.
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      const raw = { width: DEMO_TILE_PX, height: DEMO_TILE_PX, channels: 4 as const };
      const png = await sharp(paintTile(z, x, y), { raw })
        .png({ compressionLevel: 6 })
        .toBuffer();
      const folder = path.join(out, String(z), String(x));
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, `${y}.png`), png);
      progress.update(n + 1, planned.length, `zoom ${z}`);
    }
  } finally {
    progress.finish();
  }
  return { tiles: planned.length, metadata };
}

async function makeFolder(out: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true });
  } catch (error) {
    throw new UserError(
      `Cannot make the folder ${out} (${(error as NodeJS.ErrnoException).code}). Choose another --out.`,
    );
  }
}

function describe(zooms: { min: number; max: number }) {
  const { southWest, northEast } = DEMO_BOUNDS;
  return {
    name: 'Upwind demo coast (synthetic)',
    attribution: DEMO_ATTRIBUTION,
    synthetic: true,
    seed: DEMO_SEED,
    bounds: [southWest.lng, southWest.lat, northEast.lng, northEast.lat],
    minzoom: zooms.min,
    maxzoom: zooms.max,
    format: 'png',
    tilejson: '3.0.0',
    tiles: ['{z}/{x}/{y}.png'],
    site: { name: DEMO_SITE_NAME, ...DEMO_SITE },
  };
}

/** Ground truth of the whole scene on a 250 m grid that has the default site at a tile's centre. */
function truthCollection(): FeatureCollection<Polygon> {
  const reach = Math.floor((DEMO_HALF_SIDE_M - TRUTH_TILE_M / 2) / TRUTH_TILE_M);
  const features: Feature<Polygon>[] = [];
  for (let n = reach; n >= -reach; n--) {
    for (let e = -reach; e <= reach; e++) {
      const corner = (de: number, dn: number): [number, number] => {
        const { lng, lat } = lngLatOfScene({
          x: (e + de / 2) * TRUTH_TILE_M,
          y: (n + dn / 2) * TRUTH_TILE_M,
        });
        return [Number(lng.toFixed(7)), Number(lat.toFixed(7))];
      };
      const centre = lngLatOfScene({ x: e * TRUTH_TILE_M, y: n * TRUTH_TILE_M });
      const truth = truthOfTile({ centre, sizeM: TRUTH_TILE_M });
      if (!truth) continue;
      const ring = [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1), corner(-1, -1)];
      features.push({
        type: 'Feature',
        id: `e${e}n${n}`,
        properties: {
          id: `e${e}n${n}`,
          sizeM: TRUTH_TILE_M,
          roughness: truth.roughness,
          shares: truth.shares,
        },
        geometry: { type: 'Polygon', coordinates: [ring] },
      });
    }
  }
  return { type: 'FeatureCollection', features };
}
