import { analyseSite } from '../../../src/analysis/analyse-site.ts';
import { DEMO_SITE, demoSource } from '../../../src/demo/demo-source.ts';
import { paintScene } from '../../../src/demo/paint-scene.ts';
import { createNodeFetch } from '../../../src/platform/node/fetch-imagery.ts';
import { createNodeImageDecoder } from '../../../src/platform/node/image-decoder.ts';
import { loadClassifier } from '../../../src/platform/node/engine.ts';
import type { Classifier } from '../../../src/vit/classifier.ts';

export interface SiteTime {
  model: string;
  backend: string;
  tiles: number;
  directions: number;
  /** From the click to the last of the directions. */
  ms: number;
}

/**
 * Click to complete eight directions at the demo site, with the bundled model and the pictures
 * already on the device: a first pass with answers made up fills the cache, the second is timed.
 */
export async function clickToComplete({
  wasm,
  threads,
  say,
}: {
  wasm: boolean;
  threads?: number;
  say: (line: string) => void;
}): Promise<SiteTime> {
  const order = wasm ? (['wasm'] as const) : undefined;
  const classifier = await loadClassifier('upwind-vit', { order, threads });
  const painted = new Map<string, Promise<Uint8ClampedArray>>();
  const source = demoSource({
    painter: (window) => {
      const key = JSON.stringify(window);
      let picture = painted.get(key);
      if (!picture) painted.set(key, (picture = Promise.resolve(paintScene(window))));
      // A copy: who gets pixels may keep them.
      return picture.then((pixels) => pixels.slice());
    },
  });
  const ports = { source, fetch: createNodeFetch(), decoder: createNodeImageDecoder() };
  const request = { site: DEMO_SITE, heightFt: 25 };
  say('the demo site: painting its tiles');
  const labels = classifier.model.labels.length;
  const blank: Classifier = {
    ...classifier,
    model: classifier.model,
    backend: classifier.backend,
    batchSize: classifier.batchSize,
    classify: async (images) =>
      images.map(() => ({
        logits: new Float32Array(labels),
        probabilities: new Float32Array(labels).fill(1 / labels),
        features: new Float32Array(classifier.model.hiddenSize),
      })),
  };
  await analyseSite(request, { ...ports, classifier: blank });
  say('the demo site: looking at them');
  const start = performance.now();
  const result = await analyseSite(request, { ...ports, classifier });
  const ms = performance.now() - start;
  const { name, detail, threads: many } = classifier.backend;
  const on = [name, detail, many].filter(Boolean).join(', ');
  await classifier.dispose();
  return {
    model: 'upwind-vit',
    backend: on,
    tiles: result.tiles.length,
    directions: result.directions.length,
    ms,
  };
}
