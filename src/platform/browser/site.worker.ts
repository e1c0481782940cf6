import { expose } from 'comlink';
import { analyseSite } from '../../analysis/analyse-site.ts';
import { refineResult, tilesWorthRefining } from '../../analysis/refine-result.ts';
import { reassess } from '../../analysis/reassess.ts';
import type { ScenePainter } from '../../demo/demo-source.ts';
import { paintScene } from '../../demo/paint-scene.ts';
import { demoScene } from '../../demo/scene.ts';
import { captureTiles, isPatch } from '../../imagery/capture.ts';
import type { Classifier } from '../../vit/classifier.ts';
import { createBrowserFetch } from './fetch-imagery.ts';
import { createBrowserImageDecoder } from './image-decoder.ts';
import { openImagery } from './open-imagery.ts';
import type { Classify, ClassifierState, SiteHost } from './site-protocol.ts';
import { createBrowserTileCache } from './tile-cache.ts';

/** Fetches, decodes, resamples and judges here, so that the page's own thread stays free. */
const calls = new Map<number, AbortController>();
const hosts = {
  fetch: createBrowserFetch(),
  decoder: createBrowserImageDecoder(),
  cache: createBrowserTileCache(),
};

/** A task for each picture, so that the model's answers are heard in between. */
const paintHere: ScenePainter = async (window, signal) => {
  await new Promise((resolve) => setTimeout(resolve));
  signal?.throwIfAborted();
  return paintScene(window);
};

async function cancellable<T>(call: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  calls.set(call, controller);
  try {
    return await work(controller.signal);
  } finally {
    calls.delete(call);
  }
}

/** The page's classifier, as the analysis wants one. The page cancels its calls itself. */
function classifierOf(classify: Classify, first: ClassifierState): Classifier {
  let state = first;
  return {
    get model() {
      return state.model;
    },
    get backend() {
      return state.backend;
    },
    get batchSize() {
      return state.batchSize;
    },
    async classify(images) {
      const answer = await classify(images);
      state = answer.state;
      return answer.answers;
    },
    dispose: async () => {},
  };
}

const host: SiteHost = {
  analyse: (call, { request, imagery, classifier }, classify, onProgress) =>
    cancellable(call, (signal) =>
      analyseSite(
        request,
        {
          source: openImagery(imagery, paintHere),
          classifier: classifierOf(classify, classifier),
          ...hosts,
        },
        { signal, onProgress },
      ),
    ),
  prepare(imagery) {
    if (openImagery(imagery).synthetic) demoScene();
  },
  reassess,
  refine: (call, { result, imagery, classifier }, classify, onProgress) =>
    cancellable(call, (signal) =>
      refineResult(
        result,
        {
          source: openImagery(imagery, paintHere),
          classifier: classifierOf(classify, classifier),
          ...hosts,
        },
        { signal, onProgress },
      ),
    ),
  boundary: tilesWorthRefining,
  capture: (call, { tile, imagery, sizePx }) =>
    cancellable(call, async (signal) => {
      const source = openImagery(imagery, paintHere);
      for await (const found of captureTiles([tile], { source, ...hosts, sizePx, signal })) {
        if (isPatch(found)) return found;
      }
      return null;
    }),
  cancel: (call) => calls.get(call)?.abort(),
};

expose(host);
