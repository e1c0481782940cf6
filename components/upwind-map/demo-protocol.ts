import type { AddProtocolAction } from 'maplibre-gl';
import {
  DEMO_TILE_PX,
  DEMO_TILE_TEMPLATE,
  parseDemoTileUrl,
} from '../../src/demo/demo-protocol.ts';
import { tileWindow } from '../../src/demo/frame.ts';
import { DemoPainter } from '../../src/platform/browser/demo-painter.ts';

const SCHEME = DEMO_TILE_TEMPLATE.split(':')[0]!;
let maps = 0;
let painter: DemoPainter | null = null;

interface Protocols {
  addProtocol(scheme: string, load: AddProtocolAction): void;
  removeProtocol(scheme: string): void;
}

/** Teaches MapLibre the demo scene's tiles while at least one map is there. */
export function useDemoProtocol(maplibre: Protocols): () => void {
  if (maps++ === 0) {
    painter = new DemoPainter();
    maplibre.addProtocol(SCHEME, load);
  }
  return () => {
    if (--maps > 0) return;
    maplibre.removeProtocol(SCHEME);
    painter?.dispose();
    painter = null;
  };
}

const load: AddProtocolAction = async ({ url }, { signal }) => {
  const tile = parseDemoTileUrl(url);
  if (!tile || !painter) throw new Error(`Not a tile of the demo scene: ${url}`);
  const rgba = await painter.paint(
    { ...tileWindow(tile.z, tile.x, tile.y), width: DEMO_TILE_PX, height: DEMO_TILE_PX },
    signal,
  );
  const image = new ImageData(rgba as Uint8ClampedArray<ArrayBuffer>, DEMO_TILE_PX, DEMO_TILE_PX);
  return { data: await createImageBitmap(image) };
};
