export default {
  base: './',
  // The workers load their parts when needed, which only module workers can.
  worker: { format: 'es' },
  build: { target: 'es2022' },
  // In development the package is served as it is, so that its workers are found beside it.
  optimizeDeps: {
    exclude: ['upwind'],
    include: [
      'upwind > @tensorflow/tfjs',
      'upwind > @tensorflow/tfjs-backend-wasm',
      'upwind > @tensorflow/tfjs-backend-webgpu',
      'upwind > geographiclib-geodesic',
      'upwind > maplibre-gl',
    ],
  },
};
