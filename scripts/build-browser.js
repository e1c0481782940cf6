// dist/browser: the library for pages without a build. Each file stands for itself – Lit, workers,
// wasm binaries and MapLibre (loaded when a map is shown) included – so that an import map names
// only the entries. The checkpoint is the package's own, not a copy.
import { resolve } from 'node:path';
import { build } from 'vite';

const ROOT = resolve(import.meta.dirname, '..');
const OUT = resolve(ROOT, 'dist/browser');
/** dist/browser → the models of the package. */
const MODELS = '../../public/models/';

/** Leaves the checkpoint where it is, two folders above. */
const checkpointInPlace = {
  name: 'upwind-checkpoint-in-place',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('/bundled-model.ts')) return null;
    return code.replaceAll(/new URL\(\s*'upwind\/models\/([\w./-]+)\?no-inline'/g, (_, path) => {
      return `new URL(/* @vite-ignore */ '${MODELS}${path}'`;
    });
  },
};

/** Flat, so that every file finds the others, and the models, by the same relative address. */
const flat = {
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  assetFileNames: '[name]-[hash][extname]',
};

await build({
  root: ROOT,
  configFile: false,
  base: './',
  publicDir: false,
  logLevel: 'warn',
  plugins: [checkpointInPlace],
  worker: { format: 'es', rolldownOptions: { output: flat } },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      input: {
        index: resolve(ROOT, 'src/index.ts'),
        element: resolve(ROOT, 'components/element.ts'),
        maplibre: resolve(ROOT, 'components/maplibre.ts'),
        worker: resolve(ROOT, 'src/platform/browser/worker.ts'),
      },
      preserveEntrySignatures: 'strict',
      output: flat,
    },
  },
});
