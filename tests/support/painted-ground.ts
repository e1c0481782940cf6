import type { AnalysePorts } from '../../src/analysis/analyse-request.ts';
import type { ImagerySource } from '../../src/imagery/image-source.ts';
import { toLocal } from '../../src/site/geodesy.ts';
import { mercatorToLngLat, squareAround } from '../../src/site/mercator.ts';
import type { Classifier } from '../../src/vit/classifier.ts';

export const SITE = { lng: 20.5126, lat: -34.0368 };
const COLOUR = { B: 40, C: 120, D: 200 } as const;
export type Ground = (eastM: number, northM: number) => keyof typeof COLOUR;

/** Imagery whose grey value tells the roughness at the middle of each tile. */
export function paintedSource(ground: Ground): ImagerySource {
  return {
    id: 'painted',
    name: 'Painted',
    attribution: 'nobody',
    terms: { summary: 'free', url: null, exportAllowed: true },
    synthetic: false,
    mapTiles: null,
    planTile(tile) {
      const bounds = squareAround(tile.centre, tile.sizeM);
      const request = { key: tile.id, url: `painted:${tile.id}`, publicUrl: tile.id, bounds };
      return { tileId: tile.id, bounds, requests: [request], nativeMetresPerPixel: 1 };
    },
    async paint({ bounds }) {
      const middle = mercatorToLngLat({
        x: (bounds.west + bounds.east) / 2,
        y: (bounds.south + bounds.north) / 2,
      });
      const { eastM, northM } = toLocal(SITE, middle);
      const value = COLOUR[ground(eastM, northM)];
      const rgba = new Uint8Array(32 * 32 * 4).fill(value);
      for (let i = 3; i < rgba.length; i += 4) rgba[i] = 255;
      return { width: 32, height: 32, rgba };
    },
  };
}

/** Reads the grey value back: a model that is always right. */
export const reader: Classifier = {
  model: {
    id: 'reader',
    sha256: '0'.repeat(64),
    labels: ['B', 'C', 'D'],
    roughness: ['B', 'C', 'D'],
    trained: true,
    tileM: 250,
    imageSize: 32,
    hiddenSize: 1,
    layers: 1,
    temperature: 1,
    confidenceFloor: 0,
    likeness: null,
  },
  backend: { name: 'cpu', detail: 'test', rejected: [] },
  batchSize: 16,
  async classify(images) {
    return images.map(({ rgb }) => {
      const index = Object.values(COLOUR).indexOf(rgb[0] as 40);
      const probabilities = new Float32Array(3).fill(0.05);
      probabilities[index] = 0.9;
      return { logits: probabilities, probabilities, features: new Float32Array(1) };
    });
  },
  dispose: async () => {},
};

/** Ports of an analysis over painted ground. */
export const ports = (ground: Ground, classifier = reader): AnalysePorts => ({
  source: paintedSource(ground),
  classifier,
  fetch: () => Promise.reject(new Error('no network in a test')),
  decoder: { decode: () => Promise.reject(new Error('nothing to decode')) },
});
