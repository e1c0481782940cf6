import type { SiteResult } from '../../src/analysis/site-result.ts';
import { reassess } from '../../src/analysis/reassess.ts';
import { tilesWorthRefining } from '../../src/analysis/refine-result.ts';
import type { ImagerySource } from '../../src/imagery/image-source.ts';
import type { Patch } from '../../src/imagery/patch.ts';
import type { SessionPorts } from '../../components/shared/session.ts';
import { mockResult } from './mock-result.ts';

/** A source that paints plain squares, so that a page under test asks no server for anything. */
export const mockSource: ImagerySource = {
  id: 'demo',
  name: 'Demo coast (synthetic)',
  attribution: 'Synthetic scene for tests',
  terms: { summary: 'Made for tests.', url: null, exportAllowed: true },
  synthetic: true,
  mapTiles: null,
  planTile: (tile) => ({
    tileId: tile.id,
    bounds: { west: 0, south: 0, east: 1, north: 1 },
    requests: [],
    nativeMetresPerPixel: 1,
  }),
};

export function mockPatch(tileId: string, sizePx = 32): Patch {
  const rgb = new Uint8Array(sizePx * sizePx * 3);
  for (let i = 0; i < rgb.length; i++) rgb[i] = (i * 7) % 251;
  return {
    tileId,
    width: sizePx,
    height: sizePx,
    rgb,
    metresPerPixel: 250 / sizePx,
    coverage: 1,
    provenance: {
      sourceId: 'demo',
      sourceName: mockSource.name,
      attribution: mockSource.attribution,
      urls: [],
      acquired: '2024-05-11',
      nativeMetresPerPixel: 1,
      sha256: 'cd'.repeat(32),
      exportAllowed: true,
      synthetic: true,
    },
  };
}

export interface MockOptions {
  /** The answer of the last visit; null for a first one. */
  saved?: SiteResult | null;
  /** False where the page has no model of its own. */
  model?: boolean;
  /** Called before each tile, so that a test can hold a run half-way. */
  gate?: (done: number) => Promise<void>;
  source?: ImagerySource;
}

/** Ports without network, worker or storage: a run replays the mock result tile by tile. */
export function mockPorts(options: MockOptions = {}): SessionPorts & { saved: SiteResult | null } {
  const { model = true, gate = async () => {}, source = mockSource } = options;
  const saved = options.saved ?? null;
  const ports: SessionPorts & { saved: SiteResult | null } = {
    saved,
    resolveImagery: async (spec) => ({ ...source, id: spec.id }),
    bundledModel: async () =>
      model ? { kind: 'url', url: 'models/mock/', name: 'mock-vit' } : null,
    loadModel: async () => {
      const result = mockResult();
      return {
        model: {
          id: 'mock-vit',
          sha256: result.model.sha256,
          labels: ['B', 'C', 'D'],
          roughness: ['B', 'C', 'D'],
          trained: true,
          tileM: 250,
          imageSize: 32,
          hiddenSize: 192,
          layers: 12,
          temperature: 1,
          confidenceFloor: 0.6,
          likeness: null,
        },
        backend: result.backend,
        batchSize: 1,
        classify: async () => [],
        // All of it on the north-east corner.
        explain: async () => ({ side: 2, weights: new Float32Array([0.1, 0.7, 0.1, 0.1]) }),
        dispose: async () => {},
      };
    },
    keepModel: async ({ name }, { sha256 }) => ({ kind: 'stored', id: sha256, name }),
    storedModels: async () => [],
    async analyse({ site }, _means, { signal, onEvent }) {
      const result = mockResult(site.at);
      result.site = { ...result.site, ...site.at, name: site.name, heightFt: site.heightFt };
      const unread = result.tiles.map((tile) => ({
        ...tile,
        roughness: null,
        by: null,
        missing: null,
        probabilities: null,
      }));
      onEvent({ type: 'plan', stage: 1, tiles: unread });
      for (const [index, tile] of result.tiles.entries()) {
        await gate(index);
        signal.throwIfAborted();
        const patch = tile.missing ? null : mockPatch(tile.id);
        onEvent({ type: 'tile', tile, patch, done: index + 1, total: result.tiles.length });
        if (index % 20 === 19) onEvent({ type: 'assessment', ...result });
      }
      return result;
    },
    reassess: async (result, { corrections = [], settings, overrides, extraBearingsDeg }) => {
      // Further bearings and overrides are judged by the rules themselves.
      if (overrides || extraBearingsDeg) {
        return reassess(result, {
          ...(overrides && { overrides: [...overrides] }),
          ...(extraBearingsDeg && { settings: { extraBearingsDeg } }),
        });
      }
      return {
        ...result,
        settings: settings
          ? { ...result.settings, tolerance: settings.tolerance }
          : result.settings,
        tiles: result.tiles.map((tile) => {
          const correction = corrections.find(({ tileId }) => tileId === tile.id);
          return correction ? { ...tile, roughness: correction.roughness, by: 'person' } : tile;
        }),
      };
    },
    async refine(result) {
      const worth = tilesWorthRefining(result);
      const before = result.directions.filter(({ name }) => worth[name]);
      return {
        ...result,
        refinement: {
          tileIds: [...new Set(Object.values(worth).flat())],
          sizeM: result.settings.strideM / 2,
          before,
        },
      };
    },
    boundary: async (result) => tilesWorthRefining(result),
    capturePatch: async (tile) => mockPatch(tile.id),
    store: {
      load: async () => ({
        settings: {},
        site: saved && {
          at: { lng: saved.site.lng, lat: saved.site.lat },
          name: saved.site.name,
          heightFt: saved.site.heightFt,
        },
        result: saved,
      }),
      saveSettings: async () => {},
      saveResult: async (result) => {
        ports.saved = result;
      },
    },
  };
  return ports;
}
