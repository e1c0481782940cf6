import type maplibregl from 'maplibre-gl';

/** Teaches MapLibre the demo scene's tiles while at least one map is there. */
export function useDemoProtocol(_maplibre: typeof maplibregl): () => void {
  return () => undefined;
}
