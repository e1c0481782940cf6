import type { StyleSpecification } from 'maplibre-gl';
import type { ImagerySource } from '../../src/imagery/image-source.ts';

/** The map beneath the overlay: the imagery that is read, or plain ground where it has no tiles. */
export function baseStyle(source: ImagerySource | null): StyleSpecification {
  const tiles = source?.mapTiles;
  return {
    version: 8,
    sources: tiles
      ? {
          imagery: {
            type: 'raster',
            tiles: [tiles.template],
            tileSize: 256,
            maxzoom: tiles.maxZoom,
          },
        }
      : {},
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': '#8d968f' } },
      ...(tiles
        ? [
            {
              id: 'imagery',
              type: 'raster' as const,
              source: 'imagery',
              paint: { 'raster-fade-duration': 0 },
            },
          ]
        : []),
    ],
  };
}
