import { paintScene } from '../../demo/paint-scene.ts';
import type { PaintJob } from './demo-painter.ts';

/** Paints the demo scene off the page's thread; jobs called off before their turn are left out. */
const cancelled = new Set<number>();

self.onmessage = (event: MessageEvent<PaintJob>) => {
  const job = event.data;
  if ('cancel' in job) {
    cancelled.add(job.cancel);
    return;
  }
  // A task of its own, so that a cancel that is already on its way is heard first.
  setTimeout(() => {
    if (cancelled.delete(job.id)) return;
    try {
      const rgba = paintScene(job.window);
      self.postMessage({ id: job.id, rgba }, { transfer: [rgba.buffer] });
    } catch (error) {
      self.postMessage({ id: job.id, error: String(error) });
    }
  });
};
