/**
 * Node's side of Upwind: pictures, checkpoints and an engine.
 * @module upwind/node
 */
export { openModel } from './checkpoint-files.ts';
export { createNodeClassifier, loadClassifier } from './engine.ts';
export type { NodeEngineOptions } from './engine.ts';
export { createNodeFetch } from './fetch-imagery.ts';
export { createNodeImageDecoder } from './image-decoder.ts';
export { readImage } from './read-image.ts';
export { createNodeTileCache } from './tile-cache.ts';
