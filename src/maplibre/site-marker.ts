import type { Map as MapLibreMap } from 'maplibre-gl';
import { destination } from '../site/geodesy.ts';
import type { LngLat } from '../site/lng-lat.ts';

export interface SiteMarkerOptions {
  label: string;
  /** The site was put down somewhere else. */
  onMove(at: LngLat): void;
}

const NUDGE_M = 10;
const FAR_NUDGE_M = 100;
const BEARING_OF_KEY: Record<string, number> = {
  ArrowUp: 0,
  ArrowRight: 90,
  ArrowDown: 180,
  ArrowLeft: 270,
};

/**
 * The building on the map: a button that is dragged, or moved with the arrow keys (10 m, with
 * Shift 100 m; Enter or leaving it puts it down). Drawn in the page, so that it needs no part of
 * MapLibre but the map itself.
 */
export class SiteMarker {
  readonly element: HTMLButtonElement;
  #map: MapLibreMap;
  #options: SiteMarkerOptions;
  #at: LngLat | null = null;
  /** Where it is while being dragged or nudged. */
  #held: LngLat | null = null;
  #grab: { x: number; y: number } | null = null;

  constructor(map: MapLibreMap, options: SiteMarkerOptions) {
    this.#map = map;
    this.#options = options;
    this.element = document.createElement('button');
    this.element.type = 'button';
    this.element.className = 'upwind-site-marker';
    this.element.setAttribute('aria-label', options.label);
    this.element.hidden = true;
    Object.assign(this.element.style, {
      position: 'absolute',
      left: '0',
      top: '0',
      width: '34px',
      height: '34px',
      margin: '-17px 0 0 -17px',
      padding: '0',
      border: '0',
      background: 'none',
      cursor: 'grab',
      touchAction: 'none',
      zIndex: '2',
    });
    this.element.innerHTML = `<svg viewBox="0 0 34 34" width="34" height="34" aria-hidden="true">
      <circle cx="17" cy="17" r="14" fill="#10161d" fill-opacity="0.88" stroke="#fff" stroke-width="2"/>
      <path d="M10.5 23v-7.5L17 10l6.5 5.5V23Z" fill="#fff"/></svg>`;
    map.getCanvasContainer().append(this.element);
    map.on('move', this.#place);
    this.element.addEventListener('pointerdown', this.#onDown);
    this.element.addEventListener('pointermove', this.#onDrag);
    this.element.addEventListener('pointerup', this.#onUp);
    this.element.addEventListener('pointercancel', this.#onCancel);
    this.element.addEventListener('keydown', this.#onKey);
    this.element.addEventListener('blur', this.#putDown);
    this.element.addEventListener('click', swallow);
  }

  set label(label: string) {
    this.element.setAttribute('aria-label', label);
  }

  set(at: LngLat | null): void {
    this.#at = at;
    this.#held = null;
    this.#place();
  }

  remove(): void {
    this.#map.off('move', this.#place);
    this.element.remove();
  }

  readonly #place = (): void => {
    const at = this.#held ?? this.#at;
    this.element.hidden = at === null;
    if (!at) return;
    const { x, y } = this.#map.project([at.lng, at.lat]);
    this.element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
  };

  readonly #onDown = (event: PointerEvent): void => {
    if (event.button !== 0 || !this.#at) return;
    event.stopPropagation();
    const { x, y } = this.#map.project([this.#at.lng, this.#at.lat]);
    this.#grab = { x: event.clientX - x, y: event.clientY - y };
    this.element.setPointerCapture(event.pointerId);
    this.element.style.cursor = 'grabbing';
  };

  readonly #onDrag = (event: PointerEvent): void => {
    if (!this.#grab) return;
    event.stopPropagation();
    const { lng, lat } = this.#map.unproject([
      event.clientX - this.#grab.x,
      event.clientY - this.#grab.y,
    ]);
    this.#held = { lng, lat };
    this.#place();
  };

  readonly #onUp = (event: PointerEvent): void => {
    if (!this.#grab) return;
    event.stopPropagation();
    this.#grab = null;
    this.element.style.cursor = 'grab';
    this.#putDown();
  };

  readonly #onCancel = (): void => {
    this.#grab = null;
    this.#held = null;
    this.#place();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const bearingDeg = BEARING_OF_KEY[event.key];
    const from = this.#held ?? this.#at;
    if (bearingDeg !== undefined && from) {
      this.#held = destination(from, bearingDeg, event.shiftKey ? FAR_NUDGE_M : NUDGE_M);
      this.#place();
    } else if (event.key === 'Enter') this.#putDown();
    else if (event.key === 'Escape') this.#onCancel();
    else return;
    // The map would pan on the same keys.
    event.stopPropagation();
    event.preventDefault();
  };

  readonly #putDown = (): void => {
    const at = this.#held;
    this.#held = null;
    if (at) this.#options.onMove(at);
    this.#place();
  };
}

const swallow = (event: Event): void => event.stopPropagation();
