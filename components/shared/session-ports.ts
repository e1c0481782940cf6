import type { Override, SiteResult, TileResult } from '../../src/analysis/site-result.ts';
import { bearingsOf } from '../../src/site/building-bearings.ts';
import type { Roughness } from '../../src/roughness/category.ts';
import type { Tile } from '../../src/site/tile.ts';
import type { CheckpointStore } from '../../src/platform/browser/checkpoint-store.ts';
import type { SiteWorker } from '../../src/platform/browser/site-client.ts';
import type { BackendName } from '../../src/vit/classifier.ts';
import { UserError } from '../../src/site/user-error.ts';
import { t } from './localize.ts';
import { browserSessionStore } from './session-store.ts';
import type { ModelRef, SessionPorts, TileCorrection } from './session.ts';

export interface BrowserPortsOptions {
  /** Folder of the page's own checkpoint, relative to the page; null for none. */
  modelUrl?: string | null;
  modelName?: string;
  /** Of the database that keeps the last answer. */
  storeName?: string;
}

/** Ports over the browser: fetch, canvas, IndexedDB and a worker. What is heavy loads on first use. */
export function browserPorts(options: BrowserPortsOptions = {}): SessionPorts {
  const { modelUrl = 'models/upwind-vit/', modelName = 'upwind-vit' } = options;
  let bundled: Promise<ModelRef | null> | null = null;

  let site: SiteWorker | null = null;
  let ended = false;
  const worker = async () => {
    const { SiteWorker } = await import('../../src/platform/browser/site-client.ts');
    // Whoever came while the script was on its way starts no worker that nobody would end.
    if (ended) throw new DOMException('The session has ended.', 'AbortError');
    return (site ??= new SiteWorker());
  };

  return {
    store: browserSessionStore(options.storeName),

    async resolveImagery(spec) {
      if (spec.keyLeftOut) throw new UserError(t('imagery.link.key'));
      const { openImagery } = await import('../../src/platform/browser/open-imagery.ts');
      return openImagery(spec);
    },

    bundledModel: () => (bundled ??= modelUrl === null ? Promise.resolve(null) : findModel()),

    async loadModel(ref, { signal, backend, onProgress }) {
      const { startEngine } = await import('../../src/platform/browser/engine-client.ts');
      const ready = startEngine({
        source: ref,
        signal,
        // A checkpoint of other things, or of nothing, gets a fresh head and says so.
        roughnessHead: true,
        ...orderOf(backend),
        onProgress: (progress) => {
          if ('total' in progress) {
            onProgress(progress.loaded, progress.total || null, 'site.loading.read');
          } else if (progress.stage !== 'ready') onProgress(0, null, 'site.loading.warm');
        },
      });
      // From here on the worker goes on alone, however busy the page is.
      onProgress(0, null, 'site.loading.read');
      return ready;
    },

    async keepModel({ files, name }, { sha256 }) {
      const { filesToKeep } = await import('../../src/platform/browser/files-to-keep.ts');
      const kept = filesToKeep(files, name);
      // Named by its weights: the same model dropped twice is kept once.
      return withStore(async (store) => {
        const { id } = await store.save(name, kept, `dropped-${sha256.slice(0, 32)}`);
        return { kind: 'stored', id, name };
      });
    },

    storedModels: () =>
      withStore(async (store) =>
        (await store.list()).map(({ id, name }) => ({ kind: 'stored' as const, id, name })),
      ).catch(() => []),

    prepare(imagery) {
      worker().then(
        (site) => site.prepare(imagery),
        () => undefined, // Told by the analysis, which needs the same.
      );
    },

    async analyse({ site, settings, overrides = [] }, { classifier }, { signal, onEvent }) {
      const { imagery, edition, tolerance, conservative, tileM } = settings;
      const request = {
        site: site.at,
        siteName: site.name,
        heightFt: site.heightFt,
        edition,
        tolerance,
        conservative,
        tileM,
        extraBearingsDeg: bearingsOf({ facingDeg: null, bearingsDeg: [], ...site }),
        overrides: [...overrides],
      };
      const job = { request, imagery };
      return (await worker()).analyse(job, classifier, { signal, onProgress: onEvent });
    },

    async reassess(result, { corrections = [], settings, extraBearingsDeg, overrides }) {
      const labels = new Map<string, Roughness | null>(
        corrections.map(({ tileId, roughness }) => [tileId, roughness]),
      );
      return (await worker()).reassess(result, {
        labels,
        overrides: corrections.reduce(
          (trail, correction) => withCorrection(trail, correction, result),
          [...(overrides ?? result.overrides)],
        ),
        settings: {
          ...(settings && {
            edition: settings.edition,
            tolerance: settings.tolerance,
            conservative: settings.conservative,
          }),
          ...(extraBearingsDeg && { extraBearingsDeg }),
        },
      });
    },

    async refine(result, imagery, { classifier }, { signal, onEvent }) {
      return (await worker()).refine({ result, imagery }, classifier, {
        signal,
        onProgress: onEvent,
      });
    },

    async boundary(result) {
      return (await worker()).boundary(result);
    },

    async capturePatch(tile, result, imagery, signal) {
      const sizePx = Math.round(result.settings.tileM / result.imagery.targetMetresPerPixel);
      const job = { tile: await groundSeen(tile, result), imagery, sizePx };
      return (await worker()).capture(job, signal);
    },

    dispose() {
      ended = true;
      site?.dispose();
      site = null;
    },
  };

  async function findModel(): Promise<ModelRef | null> {
    const url = new URL(modelUrl ?? '', document.baseURI).href;
    // A server that answers every path with the page itself has no model there.
    const there = await fetch(new URL('config.json', url)).then(
      (response) => response.ok && /json/.test(response.headers.get('content-type') ?? ''),
      () => false,
    );
    return there ? { kind: 'url', url, name: modelName, withPage: true } : null;
  }
}

async function withStore<T>(work: (store: CheckpointStore) => Promise<T>): Promise<T> {
  const { CheckpointStore } = await import('../../src/platform/browser/checkpoint-store.ts');
  const store = new CheckpointStore();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** The asked-for backend first; the others stay as a way out, which the result then says. */
function orderOf(backend: BackendName | null): {
  order?: BackendName[];
  softwareGpu?: boolean;
} {
  if (backend === null) return {};
  const order: BackendName[] = ['webgpu', 'wasm', 'cpu'];
  return {
    order: [backend, ...order.filter((one) => one !== backend && one !== 'webgpu')],
    softwareGpu: backend === 'webgpu',
  };
}

/** The trail with one tile's entry replaced, or taken out where the model's word stands again. */
function withCorrection(
  trail: readonly Override[],
  { tileId, roughness, reason, by }: TileCorrection,
  result: SiteResult,
): Override[] {
  const others = trail.filter(({ target, id }) => target !== 'tile' || id !== tileId);
  if (roughness === null) return others;
  const from = result.tiles.find(({ id }) => id === tileId)?.modelRoughness ?? null;
  return [...others, { target: 'tile', id: tileId, from, to: roughness, reason, by }];
}

/** The square of ground that the model saw at a tile's centre, which may be wider than the tile. */
async function groundSeen(tile: TileResult, { site, settings }: SiteResult): Promise<Tile> {
  const { fromLocal } = await import('../../src/site/geodesy.ts');
  return { ...tile, centre: fromLocal(site, tile), sizeM: settings.tileM };
}
