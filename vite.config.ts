import { defineConfig } from 'vite';
import { serviceWorker } from './scripts/service-worker-plugin.ts';

/**
 * The app is static files: `vite build` writes them to `dist-app/`.
 * COOP/COEP headers are not needed: nothing here requires SharedArrayBuffer.
 */
export default defineConfig({
  base: './',
  build: { outDir: 'dist-app', target: 'es2022', chunkSizeWarningLimit: 2500 },
  worker: { format: 'es' },
  plugins: [serviceWorker()],
  optimizeDeps: {
    // Not the examples, which have a package of their own.
    entries: ['index.html'],
    include: [
      '@tensorflow/tfjs',
      '@tensorflow/tfjs-backend-wasm',
      '@tensorflow/tfjs-backend-webgpu',
    ],
  },
});
