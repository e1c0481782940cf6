import { parentPort } from 'node:worker_threads';
import { serveThread } from '../../vit/wasm/wasm-thread.ts';
import type { ToThread } from '../../vit/wasm/wasm-thread.ts';

/** One thread of the engine's. */
const hear = serveThread((message, transfer) => parentPort?.postMessage(message, transfer));
parentPort?.on('message', (message: ToThread) => void hear(message));
