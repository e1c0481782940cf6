import { expose, transfer } from 'comlink';
import { hasRoughnessLabels } from '../../checkpoint/labels.ts';
import { readCheckpoint } from '../../checkpoint/read-checkpoint.ts';
import { withRoughnessHead } from '../../checkpoint/fresh-head.ts';
import type { ExplainingClassifier } from '../../vit/classifier.ts';
import { createClassifier } from '../../vit/create-classifier.ts';
import type { EngineHost, EngineState } from './engine-protocol.ts';
import { openModelSource } from './model-source.ts';
import { PageThreads } from './compute-threads.ts';
import { wasmPaths } from './wasm-paths.ts';

/** Reads, unpacks, hashes and computes here, so that the page's own thread stays free for the map. */
let classifier: ExplainingClassifier | null = null;
const calls = new Map<number, AbortController>();
const threads = new PageThreads();

function loaded(): ExplainingClassifier {
  if (!classifier) throw new Error('The engine has no model.');
  return classifier;
}

const state = ({ model, backend, batchSize }: ExplainingClassifier): EngineState => ({
  model,
  backend,
  batchSize,
});

async function cancellable<T>(call: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  calls.set(call, controller);
  try {
    return await work(controller.signal);
  } finally {
    calls.delete(call);
  }
}

const host: EngineHost = {
  async load(request, onProgress, thread) {
    const files = await openModelSource(request.source);
    const checkpoint = await readCheckpoint(files, { onProgress });
    const fit = hasRoughnessLabels(checkpoint.config.labels) || !request.roughnessHead;
    await classifier?.dispose();
    classifier = await createClassifier(fit ? checkpoint : withRoughnessHead(checkpoint), {
      order: request.order,
      softwareGpu: request.softwareGpu,
      gpu: navigator.gpu,
      gpuMissing: 'this browser has no WebGPU',
      wasmPaths: request.wasmPaths ?? wasmPaths(),
      threads: threads.host(request.threads, {
        start: (id, port) => void thread(id, transfer(port, [port])),
        end: (id) => void thread(id, null),
      }),
      onProgress,
    });
    return state(classifier);
  },
  threadStopped: (id, reason) => threads.stopped(id, reason),
  classify: (call, images) =>
    cancellable(call, async (signal) => {
      const answers = await loaded().classify(images, { signal });
      const buffers = answers.flatMap(({ logits, probabilities, features }) => [
        logits.buffer,
        probabilities.buffer,
        features.buffer,
      ]);
      return transfer({ answers, state: state(loaded()) }, buffers as ArrayBuffer[]);
    }),
  explain: (call, image) =>
    cancellable(call, async (signal) => ({
      map: await loaded().explain(image, { signal }),
      state: state(loaded()),
    })),
  cancel: (call) => calls.get(call)?.abort(),
  async dispose() {
    await classifier?.dispose();
    classifier = null;
  },
};

expose(host);
