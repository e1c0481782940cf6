import type { Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl';
import { initialBearingDeg } from '../site/geodesy.ts';
import type { LngLat } from '../site/lng-lat.ts';

interface Host {
  site(): LngLat | null;
  /** The tile under the pointer, as drawn. */
  tileAt(event: MapMouseEvent): string | null;
  /** A place outside every tile was clicked. */
  onPick(at: LngLat): void;
  onTile(tileId: string): void;
  onHover(hover: { tileId: string | null; bearingDeg: number | null }): void;
}

/** Clicks and hovers on the host's map; its cursor is lent, and given back. */
export class OverlayPointer {
  readonly #map: MapLibreMap;
  readonly #host: Host;
  #listens = true;
  #hovered: string | null = null;
  /** The host's cursor, while ours is shown. */
  #hostCursor: string | null = null;

  constructor(map: MapLibreMap, host: Host) {
    this.#map = map;
    this.#host = host;
    map.on('click', this.#onClick);
    map.on('mousemove', this.#onMove);
    map.on('mouseout', this.#onLeave);
  }

  remove(): void {
    this.#map.off('click', this.#onClick);
    this.#map.off('mousemove', this.#onMove);
    this.#map.off('mouseout', this.#onLeave);
    this.#showCursor(null);
  }

  /** False leaves clicks, pointer and cursor to the host. */
  listen(listens: boolean): void {
    this.#listens = listens;
    if (!listens) this.#onLeave();
  }

  /** Ours over the map, or null for the host's own again. */
  #showCursor(cursor: string | null): void {
    // A map that was removed itself has no canvas left.
    const style = this.#map.getCanvas()?.style;
    if (!style) return;
    if (cursor !== null) this.#hostCursor ??= style.cursor;
    else if (this.#hostCursor === null) return;
    style.cursor = cursor ?? this.#hostCursor ?? '';
    if (cursor === null) this.#hostCursor = null;
  }

  readonly #onClick = (event: MapMouseEvent): void => {
    if (!this.#listens) return;
    const tileId = this.#host.tileAt(event);
    if (tileId) this.#host.onTile(tileId);
    else this.#host.onPick({ lng: event.lngLat.lng, lat: event.lngLat.lat });
  };

  readonly #onMove = (event: MapMouseEvent): void => {
    if (!this.#listens) return;
    const tileId = this.#host.tileAt(event);
    this.#showCursor(tileId ? 'pointer' : 'crosshair');
    if (tileId === this.#hovered) return;
    this.#hovered = tileId;
    const site = this.#host.site();
    const bearingDeg = site && tileId ? initialBearingDeg(site, event.lngLat) : null;
    this.#host.onHover({ tileId, bearingDeg });
  };

  readonly #onLeave = (): void => {
    this.#showCursor(null);
    if (this.#hovered === null) return;
    this.#hovered = null;
    this.#host.onHover({ tileId: null, bearingDeg: null });
  };
}
