// Vite plugin: writes dist-app/sw.js, which knows every file of the finished build.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { build } from 'vite';
import type { Plugin } from 'vite';

const ENTRY = resolve(import.meta.dirname, '../src/platform/browser/service-worker.ts');
/** Not needed to run: what people read, and the worker itself. */
const LEFT_OUT = /(?:^|\/)(?:README\.md|sw\.js)$|\.map$/;

export function serviceWorker(): Plugin {
  let out = '';
  let assets = '';
  return {
    name: 'upwind-service-worker',
    apply: 'build',
    configResolved(config) {
      out = resolve(config.root, config.build.outDir);
      assets = `${config.build.assetsDir}/`;
    },
    async closeBundle(error) {
      if (error) return;
      await build({
        configFile: false,
        publicDir: false,
        logLevel: 'warn',
        define: {
          UPWIND_PRECACHE: JSON.stringify(precache(out, assets)),
          'process.env.NODE_ENV': '"production"',
        },
        build: {
          outDir: out,
          emptyOutDir: false,
          target: 'es2022',
          lib: {
            entry: ENTRY,
            formats: ['iife'],
            name: 'upwindServiceWorker',
            fileName: () => 'sw.js',
          },
        },
      });
    },
  };
}

/** Files of a folder with what tells one version from the next. */
function precache(folder: string, assets: string): { url: string; revision: string | null }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((url) => !LEFT_OUT.test(url))
    .sort()
    .map((url) => ({
      url,
      revision: url.startsWith(assets)
        ? null
        : createHash('sha256')
            .update(readFileSync(join(folder, url)))
            .digest('hex')
            .slice(0, 16),
    }));
}
