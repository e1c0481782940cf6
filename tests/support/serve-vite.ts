import { existsSync, readdirSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { createServer } from 'vite';
import type { Plugin } from 'vite';

const ROOT = resolve(import.meta.dirname, '../..');

export interface ServeViteOptions {
  /**
   * Extra pages by path, such as `{ '/probe.html': '<script type="module">…</script>' }`. Modules in
   * them are served and transformed like the app's own: `/src/…`, `/components/…`, `/tests/…`.
   */
  pages?: Record<string, string>;
  /** Extra plugins, such as a middleware that plays a tile server. */
  plugins?: Plugin[];
}

export interface ServedVite {
  /** `http://127.0.0.1:PORT`, no slash at the end. */
  url: string;
  close(): Promise<void>;
}

/** Serves the repository through Vite's development server on a free local port. */
export async function serveVite(options: ServeViteOptions = {}): Promise<ServedVite> {
  const server = await createServer({
    root: ROOT,
    configFile: resolve(ROOT, 'vite.config.ts'),
    logLevel: 'error',
    cacheDir: testCache(),
    // Dependencies of workers too, before the first page opens: one found later reloads every page.
    optimizeDeps: { entries: ['index.html', 'components/**/*.ts', 'src/platform/browser/*.ts'] },
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null },
    plugins: [keptModules(), ...(options.plugins ?? []), extraPages(options.pages ?? {})],
    appType: 'spa',
  });
  await server.listen();
  const { port } = server.httpServer?.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

/**
 * A cache of prepared dependencies away from the developer's own, one per test run and worker: two
 * runs that write one cache at once reload each other's pages. Those of finished runs are removed.
 */
function testCache(): string {
  const caches = resolve(ROOT, 'node_modules/.vite-test');
  for (const name of existsSync(caches) ? readdirSync(caches) : []) {
    if (!isAlive(Number.parseInt(name)))
      rmSync(resolve(caches, name), { recursive: true, force: true });
  }
  return resolve(caches, `${process.ppid}-${process.env.VITEST_POOL_ID ?? '0'}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Nothing changes while tests run: what a browser has loaded once it need not ask for again. */
function keptModules(): Plugin {
  return {
    name: 'upwind-test-kept-modules',
    configureServer(server) {
      server.middlewares.use((_, response, next) => {
        const setHeader = response.setHeader.bind(response);
        response.setHeader = (name, value) => {
          const module = response.getHeader('content-type') === 'text/javascript';
          const asks = name.toLowerCase() === 'cache-control' && value === 'no-cache';
          return setHeader(name, module && asks ? 'max-age=31536000, immutable' : value);
        };
        next();
      });
    },
  };
}

function extraPages(pages: Record<string, string>): Plugin {
  return {
    name: 'upwind-test-pages',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = new URL(request.url ?? '/', 'http://local').pathname;
        const html = pages[path];
        if (html === undefined) return next();
        const document = `<!doctype html><html lang="en"><head><title>test</title><link rel="icon" href="data:,"></head><body>${html}</body></html>`;
        server
          .transformIndexHtml(request.url ?? '/', document)
          .then(
            (text) => response.setHeader('content-type', 'text/html; charset=utf-8').end(text),
            next,
          );
      });
    },
  };
}
