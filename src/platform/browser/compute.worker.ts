import { serveThread } from '../../vit/wasm/wasm-thread.ts';
import type { ToThread } from '../../vit/wasm/wasm-thread.ts';

/** One thread of the engine's: the page starts it and hands it the engine's end of a channel. */
self.addEventListener('message', ({ data }: MessageEvent<{ port: MessagePort }>) => {
  const { port } = data;
  const hear = serveThread((message, transfer) => port.postMessage(message, transfer));
  port.onmessage = ({ data }: MessageEvent<ToThread>) => void hear(data);
});
