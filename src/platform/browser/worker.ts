/**
 * All workers in one script: its name says which it is to be (`upwind-engine`, `upwind-compute`,
 * `upwind-site`, `upwind-training`, `upwind-demo`). For `setWorkerFactory`.
 */
const scripts: Record<string, () => Promise<unknown>> = {
  'upwind-engine': () => import('./engine.worker.ts'),
  'upwind-compute': () => import('./compute.worker.ts'),
  'upwind-site': () => import('./site.worker.ts'),
  'upwind-training': () => import('./training.worker.ts'),
  'upwind-demo': () => import('./demo.worker.ts'),
};

const load = scripts[self.name];
if (!load) {
  throw new Error(
    `A worker of Upwind is named ${Object.keys(scripts).join(', ')}; this one is "${self.name}".`,
  );
}

// What arrives before the script is there waits for it.
const early: MessageEvent[] = [];
const keep = (event: MessageEvent) => {
  event.stopImmediatePropagation();
  early.push(event);
};
self.addEventListener('message', keep);
void load().then(() => {
  self.removeEventListener('message', keep);
  for (const { data, ports } of early) {
    self.dispatchEvent(new MessageEvent('message', { data, ports: [...ports] }));
  }
});
