/**
 * URLs of TensorFlow.js's wasm binaries. Bundlers see `new URL('package/file', import.meta.url)`
 * and serve the file beside the app; nothing is fetched from a CDN. Without a bundler, pass
 * `wasmPaths` instead. See docs/adr/0003-wasm-binaries.md.
 */
export const wasmPaths = (): Record<string, string> => ({
  'tfjs-backend-wasm.wasm': new URL(
    '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm',
    import.meta.url,
  ).href,
  'tfjs-backend-wasm-simd.wasm': new URL(
    '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
    import.meta.url,
  ).href,
  'tfjs-backend-wasm-threaded-simd.wasm': new URL(
    '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm',
    import.meta.url,
  ).href,
});
