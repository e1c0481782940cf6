import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import sharp from 'sharp';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, resolve } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

const HOSTING = readFileSync(resolve(import.meta.dirname, '../../docs/hosting.md'), 'utf8');
const POLICY = /^```\n(default-src 'none';[^`]+)\n```$/m
  .exec(HOSTING)?.[1]
  ?.replaceAll(/\s+/g, ' ');
if (!POLICY) throw new Error('docs/hosting.md states no policy.');

/** The one that docs/hosting.md states, with the hashes of the page's own inline scripts. */
const policy = (inline: string): string => POLICY.replace("script-src 'self'", `$& ${inline}`);

export interface ServeOptions {
  /** Adds COOP and COEP, which make the page cross-origin isolated. */
  isolated?: boolean;
  /** What is served in the place of the folder's own files, by path. */
  instead?: Readonly<Record<string, Buffer>>;
  /** Which pictures there are; all where left out. */
  has?: (z: number, x: number, y: number) => boolean;
}

/** One picture for every tile, so that a test costs no painting. */
const tile = sharp({
  create: { width: 256, height: 256, channels: 3, background: { r: 96, g: 120, b: 84 } },
})
  .png()
  .toBuffer();

/** A folder as static files under the strict policy, and imagery at `/tiles/{z}/{x}/{y}.png`. */
export async function serveStrictly(
  folder: string,
  { isolated = false, instead = {}, has = () => true }: ServeOptions = {},
) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const path = decodeURIComponent(new URL(request.url ?? '/', 'http://local').pathname);
      asked.push(path);
      if (path.startsWith('/tiles/')) {
        const [z = 0, x = 0, y = 0] = (path.match(/\d+/g) ?? []).map(Number);
        if (has(z, x, y)) response.writeHead(200, { 'content-type': 'image/png' }).end(await tile);
        else response.writeHead(204).end();
        return;
      }
      const file = join(folder, normalize(path.endsWith('/') ? `${path}index.html` : path));
      try {
        const bytes = instead[path] ?? (await readFile(file));
        const inline =
          extname(file) === '.html'
            ? [...bytes.toString().matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)]
                .map(([, text]) => createHash('sha256').update(text!).digest('base64'))
                .map((hash) => `'sha256-${hash}'`)
                .join(' ')
            : '';
        response.writeHead(200, {
          'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
          'content-length': bytes.length,
          etag: `"${createHash('sha1').update(bytes).digest('hex')}"`,
          'content-security-policy': policy(inline),
          ...(isolated && {
            'cross-origin-opener-policy': 'same-origin',
            'cross-origin-embedder-policy': 'require-corp',
          }),
        });
        response.end(request.method === 'HEAD' ? undefined : bytes);
      } catch {
        response.writeHead(404).end();
      }
    })();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    /** Paths asked for, in order. */
    asked,
    close: () =>
      new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}
