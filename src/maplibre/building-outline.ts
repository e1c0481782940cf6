import type { Map as MapLibreMap } from 'maplibre-gl';
import { quarterTurn } from '../site/building-bearings.ts';
import type { LngLat } from '../site/lng-lat.ts';

export interface BuildingOutlineOptions {
  /** Name of the handle for a screen reader, such as “Turn the building. One face looks to”. */
  label: string;
  /** Words for a bearing, such as “32 degrees”. */
  valueText(deg: number): string;
  /** The building was turned; one of its faces looks to this bearing, 0 to below 90 [°]. */
  onTurn(facingDeg: number): void;
}

/** Half sides of the outline, and how far out its handle stands [px]. */
const HALF = { long: 44, short: 30 };
const HANDLE_PX = 74;
const STEP_OF_KEY: Record<string, number> = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: 10,
  PageDown: -10,
};
/** While a key is held the ground is not judged at every degree [ms]. */
const SETTLE_MS = 350;

/**
 * Outline of a building around the site, turned by its handle: dragged, or with the arrow keys
 * (1°, with Shift or Page keys 10°). Its size means nothing; its sides are the four faces. Drawn in
 * the page over the map, like the site's marker.
 */
export class BuildingOutline {
  readonly element: HTMLDivElement;
  readonly handle: HTMLDivElement;
  #map: MapLibreMap;
  #options: BuildingOutlineOptions;
  #at: LngLat | null = null;
  #facingDeg: number | null = null;
  /** Which of the four faces the handle stands at, so that it follows the hand all round. */
  #handleDeg = 0;
  #grabbed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(map: MapLibreMap, options: BuildingOutlineOptions) {
    this.#map = map;
    this.#options = options;
    this.element = document.createElement('div');
    this.element.className = 'upwind-building-outline';
    this.element.hidden = true;
    Object.assign(this.element.style, {
      position: 'absolute',
      left: '0',
      top: '0',
      width: '0',
      height: '0',
      zIndex: '1',
      pointerEvents: 'none',
    });
    const { long, short } = HALF;
    const outline = `M${-long} ${-short}H${long}V${short}H${-long}ZM0 ${-short}V${-HANDLE_PX + 12}`;
    this.element.innerHTML = `<svg width="200" height="200" viewBox="-100 -100 200 200" aria-hidden="true">
      <g fill="none"><path d="${outline}" stroke="#0a1017" stroke-opacity=".6" stroke-width="4.5"/>
      <path d="${outline}" stroke="#fff" stroke-width="2"/></g></svg>`;
    // Not as an attribute in the markup, which a strict content security policy blocks.
    Object.assign(this.element.querySelector('svg')!.style, {
      position: 'absolute',
      left: '-100px',
      top: '-100px',
    });
    this.handle = document.createElement('div');
    this.handle.tabIndex = 0;
    this.handle.setAttribute('role', 'slider');
    this.handle.setAttribute('aria-label', options.label);
    this.handle.setAttribute('aria-valuemin', '0');
    this.handle.setAttribute('aria-valuemax', '359.9');
    Object.assign(this.handle.style, {
      position: 'absolute',
      width: '24px',
      height: '24px',
      boxSizing: 'border-box',
      borderRadius: '50%',
      border: '2px solid #fff',
      background: '#10161d',
      cursor: 'grab',
      touchAction: 'none',
      pointerEvents: 'auto',
    });
    this.element.append(this.handle);
    map.getCanvasContainer().append(this.element);
    map.on('move', this.#place);
    this.handle.addEventListener('pointerdown', this.#onDown);
    this.handle.addEventListener('pointermove', this.#onDrag);
    this.handle.addEventListener('pointerup', this.#onUp);
    this.handle.addEventListener('pointercancel', this.#onUp);
    this.handle.addEventListener('keydown', this.#onKey);
    this.handle.addEventListener('click', swallow);
    // MapLibre listens for these too, and would pan.
    for (const type of ['mousedown', 'touchstart', 'dblclick']) {
      this.handle.addEventListener(type, swallow);
    }
  }

  /** Shows the outline around a site; null takes it away. */
  set(at: LngLat | null, facingDeg: number | null): void {
    // A turn that waits was of the building before.
    if (at?.lng !== this.#at?.lng || at?.lat !== this.#at?.lat) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    this.#at = at;
    const turning = this.#grabbed || this.#timer !== undefined;
    if (facingDeg !== this.#facingDeg && !turning) {
      if (facingDeg !== null && quarterTurn(this.#handleDeg) !== facingDeg) {
        this.#handleDeg = facingDeg;
      }
    }
    this.#facingDeg = facingDeg;
    this.#place();
  }

  remove(): void {
    clearTimeout(this.#timer);
    this.#map.off('move', this.#place);
    this.element.remove();
  }

  readonly #place = (): void => {
    const shown = this.#at !== null && this.#facingDeg !== null;
    this.element.hidden = !shown;
    if (!this.#at || !shown) return;
    const { x, y } = this.#map.project([this.#at.lng, this.#at.lat]);
    this.element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    const turned = this.#handleDeg - this.#map.getBearing();
    this.element.querySelector('g')?.setAttribute('transform', `rotate(${turned})`);
    const angle = (turned * Math.PI) / 180;
    this.handle.style.left = `${(HANDLE_PX * Math.sin(angle) - 12).toFixed(1)}px`;
    this.handle.style.top = `${(-HANDLE_PX * Math.cos(angle) - 12).toFixed(1)}px`;
    this.handle.setAttribute('aria-valuenow', String(this.#handleDeg));
    this.handle.setAttribute('aria-valuetext', this.#options.valueText(this.#handleDeg));
  };

  #turnTo(deg: number): void {
    this.#handleDeg = (((Math.round(deg * 10) / 10) % 360) + 360) % 360;
    this.#place();
  }

  readonly #settle = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#options.onTurn(quarterTurn(this.#handleDeg));
  };

  readonly #onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    event.stopPropagation();
    this.#grabbed = true;
    this.handle.setPointerCapture(event.pointerId);
    this.handle.style.cursor = 'grabbing';
  };

  readonly #onDrag = (event: PointerEvent): void => {
    if (!this.#grabbed) return;
    event.stopPropagation();
    const middle = this.element.getBoundingClientRect();
    const [dx, dy] = [event.clientX - middle.left, event.clientY - middle.top];
    const deg = (Math.atan2(dx, -dy) * 180) / Math.PI + this.#map.getBearing();
    this.#turnTo(Math.round(deg));
  };

  readonly #onUp = (event: PointerEvent): void => {
    if (!this.#grabbed) return;
    event.stopPropagation();
    this.#grabbed = false;
    this.handle.style.cursor = 'grab';
    this.#settle();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const step = STEP_OF_KEY[event.key];
    if (step !== undefined) {
      this.#turnTo(this.#handleDeg + (event.shiftKey ? Math.sign(step) * 10 : step));
      clearTimeout(this.#timer);
      this.#timer = setTimeout(this.#settle, SETTLE_MS);
    } else if (event.key === 'Home') {
      this.#turnTo(0);
      this.#settle();
    } else return;
    // The map would pan on the same keys.
    event.stopPropagation();
    event.preventDefault();
  };
}

const swallow = (event: Event): void => event.stopPropagation();
