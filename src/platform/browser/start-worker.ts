/** The page's helpers, by what they do; each computes in a thread of its own. */
export type WorkerName = 'engine' | 'compute' | 'site' | 'training' | 'demo';

/** Starts the worker of a name; the script it runs must be `upwind/worker` or its twin. */
export type WorkerFactory = (name: WorkerName) => Worker;

// Bundlers follow `new Worker(new URL('…', import.meta.url))` only where it is written out.
const OWN: Record<WorkerName, () => Worker> = {
  engine: () =>
    new Worker(new URL('./engine.worker.js', import.meta.url), {
      type: 'module',
      name: 'upwind-engine',
    }),
  compute: () =>
    new Worker(new URL('./compute.worker.js', import.meta.url), {
      type: 'module',
      name: 'upwind-compute',
    }),
  site: () =>
    new Worker(new URL('./site.worker.js', import.meta.url), {
      type: 'module',
      name: 'upwind-site',
    }),
  training: () =>
    new Worker(new URL('./training.worker.js', import.meta.url), {
      type: 'module',
      name: 'upwind-training',
    }),
  demo: () =>
    new Worker(new URL('./demo.worker.js', import.meta.url), {
      type: 'module',
      name: 'upwind-demo',
    }),
};

let factory: WorkerFactory | null = null;

/**
 * For pages whose build does not find the workers, or whose scripts come from another origin:
 * how to start one. The script is `upwind/worker`; the worker's name says what it is to be.
 * ```ts
 * setWorkerFactory((name) => new Worker('/upwind/worker.js', { type: 'module', name: `upwind-${name}` }));
 * ```
 * @param make null goes back to the workers beside this file
 */
export function setWorkerFactory(make: WorkerFactory | null): void {
  factory = make;
}

/** Starts a worker. */
export const startWorker = (name: WorkerName): Worker => (factory ?? startOwn)(name);

const startOwn: WorkerFactory = (name) => OWN[name]();
