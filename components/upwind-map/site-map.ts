import type * as MapLibre from 'maplibre-gl';
import type { LngLat } from '../../src/site/lng-lat.ts';
import { t } from '../shared/localize.ts';
import { baseStyle } from './base-style.ts';

/** Place on the screen [px]. */
export interface ScreenPoint {
  x: number;
  y: number;
}

export interface SiteMapOptions {
  container: HTMLElement;
  /** Middle of the first view; the world where there is none. */
  at: LngLat | null;
  /** A box was drawn with Shift. */
  onBox(from: ScreenPoint, to: ScreenPoint): void;
}

/**
 * A map seen from straight above, north up.
 * @throws where the browser has no WebGL
 */
export function siteMap(
  maplibre: Pick<typeof MapLibre, 'Map'>,
  { container, at, onBox }: SiteMapOptions,
): MapLibre.Map {
  const map = new maplibre.Map({
    container,
    style: baseStyle(null),
    center: at ?? { lng: 0, lat: 20 },
    zoom: at ? 13 : 2,
    attributionControl: false,
    // No fading: without a GPU it would redraw the map through the whole analysis.
    fadeDuration: 0,
    maxPitch: 0,
    dragRotate: false,
    pitchWithRotate: false,
    maxZoom: 19,
    boxZoom: { boxZoomEnd: (_map, from, to) => onBox(from, to) },
    locale: { 'Map.Title': t('map.label') },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  return map;
}

/** Ground size of a CSS pixel at the map's centre [m]. */
export function metresPerPixelOf(map: MapLibre.Map): number {
  const { lat } = map.getCenter();
  return (40_075_016.686 * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** map.getZoom());
}
