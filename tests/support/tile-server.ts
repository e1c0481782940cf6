import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { WORLD_M } from '../../src/site/mercator.ts';

/**
 * A real local server of tiles, in all the moods that servers have. The first part of the path
 * is the mood: `{url}/tiles/{z}/{x}/{y}.png`, `{url}/once500/{z}/{x}/{y}.png` … Besides, it is a
 * map service at `{url}/wms` (its one layer is `ortho`) and an image service at
 * `{url}/rest/ImageServer`, flown on 2 May 2022.
 */
export type Mood =
  | 'tiles' // well behaved
  | 'slow' // each answer takes 150 ms
  | 'once500' // the first answer to each path is 500
  | 'always500'
  | 'busy' // the first answer to each path is 429 with Retry-After: 1
  | 'forbidden' // 403
  | 'absent' // 404
  | 'html' // 200 and a web page
  | 'truncated' // half a PNG
  | 'bomb' // a PNG that declares 60000 × 60000 px
  | 'hang' // headers, then nothing
  | 'cut' // the first connection to each path is dropped
  | 'nocors' // well behaved, but silent about CORS
  | 'transparent'; // pictures with no ground

export interface TileServer {
  url: string;
  /** `{url}/{mood}/{z}/{x}/{y}.png` */
  template(mood?: Mood): string;
  /** Paths asked for, with their query, in order. */
  requests: string[];
  /** Most requests that were open at once. */
  mostAtOnce(): number;
  close(): Promise<void>;
}

export interface TileServerOptions {
  /** Serves `{folder}/{z}/{x}/{y}.png` instead of painting. */
  folder?: string;
  /** Replaces the painted pattern: a picture for an address, or null for 404. */
  picture?: (z: number, x: number, y: number) => Promise<Buffer | null>;
}

export async function startTileServer(options: TileServerOptions = {}): Promise<TileServer> {
  const requests: string[] = [];
  const seen = new Set<string>();
  let open = 0;
  let most = 0;
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    most = Math.max(most, ++open);
    response.on('close', () => open--);
    answer(request, response, { seen, options }).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    template: (mood = 'tiles') => `${url}/${mood}/{z}/{x}/{y}.png`,
    requests,
    mostAtOnce: () => most,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Context {
  seen: Set<string>;
  options: TileServerOptions;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { seen, options }: Context,
): Promise<void> {
  const path = request.url ?? '';
  const [, mood = ''] = path.split(/[/?]/);
  const first = !seen.has(path);
  seen.add(path);
  if (mood !== 'nocors') response.setHeader('access-control-allow-origin', '*');
  switch (mood as Mood) {
    case 'slow':
      await new Promise((resolve) => setTimeout(resolve, 150));
      break;
    case 'once500':
      if (first) return void response.writeHead(500).end('out of order');
      break;
    case 'always500':
      return void response.writeHead(500).end('out of order');
    case 'busy':
      if (first) return void response.writeHead(429, { 'retry-after': '1' }).end('busy');
      break;
    case 'forbidden':
      return void response.writeHead(403).end('no');
    case 'absent':
      return void response.writeHead(404).end('nothing here');
    case 'html':
      return void response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
        .end('<!doctype html><title>Welcome</title>');
    case 'bomb':
      return void send(response, pngHeader(60000, 60000));
    case 'hang':
      return void response.writeHead(200, { 'content-type': 'image/png' }).flushHeaders();
    case 'cut':
      if (first) return void request.socket.destroy();
      break;
  }
  const exported = await exportOf(new URL(path, 'http://local'));
  if (Buffer.isBuffer(exported)) return send(response, exported);
  if (exported) return void response.setHeader('content-type', exported.type).end(exported.text);
  const address = /\/(\d+)\/(\d+)\/(\d+)(?:\.\w+)?(?:\?|$)/.exec(path)?.slice(1).map(Number);
  const [z = 0, x = 0, y = 0] = address ?? [];
  const picture = address ? await pictureOf(mood as Mood, [z, x, y], options) : null;
  if (!picture) return void response.writeHead(404).end('nothing here');
  send(response, mood === 'truncated' ? picture.subarray(0, picture.length / 2) : picture);
}

function send(response: ServerResponse, picture: Buffer): void {
  response.writeHead(200, { 'content-type': 'image/png' }).end(picture);
}

interface ServiceText {
  type: string;
  text: string;
}

/** What the map service and the image service answer; null for any other path. */
async function exportOf(url: URL): Promise<Buffer | ServiceText | null> {
  const ask = (name: string): string =>
    url.searchParams.get(name) ?? url.searchParams.get(name.toUpperCase()) ?? '';
  const [west = 0, south = 0, east = 0, north = 0] = ask('bbox').split(',').map(Number);
  const bounds = { west, south, east, north };
  if (url.pathname === '/wms') {
    if (ask('layers') !== 'ortho') {
      const text =
        '<ServiceExceptionReport><ServiceException>Layer is not defined.</ServiceException></ServiceExceptionReport>';
      return { type: 'text/xml', text };
    }
    return paint(bounds, Number(ask('width')), Number(ask('height')));
  }
  if (url.pathname === '/rest/ImageServer/exportImage') {
    const [width = 1, height = 1] = ask('size').split(',').map(Number);
    return paint(bounds, width, height);
  }
  if (url.pathname !== '/rest/ImageServer/query') return null;
  const attributes = { acquisition_date: Date.UTC(2022, 4, 2), resolution_value: 0.6, category: 1 };
  return { type: 'application/json', text: JSON.stringify({ features: [{ attributes }] }) };
}

async function pictureOf(
  mood: Mood,
  [z, x, y]: [number, number, number],
  options: TileServerOptions,
): Promise<Buffer | null> {
  if (mood === 'transparent') return transparent;
  if (options.picture) return options.picture(z, x, y);
  if (!options.folder) return paintPicture(z, x, y);
  return readFile(join(options.folder, String(z), String(x), `${y}.png`)).catch(() => null);
}

const transparent = await sharp({
  create: { width: 256, height: 256, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0 } },
})
  .png()
  .toBuffer();

/** Wave lengths of the painted ground [Mercator m]: long beside any pixel that tests use. */
export const WAVE_X_M = 300;
export const WAVE_Y_M = 410;

/** Colour of the painted ground at a Mercator position: known without any of our geometry. */
export function paintedColour(x: number, y: number): [number, number, number] {
  const wave = (metres: number, length: number): number =>
    128 + 100 * Math.sin((2 * Math.PI * metres) / length);
  return [wave(x, WAVE_X_M), wave(y, WAVE_Y_M), 60];
}

/** One 256 px picture of the painted ground, as PNG. */
export async function paintPicture(z: number, x: number, y: number): Promise<Buffer> {
  const side = WORLD_M / 2 ** z;
  const west = x * side - WORLD_M / 2;
  const north = WORLD_M / 2 - y * side;
  return paint({ west, north, east: west + side, south: north - side }, 256, 256);
}

async function paint(
  { west, south, east, north }: { west: number; south: number; east: number; north: number },
  width: number,
  height: number,
): Promise<Buffer> {
  const rgb = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const mercatorX = west + ((column + 0.5) / width) * (east - west);
      const mercatorY = north - ((row + 0.5) / height) * (north - south);
      const colour = paintedColour(mercatorX, mercatorY);
      for (let c = 0; c < 3; c++) rgb[(row * width + column) * 3 + c] = Math.round(colour[c]!);
    }
  }
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 1 })
    .toBuffer();
}

/** The start of a PNG that declares a size, with a sound end, and no pixels. */
export function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...[0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 0, 0, 0, 0, 0, 8, 6, 0, 0, 0, 0, 0, 0, 0],
    ...[0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82],
  ]);
  header.writeUInt32BE(width, 16);
  header.writeUInt32BE(height, 20);
  return header;
}
