import type { IControl, Map as MapLibreMap } from 'maplibre-gl';
import type { SiteResult } from '../../src/analysis/site-result.ts';
import { SiteOverlay } from '../../src/maplibre/site-overlay.ts';
import type { LngLat } from '../../src/site/lng-lat.ts';
import { assertSite } from '../../src/site/place.ts';
import { UserError } from '../../src/site/user-error.ts';
import { releaseLabels } from '../label-board/labels-of.ts';
import { imageryChoice, modelChoice } from '../shared/choices.ts';
import { createSession } from '../shared/create-session.ts';
import type { SessionOptions } from '../shared/create-session.ts';
import { speakAs, t, touchVoice } from '../shared/localize.ts';
import type { Translation, Voice } from '../shared/localize.ts';
import type { Session, SessionState } from '../shared/session.ts';
import { hoverTile, showSession } from '../upwind-map/show-session.ts';
import { controlButton } from './control-button.ts';
import './control-panel.ts';
import {
  NARROW_HEIGHT_PERCENT,
  PANEL_BOTTOM_PX,
  PANEL_SIDE_PX,
  PANEL_WIDTH_PX,
} from './control-panel.styles.ts';
import type { UpwindControlPanel } from './control-panel.ts';
import type { UpwindControlEvents } from './upwind-control.events.ts';

export interface UpwindControlOptions extends SessionOptions {
  /** Wind directions judged beside the eight, such as those square to the building's faces [°]. */
  directions?: readonly number[];
  /** A session to share with elements of the page; the control then leaves ending it to its maker. */
  session?: Session;
  /** Of every source, layer and image id on the map; two controls on one map need two. */
  prefix?: string;
  /** Layer of the map that the overlay goes under; on top where left out. */
  beforeId?: string;
  /** Opens the panel at once. */
  open?: boolean;
}

/** A place as MapLibre takes one. */
export type LngLatInput = LngLat | { lon: number; lat: number } | readonly [number, number];

/** A map narrower than this has its panel at its foot [px]. */
const NARROW_PX = 640;
/** Room that the site's marker takes round its place [px]. */
const MARKER_PX = 24;
/** Keys of the map's `locale` that are ours. */
const LOCALE = 'Upwind.';

/**
 * Upwind on any MapLibre map: a button, a panel, and tiles, sectors and distances painted over the
 * host's layers. While the panel is open, a click on the map chooses a site and analyses it.
 *
 * Sources, layers and images go under one id prefix and come back after `setStyle`; `removeControl`
 * takes away every trace, workers included. Words follow the map's `locale` option: a key `Upwind.`
 * followed by one of ours, such as `Upwind.control.button`; `Upwind.lang` names their language, which
 * else is the page's.
 *
 * ```ts
 * const control = new UpwindControl({ height: '25ft', imagery: 'usgs' });
 * control.on('result', ({ result }) => console.log(result.governing));
 * map.addControl(control, 'top-right');
 * ```
 */
export class UpwindControl implements IControl {
  #options: UpwindControlOptions;
  #session: Session;
  #own: boolean;
  #overlay: SiteOverlay;
  #map: MapLibreMap | null = null;
  #container: HTMLElement | null = null;
  #button: HTMLButtonElement | null = null;
  #panel: UpwindControlPanel | null = null;
  #events = new EventTarget();
  #stop: (() => void)[] = [];
  /** The answer of a control that was taken off its map; a session would start workers over it. */
  #kept: SiteResult | null = null;

  /** @throws UserError naming the option that cannot be read */
  constructor(options: UpwindControlOptions = {}) {
    this.#options = options;
    this.#own = options.session === undefined;
    this.#session = options.session ?? this.#make();
    const { prefix, beforeId } = options;
    this.#overlay = new SiteOverlay({
      ...(prefix !== undefined && { prefix }),
      ...(beforeId !== undefined && { beforeId }),
      listens: false,
    });
  }

  #make(): Session {
    const { height, imagery, model, settings } = this.#options;
    return createSession({
      ...(height !== undefined && { height }),
      ...(imagery !== undefined && { imagery }),
      ...(model !== undefined && { model }),
      ...(settings && { settings }),
    });
  }

  /** What the control and its panel share; give it to elements of the page to show the same site. */
  get session(): Session {
    return this.#session;
  }

  onAdd(map: MapLibreMap): HTMLElement {
    this.#map = map;
    if (this.#kept) this.#session.openResult(this.#kept);
    this.#kept = null;
    const voice = voiceOf(map);
    const session = this.#session;
    session.voice = voice;
    this.#stop.push(() => {
      session.voice = null;
      touchVoice(null);
    });
    this.#overlay.markerLabel = speakAs(voice, () => t('map.marker'));

    this.#container = document.createElement('div');
    this.#container.className = 'maplibregl-ctrl maplibregl-ctrl-group upwind-control';
    const label = speakAs(voice, () => t('control.button'));
    this.#button = controlButton(label, this.#toggle);
    this.#container.append(this.#button);
    this.#panel = document.createElement('upwind-control-panel');
    this.#panel.hidden = true;
    this.#panel.session = this.#session;
    // The words are English where the host brings none; a reader's voice should know.
    if (!voice) this.#panel.lang = 'en';
    this.#panel.addEventListener('upwind-panel-close', this.#onPanelClose);
    this.#panel.addEventListener('upwind-pick', this.#onPanelPick);
    map.getContainer().append(this.#panel);

    this.#overlay.onAdd(map);
    map.on('resize', this.#measure);
    this.#stop.push(
      this.#overlay.on('pick', ({ at }) => this.#pick(at)),
      this.#overlay.on('move', ({ at }) => this.#pick(at)),
      this.#overlay.on('tileselect', ({ tileId }) =>
        this.#session.select({ tileId, markedTileIds: [] }),
      ),
      this.#overlay.on('tilehover', ({ tileId, bearingDeg }) =>
        hoverTile(this.#session, tileId, bearingDeg),
      ),
      this.#session.subscribe((state, changed) => this.#onSession(state, changed)),
    );
    showSession(this.#overlay, this.#session.state);
    this.#measure();
    if (this.#options.open) this.open();
    return this.#container;
  }

  onRemove(): void {
    const map = this.#map;
    if (!map) return;
    for (const stop of this.#stop.splice(0).reverse()) stop();
    map.off('resize', this.#measure);
    this.#overlay.onRemove();
    this.#panel?.removeEventListener('upwind-panel-close', this.#onPanelClose);
    this.#panel?.removeEventListener('upwind-pick', this.#onPanelPick);
    this.#panel?.remove();
    this.#button?.removeEventListener('click', this.#toggle);
    this.#container?.remove();
    this.#map = this.#container = this.#button = this.#panel = null;
    releaseLabels(this.#session);
    if (!this.#own) return;
    // What was found stays readable, and the same control may be added again.
    const { state, heightFt } = this.#session;
    this.#kept = state.result;
    void this.#session.dispose();
    this.#session = this.#make();
    // With what has been chosen since it was made.
    this.#session.setHeightFt(heightFt);
    void this.#session.change(state.settings);
  }

  /**
   * Puts the site somewhere and analyses it.
   * @param at degrees, as MapLibre takes a place
   * @throws UserError where it cannot be done; AbortError where another site, or `onRemove`, comes between
   */
  async analyse(at: LngLatInput): Promise<SiteResult> {
    const session = this.#session;
    this.#setSite(assertSite(placeOf(at)));
    const result = await session.analyse();
    if (result) return result;
    const { run } = session.state;
    if (run.phase !== 'failed') throw new DOMException('The analysis was cancelled.', 'AbortError');
    throw new UserError(run.message || speakAs(session.voice, () => t('result.nomodel')));
  }

  /** The last answer; null before there is one. */
  getResult(): SiteResult | null {
    return this.#session.state.result ?? this.#kept;
  }

  /**
   * Sets the model: `upwind-vit`, a Hub id, a folder's address, or a reference in full. One that is
   * loaded already is replaced at once; else it loads with the first analysis.
   * @throws UserError for what names no model, or does not load
   */
  async setModel(model: SessionOptions['model']): Promise<void> {
    const session = this.#session;
    const { loading } = await session.chooseModel(modelChoice(model ?? null));
    await loading;
    const { model: state } = session.state;
    if (state.status === 'failed') throw new UserError(state.message);
  }

  /** Sets the imagery. @throws UserError for what names none */
  async setImagery(imagery: NonNullable<SessionOptions['imagery']>): Promise<void> {
    await this.#session.change({ imagery: imageryChoice(imagery) });
    const { message } = this.#session.state.imagery;
    if (message) throw new UserError(message);
  }

  /** Opens the panel; clicks on the map choose sites until it closes. */
  open(): void {
    if (!this.#panel?.hidden) return;
    this.#panel.hidden = false;
    this.#button?.setAttribute('aria-expanded', 'true');
    this.#overlay.listen(true);
    this.#measure();
    this.#emit('open', {});
  }

  /** Closes the panel; the overlay stays. */
  close(): void {
    if (!this.#panel || this.#panel.hidden) return;
    this.#panel.hidden = true;
    this.#button?.setAttribute('aria-expanded', 'false');
    this.#overlay.listen(false);
    this.#emit('close', {});
  }

  /** Listens to a typed event; call the returned function to stop. */
  on<K extends keyof UpwindControlEvents>(
    type: K,
    listener: (detail: UpwindControlEvents[K]) => void,
  ): () => void {
    const wrapped = (event: Event) => listener((event as CustomEvent).detail);
    this.#events.addEventListener(type, wrapped);
    return () => this.#events.removeEventListener(type, wrapped);
  }

  #emit<K extends keyof UpwindControlEvents>(type: K, detail: UpwindControlEvents[K]): void {
    this.#events.dispatchEvent(new CustomEvent(type, { detail }));
  }

  readonly #toggle = (): void => {
    if (!this.#panel?.hidden) return this.close();
    this.open();
    this.#panel.focus();
  };

  readonly #onPanelClose = (): void => {
    this.close();
    this.#button?.focus();
  };

  /** A place typed into the panel is the session's already. */
  readonly #onPanelPick = (event: HTMLElementEventMap['upwind-pick']): void => {
    const { directions } = this.#options;
    if (directions) void this.#session.setBearings({ bearingsDeg: [...directions] });
    this.#emit('pick', { at: event.detail.at });
    void this.#session.analyse();
  };

  /** Which side the panel goes to, and whether there is room beside the map. */
  readonly #measure = (): void => {
    if (!this.#panel || !this.#map) return;
    const corner = this.#container?.parentElement?.className ?? '';
    this.#panel.side = corner.includes('left') ? 'left' : 'right';
    this.#panel.narrow = this.#map.getContainer().clientWidth < NARROW_PX;
    this.#keepInSight();
  };

  /** Moves the map until its site lies beside the panel, or above it, however much that will hold. */
  #keepInSight(): void {
    const { site } = this.#session.state;
    const map = this.#map;
    if (!map || !this.#panel || this.#panel.hidden || !site) return;
    const { clientHeight: height, clientWidth: width } = map.getContainer();
    const { x, y } = map.project(site.at);
    if (x < 0 || x > width || y < 0 || y > height) return;
    if (this.#panel.narrow) {
      const free = height * (1 - NARROW_HEIGHT_PERCENT / 100) - PANEL_BOTTOM_PX;
      if (y > free - MARKER_PX) map.panBy([0, y - free / 2]);
      return;
    }
    const free = width - PANEL_WIDTH_PX - PANEL_SIDE_PX;
    // How far the site is from the edge where there is no panel.
    const away = this.#panel.side === 'right' ? x : width - x;
    if (away < free - MARKER_PX) return;
    const by = away - free / 2;
    map.panBy([this.#panel.side === 'right' ? by : -by, 0]);
  }

  #setSite(at: LngLat): void {
    this.#session.setSite(at);
    const { directions } = this.#options;
    if (directions) void this.#session.setBearings({ bearingsDeg: [...directions] });
  }

  #pick(at: LngLat): void {
    touchVoice(this.#session.voice);
    this.#setSite(at);
    this.#emit('pick', { at });
    void this.#session.analyse();
  }

  #onSession(state: SessionState, changed: ReadonlySet<keyof SessionState>): void {
    showSession(this.#overlay, state);
    if (changed.has('site')) this.#keepInSight();
    const { run, model, result } = state;
    if (changed.has('run') && run.phase === 'running' && run.total > 0) {
      this.#emit('progress', { done: run.done, total: run.total });
    }
    if (changed.has('run') && run.phase === 'failed') {
      // A page without a model of its own has no words for it.
      this.#emit('error', {
        message: run.message || speakAs(this.#session.voice, () => t('result.nomodel')),
      });
    }
    if (changed.has('model') && model.status === 'ready') {
      this.#emit('model', { id: model.info.id, backend: model.backend.name });
    }
    if (changed.has('result') && result) this.#emit('result', { result });
  }
}

function placeOf(at: LngLatInput): LngLat {
  if (Array.isArray(at)) return { lng: at[0] as number, lat: at[1] as number };
  const place = at as LngLat | { lon: number; lat: number };
  return { lng: 'lng' in place ? place.lng : place.lon, lat: place.lat };
}

/** Our words in the map's `locale` option, which MapLibre keeps for its controls; null for none. */
function voiceOf(map: MapLibreMap): Voice | null {
  const table = (map as unknown as { _locale?: Record<string, string> })._locale ?? {};
  const ours = Object.entries(table).filter(([key]) => key.startsWith(LOCALE));
  if (ours.length === 0) return null;
  const words = Object.fromEntries(
    ours.map(([key, value]) => [key.slice(LOCALE.length), value]),
  ) as Translation;
  return { words, lang: table[`${LOCALE}lang`] ?? (document.documentElement.lang || 'en') };
}
