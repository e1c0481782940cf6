import { refineResult } from '../../src/analysis/refine-result.ts';
import type { ImagerySource } from '../../src/imagery/image-source.ts';
import { ROUGHNESS } from '../../src/roughness/category.ts';
import { toLocal } from '../../src/site/geodesy.ts';
import { mercatorToLngLat, squareAround } from '../../src/site/mercator.ts';
import type { Classification } from '../../src/vit/classifier.ts';
import type { SessionPorts } from '../../components/shared/session.ts';
import { assessedResult } from './assessed.ts';
import { mockPorts, mockSource } from './mock-ports.ts';
import { groundAt, mockResult } from './mock-result.ts';

const SITE = mockResult().site;
const GREY = { B: 40, C: 120, D: 200 };

/** Pictures of the mock ground: each is the grey of the ground at its middle. */
const greySource: ImagerySource = {
  ...mockSource,
  planTile: ({ id, centre, sizeM }) => {
    const bounds = squareAround(centre, sizeM);
    const url = `grey:${id}`;
    const request = { key: url, url, publicUrl: url, bounds };
    return { tileId: id, bounds, requests: [request], nativeMetresPerPixel: 1 };
  },
  paint: async ({ bounds: { west, south, east, north } }) => {
    const middle = mercatorToLngLat({ x: (west + east) / 2, y: (south + north) / 2 });
    const { eastM, northM } = toLocal(SITE, middle);
    const rgba = new Uint8Array(32 * 32 * 4).fill(255);
    rgba.forEach((_, i) => {
      if (i % 4 < 3) rgba[i] = GREY[groundAt(eastM, northM)];
    });
    return { width: 32, height: 32, rgba };
  },
};

/** Sure of the category whose grey is nearest. */
function readGrey(grey: number): Classification {
  const off = ROUGHNESS.map((category) => Math.abs(GREY[category] - grey));
  const nearest = off.indexOf(Math.min(...off));
  const probabilities = new Float32Array(3).map((_, i) => (i === nearest ? 0.9 : 0.05));
  return { logits: probabilities.map(Math.log), probabilities, features: new Float32Array(192) };
}

/**
 * Ports over the mock ground whose answer is judged by the rules throughout: saved, corrected,
 * and looked at more closely, with pictures of the ground itself.
 */
export function judgingPorts(): SessionPorts {
  const { overrides } = mockResult();
  const ports = mockPorts({ saved: assessedResult({ overrides }), source: greySource });
  return {
    ...ports,
    loadModel: async (...asked) => ({
      ...(await ports.loadModel(...asked)),
      classify: async (images) => images.map(({ rgb }) => readGrey(rgb[0]!)),
    }),
    refine: (result, _imagery, { source, classifier }, { signal, onEvent }) =>
      refineResult(
        result,
        {
          source,
          classifier,
          fetch: () => Promise.reject(new Error('The mock ground is painted, not fetched.')),
          decoder: { decode: () => Promise.reject(new Error('Nothing to decode.')) },
        },
        { signal, onProgress: onEvent },
      ),
  };
}
