import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AnalysePorts } from '../analysis/analyse-request.ts';
import { demoSource } from '../demo/demo-source.ts';
import type { ImagerySource } from '../imagery/image-source.ts';
import { resolveImagery } from '../imagery/sources/resolve-source.ts';
import { loadClassifier } from '../platform/node/engine.ts';
import { createNodeFetch, imageryArgument } from '../platform/node/fetch-imagery.ts';
import { createNodeImageDecoder } from '../platform/node/image-decoder.ts';
import { packageFolder } from '../platform/node/package-folder.ts';
import { createNodeTileCache } from '../platform/node/tile-cache.ts';
import { UserError } from '../site/user-error.ts';
import type { BackendName } from '../vit/classifier.ts';

/** The checkpoint that comes with the package. */
export const BUNDLED_MODEL = 'upwind-vit';

export interface ImageryOptions {
  imagery: string;
  imageryMaxZoom?: number;
  imageryLayer?: string;
  imageryAttribution?: string;
  /** False with `--no-cache`. */
  cache: boolean;
}

export interface EngineOptions {
  model?: string;
  backend: BackendName[];
  threads?: number;
}

/** The source that the `--imagery` options name. */
export function imageryOf(options: ImageryOptions): ImagerySource {
  return resolveImagery(imageryArgument(options.imagery), {
    maxZoom: options.imageryMaxZoom,
    wmsLayer: options.imageryLayer,
    attribution: options.imageryAttribution,
    sources: [demoSource()],
  });
}

/** Everything `analyseSite` needs, from command line options. Dispose the classifier afterwards. */
export async function nodeAnalysisPorts(
  options: ImageryOptions & EngineOptions,
  {
    signal,
    onProgress,
  }: { signal: AbortSignal; onProgress: (label: string, done: number, total: number) => void },
): Promise<AnalysePorts> {
  // The source first: a mistyped address should not wait for a model.
  const source = imageryOf(options);
  onProgress('loading the model', 0, 1);
  const classifier = await loadClassifier(modelOf(options), {
    order: options.backend,
    threads: options.threads,
    signal,
    onProgress: (progress) => {
      if (progress.stage !== 'read') return;
      const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
      onProgress('MB of the model', megabytes(progress.loaded), megabytes(progress.total));
    },
  });
  return {
    source,
    classifier,
    fetch: createNodeFetch(),
    decoder: createNodeImageDecoder(),
    cache: options.cache && !isLocal(options.imagery) ? createNodeTileCache() : null,
  };
}

/** @throws UserError where no model is named and none comes with the package */
function modelOf({ model }: EngineOptions): string {
  if (model) return model;
  if (existsSync(join(packageFolder(), 'public/models', BUNDLED_MODEL, 'config.json'))) {
    return BUNDLED_MODEL;
  }
  throw new UserError(
    'This copy has no built-in model. Name one with --model: a folder, a zip, or a Hugging Face id.',
  );
}

/** A folder or server on this machine is as near as the cache, and changes under one's hands. */
const isLocal = (imagery: string): boolean =>
  imageryArgument(imagery).startsWith('file:') ||
  /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|\/|$)/i.test(imagery);
