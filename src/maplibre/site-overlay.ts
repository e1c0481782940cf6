import type { GeoJSONSource, IControl, Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl';
import type { TileResult } from '../analysis/site-result.ts';
import type { LngLat } from '../site/lng-lat.ts';
import { IMAGE_PIXEL_RATIO, overlayImages } from './overlay-images.ts';
import { DEFAULT_LOOK, highlightFilters, overlayIds, overlayLayers } from './overlay-layers.ts';
import type { OverlayIds, OverlayLook } from './overlay-layers.ts';
import { OverlayPointer } from './overlay-pointer.ts';
import {
  collection,
  directionLetters,
  rings,
  sectorWedges,
  tileLetters,
  tilePolygons,
} from './overlay-sources.ts';
import type { Assessed } from './overlay-sources.ts';
import { RedrawPace } from './redraw-pace.ts';
import { SiteMarker } from './site-marker.ts';

/** How `SiteOverlay` lies on the host's map. */
export interface SiteOverlayOptions {
  /** Of every source, layer and image id on the host's map. */
  prefix?: string;
  /** Host layer that the overlay goes under; on top where left out. */
  beforeId?: string;
  /** Name of the marker for a screen reader. */
  markerLabel?: string;
  /** False leaves clicks, pointer and cursor to the host until `listen(true)`; default true. */
  listens?: boolean;
}

/** What the overlay shows. */
export interface OverlayContent {
  site: LngLat | null;
  tiles: readonly TileResult[];
  assessment: Assessed | null;
  /** Distances drawn as circles [m]; the largest is the look-out distance. */
  radiiM: readonly { radiusM: number; kind: 'rule' | 'look-out' }[];
}

/** What `SiteOverlay` tells, by name. */
export interface SiteOverlayEvents {
  /** A place outside every tile was clicked. */
  pick: { at: LngLat };
  /** The marker was put down elsewhere. */
  move: { at: LngLat };
  /** A tile was clicked. */
  tileselect: { tileId: string };
  /** The pointer came to a tile, or left the last one; bearing as seen from the site. */
  tilehover: { tileId: string | null; bearingDeg: number | null };
}

const NOTHING: OverlayContent = { site: null, tiles: [], assessment: null, radiiM: [] };

/**
 * Paints tiles, sectors and distances of a site onto any MapLibre map, and tells what is clicked
 * and hovered. It uses the host's map under one id prefix, comes back after `setStyle`, and
 * `onRemove` takes every trace away.
 */
export class SiteOverlay implements IControl {
  #options: SiteOverlayOptions;
  #ids: OverlayIds;
  #map: MapLibreMap | null = null;
  #container: HTMLElement | null = null;
  #marker: SiteMarker | null = null;
  #content = NOTHING;
  #look = DEFAULT_LOOK;
  #hotTile: string | null = null;
  #markedTiles: readonly string[] = [];
  #hotSectors: readonly number[] = [];
  #images: Map<string, ImageData> | null = null;
  /** Tiles come one by one; a map without a GPU takes long to draw each. */
  #pace = new RedrawPace(() => this.#refresh());
  /** Highlights as the map shows them. */
  #shownMarks = '';
  /** Parts of the content that the map does not show yet. */
  #dirty = new Set<keyof OverlayContent>();
  #events = new EventTarget();
  #listens: boolean;
  #pointer: OverlayPointer | null = null;
  #attaching = false;

  constructor(options: SiteOverlayOptions = {}) {
    this.#options = options;
    this.#ids = overlayIds(options.prefix ?? 'upwind');
    this.#listens = options.listens ?? true;
  }

  onAdd(map: MapLibreMap): HTMLElement {
    this.#map = map;
    this.#container = document.createElement('div');
    this.#container.className = 'maplibregl-ctrl upwind-overlay';
    this.#marker = new SiteMarker(map, {
      label: this.#options.markerLabel ?? 'Building site',
      onMove: (at) => this.#emit('move', { at }),
    });
    this.#marker.set(this.#content.site);
    this.#pointer = new OverlayPointer(map, {
      site: () => this.#content.site,
      tileAt: (event) => this.#tileAt(event),
      onPick: (at) => this.#emit('pick', { at }),
      onTile: (tileId) => this.#emit('tileselect', { tileId }),
      onHover: (hover) => this.#emit('tilehover', hover),
    });
    this.#pointer.listen(this.#listens);
    map.on('styledata', this.#attach);
    this.#attach();
    return this.#container;
  }

  onRemove(): void {
    const map = this.#map;
    if (!map) return;
    this.#pace.cancel();
    map.off('styledata', this.#attach);
    map.off('render', this.#onRender);
    this.#pointer?.remove();
    this.#marker?.remove();
    this.#detach(map);
    this.#container?.remove();
    this.#map = this.#container = this.#marker = this.#pointer = null;
  }

  /** Listens to a typed event; call the returned function to stop. */
  on<K extends keyof SiteOverlayEvents>(
    type: K,
    listener: (detail: SiteOverlayEvents[K]) => void,
  ): () => void {
    const wrapped = (event: Event) => listener((event as CustomEvent).detail);
    this.#events.addEventListener(type, wrapped);
    return () => this.#events.removeEventListener(type, wrapped);
  }

  /** Whether clicks choose places and tiles, and the pointer tells what it is over. */
  listen(listens: boolean): void {
    this.#listens = listens;
    this.#pointer?.listen(listens);
  }

  /** Name of the marker for a screen reader. */
  set markerLabel(label: string) {
    this.#options = { ...this.#options, markerLabel: label };
    if (this.#marker) this.#marker.label = label;
  }

  /** Shows a site, its tiles and its answer; drawn shortly after. */
  show(content: Partial<OverlayContent>): void {
    const before = this.#content;
    const now = (this.#content = { ...before, ...content });
    if (now.site !== before.site) this.#marker?.set(now.site);
    for (const key of Object.keys(now) as (keyof OverlayContent)[]) {
      if (now[key] !== before[key]) this.#dirty.add(key);
    }
    if (this.#map && this.#dirty.size > 0) this.#pace.ask();
  }

  /** Draws what is waiting now, such as a finished answer. */
  flush(): void {
    this.#pace.cancel();
    if (this.#dirty.size > 0) this.#refresh();
  }

  /** True where the map shows everything that it was given. */
  get upToDate(): boolean {
    return this.#dirty.size === 0;
  }

  /** Opacity, and which parts are shown. */
  setLook(look: Partial<OverlayLook>): void {
    this.#look = { ...this.#look, ...look };
    const map = this.#map;
    if (!map?.getLayer(this.#ids.tileFill)) return;
    for (const layer of overlayLayers(this.#ids, this.#look)) {
      const visibility = layer.layout?.visibility;
      if (visibility) map.setLayoutProperty(layer.id, 'visibility', visibility);
      if (layer.id === this.#ids.tileFill && layer.type === 'fill') {
        map.setPaintProperty(layer.id, 'fill-opacity', layer.paint?.['fill-opacity']);
      }
    }
  }

  /** Marks tiles and sectors (indices); the other sectors are dimmed. */
  highlight(hot: {
    tileId?: string | null;
    /** Further tiles, such as those taken in by a box. */
    tileIds?: readonly string[];
    sectors?: readonly number[];
  }): void {
    if (hot.tileId !== undefined) this.#hotTile = hot.tileId;
    if (hot.tileIds !== undefined) this.#markedTiles = hot.tileIds;
    if (hot.sectors !== undefined) this.#hotSectors = hot.sectors;
    this.#applyHighlight();
  }

  #applyHighlight(): void {
    const map = this.#map;
    if (!map?.getLayer(this.#ids.tileHot)) return;
    // Setting a filter draws the map again, even where it is the same.
    const marks = JSON.stringify([this.#hotTile, this.#markedTiles, this.#hotSectors]);
    if (marks === this.#shownMarks) return;
    this.#shownMarks = marks;
    const { tiles, sectors, shade } = highlightFilters(
      [...(this.#hotTile ? [this.#hotTile] : []), ...this.#markedTiles],
      this.#hotSectors,
    );
    map.setFilter(this.#ids.tileHot, tiles);
    map.setFilter(this.#ids.tileHotCasing, tiles);
    map.setFilter(this.#ids.sectorHot, sectors);
    map.setFilter(this.#ids.sectorShade, shade);
  }

  /** Adds sources, images and layers where the style has none: at first, and after `setStyle`. */
  readonly #attach = (): void => {
    const map = this.#map;
    if (!map || this.#attaching || map.getSource(this.#ids.sources.tiles)) return;
    if (!map.style?._loaded) return;
    // On a map that is drawn already, adding a picture calls this again.
    this.#attaching = true;
    try {
      this.#addLayers(map);
    } finally {
      this.#attaching = false;
    }
    for (const key of Object.keys(this.#content)) this.#dirty.add(key as keyof OverlayContent);
    this.#refresh();
    this.#shownMarks = '';
    this.#applyHighlight();
  };

  #addLayers(map: MapLibreMap): void {
    this.#images ??= overlayImages();
    for (const [name, image] of this.#images) {
      const id = this.#ids.image(name);
      if (!map.hasImage(id)) map.addImage(id, image, { pixelRatio: IMAGE_PIXEL_RATIO });
    }
    for (const id of Object.values(this.#ids.sources)) {
      map.addSource(id, { type: 'geojson', data: collection([]) });
    }
    const before = this.#options.beforeId;
    for (const layer of overlayLayers(this.#ids, this.#look)) {
      map.addLayer(layer, before && map.getLayer(before) ? before : undefined);
    }
  }

  #detach(map: MapLibreMap): void {
    // A map that was removed itself has no style left to clean.
    if (!map.style) return;
    for (const layer of overlayLayers(this.#ids, this.#look)) {
      if (map.getLayer(layer.id)) map.removeLayer(layer.id);
    }
    for (const id of Object.values(this.#ids.sources)) if (map.getSource(id)) map.removeSource(id);
    for (const name of this.#images?.keys() ?? []) {
      const id = this.#ids.image(name);
      if (map.hasImage(id)) map.removeImage(id);
    }
  }

  #refresh(): void {
    const map = this.#map;
    if (!map?.getSource(this.#ids.sources.tiles)) return;
    const { site, tiles, assessment, radiiM } = this.#content;
    const { sources } = this.#ids;
    const radiusM = Math.max(0, ...radiiM.map((ring) => ring.radiusM));
    const set = (id: string, data: Parameters<GeoJSONSource['setData']>[0]) =>
      map.getSource<GeoJSONSource>(id)?.setData(data);
    const dirty = (...keys: (keyof OverlayContent)[]) => keys.some((key) => this.#dirty.has(key));
    if (dirty('tiles')) {
      set(sources.tiles, tilePolygons(tiles));
      set(sources.letters, tileLetters(tiles));
    }
    if (dirty('site', 'assessment', 'radiiM')) {
      const known = site && assessment && radiusM > 0;
      const letters = known ? directionLetters(site, assessment, radiusM * 1.09) : collection([]);
      set(sources.sectors, known ? sectorWedges(site, assessment, radiusM) : collection([]));
      set(sources.directions, letters);
    }
    if (dirty('site', 'radiiM')) set(sources.rings, site ? rings(site, radiiM) : collection([]));
    this.#dirty.clear();
    this.#pace.begin();
    map.off('render', this.#onRender);
    map.on('render', this.#onRender);
  }

  readonly #onRender = (): void => {
    const map = this.#map;
    // Ours alone: pictures of the host's map may be on their way for long.
    const { tiles, letters } = this.#ids.sources;
    if (!map?.getSource(tiles) || !map.isSourceLoaded(tiles) || !map.isSourceLoaded(letters))
      return;
    map.off('render', this.#onRender);
    this.#pace.done();
  };

  #tileAt(event: MapMouseEvent): string | null {
    const map = this.#map;
    if (!map?.getLayer(this.#ids.tileFill) || !this.#look.tiles) return null;
    const [hit] = map.queryRenderedFeatures(event.point, { layers: [this.#ids.tileFill] });
    return (hit?.properties.id as string | undefined) ?? null;
  }

  #emit<K extends keyof SiteOverlayEvents>(type: K, detail: SiteOverlayEvents[K]): void {
    this.#events.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
