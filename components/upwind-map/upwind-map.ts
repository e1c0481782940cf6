import { ContextProvider } from '@lit/context';
import type { Map as MapLibreMap } from 'maplibre-gl';
import { html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { SiteResult } from '../../src/analysis/site-result.ts';
import type { BuildingOutline } from '../../src/maplibre/building-outline.ts';
import type { SiteOverlay } from '../../src/maplibre/site-overlay.ts';
import type { OverlayLook } from '../../src/maplibre/overlay-layers.ts';
import { destination, fromLocal } from '../../src/site/geodesy.ts';
import type { LngLat } from '../../src/site/lng-lat.ts';
import { sessionContext } from '../shared/context.ts';
import { placeText } from '../shared/format.ts';
import { icon } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';
import { ownSession } from '../shared/own-session.ts';
import { SessionElement } from '../shared/session-element.ts';
import type { Session, SessionState } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';
import { baseStyle } from './base-style.ts';
import { mapFoot } from './map-foot.ts';
import { mapTools } from './map-tools.ts';
import { wordsOfRun } from './run-words.ts';
import type { MapAttributes } from './map-attributes.ts';
import { applyAttributes, attributesOf, MAP_ATTRIBUTES } from './map-attributes.ts';
import { radiiOf } from './radii.ts';
import { hoverTile, showSession } from './show-session.ts';
import { metresPerPixelOf, siteMap } from './site-map.ts';
import type { ScreenPoint } from './site-map.ts';
import { TileCursor } from './tile-cursor.ts';
import {
  UpwindErrorEvent,
  UpwindPickEvent,
  UpwindProgressEvent,
  UpwindResultEvent,
} from './upwind-map.events.ts';
import { mapStyles } from './upwind-map.styles.ts';

/** Side of a direction's letter on the map [px]. */
const LETTER_PX = 22;
/** In a map wider than this the foot has room beside the letters [px]. */
const NARROW_PX = 720;

/** Room that panels over the map take [px]. */
export interface MapInset {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

/**
 * The site on its imagery, with tiles, sectors and distances painted over it. With a session, as
 * a property or from an ancestor, it shows that; alone it makes one, which elements inside it
 * share, and analyses each site that its attributes or a click give it.
 * @summary Map that analyses the roughness around a clicked site.
 * @event {UpwindPickEvent} upwind-pick - a place was clicked, or the marker put down there
 * @event {UpwindProgressEvent} upwind-progress - a tile was read
 * @event {UpwindResultEvent} upwind-result - one site finished; carries a SiteResult
 * @event {UpwindErrorEvent} upwind-error - an attribute cannot be read, or an analysis failed
 * @slot - elements that share the map's session, shown beneath it
 * @slot card - card of the tile under pointer, focus or selection
 * @csspart map - the MapLibre container
 * @csspart status - progress, answer or failure of a map that stands alone
 * @csspart tools - buttons for zoom, view, building and layers
 * @csspart foot - scale, key of the colours, attribution of the imagery
 * @cssproperty --upwind-map-inset-top - room taken by what lies over the map
 * @cssproperty --upwind-map-inset-left - the same at its left
 * @cssproperty --upwind-map-inset-bottom - the same at its foot
 */
@customElement('upwind-map')
export class UpwindMap extends SessionElement {
  static override styles = [tokens, base, mapStyles];

  /** Building site, `lat,lng` in degrees; follows what is clicked. */
  @property({ reflect: true }) site: string | null = null;
  /** Mean roof height, `25ft` or `7.6m`. */
  @property({ reflect: true }) height: string | null = null;
  /** `demo`, `naip`, `usgs`, `esri`, a tile template, or a WMS or ArcGIS address. */
  @property({ reflect: true }) imagery: string | null = null;
  /** `upwind-vit`, a Hugging Face id, or the address of a checkpoint folder. */
  @property({ reflect: true }) model: string | null = null;
  /** A map that stands alone waits for `analyse()`. */
  @property({ type: Boolean, reflect: true }) manual = false;
  /** Answer that is shown; set one to show it. */
  @property({ attribute: false }) result: SiteResult | null = null;
  /** Room that panels over the map take [px]. */
  @property({ attribute: false }) inset: MapInset = { top: 0, right: 0, bottom: 0, left: 0 };
  @state() private status: 'loading' | 'ready' | 'failed' = 'loading';
  @state() private look: OverlayLook = { opacity: 0.42, tiles: true, sectors: true, rings: true };
  @state() private layersOpen = false;
  @state() private cursorText = '';
  @state() private metresPerPixel = 0;
  /** What is wrong with an attribute. */
  @state() private trouble = '';
  @query('#map') private container!: HTMLElement;

  #map: MapLibreMap | null = null;
  #overlay: SiteOverlay | null = null;
  #outline: BuildingOutline | null = null;
  #stop: (() => void)[] = [];
  /** Counts connections, so that a map that loads too late is not kept. */
  #life = 0;
  #shownSource: SessionState['imagery']['source'] | undefined = undefined;
  #shownSite: LngLat | null = null;
  /** Attributes that could not be read, and what the session said there meanwhile. */
  #refused = new Map<keyof MapAttributes, { said: string | null; message: string }>();
  /** Attributes on their way into the session. */
  #applied: Promise<void> = Promise.resolve();
  #applying = 0;
  /** Made here, because nobody gave one. */
  #own: Session | null = null;
  /** From the start: in a page's markup the parts inside ask before there is a session. */
  protected override provider = new ContextProvider(this, { context: sessionContext });
  #cursor = new TileCursor({
    session: () => this.session,
    say: (words) => (this.cursorText = words),
  });

  protected override readonly watches: readonly (keyof SessionState)[] = [
    'site',
    'imagery',
    'tiles',
    'assessment',
    'result',
    'selection',
    'settings',
    'run',
  ];

  constructor() {
    super();
    // A place typed into a form inside the map.
    this.addEventListener('upwind-pick', ({ detail }) => {
      if (detail.by === 'search') this.#begin();
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#start(++this.#life);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#life++;
    for (const stop of this.#stop.splice(0)) stop();
    if (this.#overlay) this.#map?.removeControl(this.#overlay);
    this.#outline?.remove();
    this.#outline = null;
    this.#map?.remove();
    this.#map = this.#overlay = null;
    this.#shownSource = undefined;
    this.#shownSite = null;
    this.status = 'loading';
    // Moved within the page, it goes on with what it has.
    setTimeout(() => {
      if (!this.isConnected) this.#endOwn();
    });
  }

  #endOwn(): void {
    const own = this.#own;
    if (!own) return;
    this.#own = null;
    if (this.session === own) this.session = null;
    void own.dispose();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const { site, height, imagery, model, result } = this;
    // A session that is followed from now on would write its words over the attributes.
    this.#applying++;
    super.willUpdate(changed as Map<PropertyKey, unknown>);
    this.#applying--;
    const { session } = this;
    if (changed.has('session') && session !== this.#own) this.#endOwn();
    if (!session) return;
    const first = changed.has('session') && !changed.get('session');
    if ((first || changed.has('result')) && result && result !== session.state.result) {
      session.openResult(result);
    }
    if (first || MAP_ATTRIBUTES.some((key) => changed.has(key))) {
      this.#apply(session, { site, height, imagery, model });
    } else if (changed.has('session')) this.#reflect(session);
  }

  /** One after the other, in the order in which they were written. */
  #apply(session: Session, wanted: MapAttributes): void {
    this.#applying++;
    this.#applied = this.#applied.then(async () => {
      const { changed, refused } = await applyAttributes(session, wanted);
      this.#applying--;
      if (session !== this.session) return;
      const said = attributesOf(session);
      this.#refused = new Map(
        MAP_ATTRIBUTES.filter((key) => refused[key] !== undefined).map((key) => [
          key,
          { said: said[key], message: refused[key]! },
        ]),
      );
      const before = this.trouble;
      this.#reflect(session);
      if (this.trouble && this.trouble !== before) {
        this.dispatchEvent(new UpwindErrorEvent(this.trouble));
      }
      if (changed) this.#begin();
    });
  }

  /** Attributes follow the session. What could not be read stays until the session says something new. */
  #reflect(session: Session): void {
    if (this.#applying > 0) return;
    const now = attributesOf(session);
    for (const key of MAP_ATTRIBUTES) {
      if (this.#refused.get(key)?.said === now[key]) continue;
      this.#refused.delete(key);
      this[key] = now[key];
    }
    this.trouble = [...this.#refused.values()][0]?.message ?? '';
  }

  /** A map that stands alone analyses what it is given, once all of it can be read. */
  #begin(): void {
    const { session } = this;
    if (this.#refused.size > 0) return;
    if (session && session === this.#own && !this.manual && session.state.site) {
      void session.analyse();
    }
  }

  /**
   * Analyses the site.
   * @returns null where it was cancelled or failed, which `upwind-error` tells
   */
  async analyse(): Promise<SiteResult | null> {
    return (await this.session?.analyse()) ?? null;
  }

  async #start(life: number): Promise<void> {
    await this.updateComplete;
    if (!this.session && life === this.#life) {
      this.#own = ownSession();
      this.session = this.#own;
    }
    const [maplibre, overlay, outline, protocol] = await Promise.all([
      import('maplibre-gl'),
      import('../../src/maplibre/site-overlay.ts'),
      import('../../src/maplibre/building-outline.ts'),
      import('./demo-protocol.ts'),
    ]);
    if (life !== this.#life) return;
    const module = 'default' in maplibre ? (maplibre.default as typeof maplibre) : maplibre;
    this.#stop.push(protocol.useDemoProtocol(module));
    let map: MapLibreMap;
    try {
      map = siteMap(module, {
        container: this.container,
        at: this.session?.state.site?.at ?? null,
        // Shift with a drag takes tiles in, to label them together; zooming has other ways.
        onBox: (from, to) => this.#markBox(from, to),
      });
    } catch {
      this.status = 'failed';
      return;
    }
    this.#map = map;
    const control = (this.#overlay = new overlay.SiteOverlay({ markerLabel: t('map.marker') }));
    map.addControl(control, 'top-right');
    this.#outline = new outline.BuildingOutline(map, {
      label: t('faces.handle'),
      valueText: (degrees) => t('faces.value', { degrees }),
      onTurn: (facingDeg) => void this.session?.setBearings({ facingDeg }),
    });
    const measure = () => {
      this.metresPerPixel = metresPerPixelOf(map);
    };
    map.on('move', measure);
    map.on('resize', measure);
    this.#stop.push(
      control.on('pick', ({ at }) => this.#pick(at, 'click')),
      control.on('move', ({ at }) => this.#pick(at, 'marker')),
      control.on('tileselect', ({ tileId }) => this.session?.select({ tileId, markedTileIds: [] })),
      control.on('tilehover', ({ tileId, bearingDeg }) =>
        hoverTile(this.session, tileId, bearingDeg),
      ),
    );
    map.once('styledata', () => {
      if (life === this.#life) this.status = 'ready';
    });
    measure();
    this.#sync();
  }

  protected override sessionChanged(
    state: SessionState,
    changed: ReadonlySet<keyof SessionState>,
  ): void {
    this.#sync();
    // Before its own attributes have been read, the session's words must not replace them.
    if (this.hasUpdated && this.session) {
      this.#reflect(this.session);
      this.result = state.result;
    }
    if (changed.has('result') && state.result) {
      this.dispatchEvent(new UpwindResultEvent(state.result));
    }
    if (!changed.has('run')) return;
    const { run } = state;
    if (run.phase === 'running') {
      this.dispatchEvent(new UpwindProgressEvent(run.done, run.total));
    } else if (run.phase === 'failed') this.dispatchEvent(new UpwindErrorEvent(run.message));
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('inset') && this.#shownSite) this.fit({ animate: false });
  }

  /** Brings what the session says onto the map. */
  #sync(): void {
    const [map, control, state] = [this.#map, this.#overlay, this.session?.state];
    if (!map || !control || !state) return;
    if (state.imagery.source !== this.#shownSource) {
      this.#shownSource = state.imagery.source;
      map.setStyle(baseStyle(state.imagery.source), { diff: false });
    }
    const at = state.site?.at ?? null;
    showSession(control, state);
    this.#outline?.set(at, state.site?.facingDeg ?? null);
    if (at && (at.lng !== this.#shownSite?.lng || at.lat !== this.#shownSite.lat)) {
      const first = this.#shownSite === null;
      this.#shownSite = at;
      this.fit({ animate: !first });
    }
  }

  /** Marks the tiles whose middle lies in a box on the screen. */
  #markBox(from: ScreenPoint, to: ScreenPoint): void {
    const map = this.#map;
    if (!map || !this.session) return;
    const within = (value: number, a: number, b: number) =>
      value >= Math.min(a, b) && value <= Math.max(a, b);
    const markedTileIds = this.session.state.tiles
      .filter((tile) => {
        const { x, y } = map.project(tile);
        return within(x, from.x, to.x) && within(y, from.y, to.y);
      })
      .map(({ id }) => id);
    this.session.select({ markedTileIds, tileId: markedTileIds[0] ?? null });
    this.cursorText = t('map.marked', { count: markedTileIds.length });
  }

  /** Moves the map so that the whole look-out distance is in view, beside the panels. */
  fit({ animate = true } = {}): void {
    const state = this.session?.state;
    if (!this.#map || !state?.site) return;
    // The panels may have moved because the window did, and the map has not heard of that yet.
    this.#map.resize();
    const radiusM = Math.max(...radiiOf(state).map((ring) => ring.radiusM)) * 1.16;
    const { at } = state.site;
    const [north, east, south, west] = [0, 90, 180, 270].map((b) => destination(at, b, radiusM));
    this.#map.fitBounds([west!.lng, south!.lat, east!.lng, north!.lat], {
      padding: this.#room(),
      animate: animate && !matchMedia('(prefers-reduced-motion: reduce)').matches,
      duration: 700,
    });
  }

  /** Beside panels; letters stay clear of the foot where the map is narrow, and of the edges where it stands alone. */
  #room(): MapInset {
    const { top, right, bottom, left } = this.inset;
    const foot = this.renderRoot.querySelector<HTMLElement>('.foot')?.offsetHeight ?? 0;
    const edge = LETTER_PX / 2 + 4;
    if (top + right + bottom + left > 0 && !this.#own)
      return this.clientWidth > NARROW_PX ? this.inset : { ...this.inset, bottom: bottom + foot };
    return {
      top: top + edge,
      right: right + edge,
      bottom: bottom + foot + edge,
      left: left + edge,
    };
  }

  /** True while there is nothing left to load or draw. */
  get drawn(): boolean {
    const map = this.#map;
    return map?.areTilesLoaded() === true && map.loaded() && this.#overlay?.upToDate === true;
  }

  /** Where a place, in metres east and north of the site, is on the element [px]; null without map. */
  project({ east, north }: { east: number; north: number }): { x: number; y: number } | null {
    const site = this.session?.state.site?.at;
    if (!this.#map || !site) return null;
    const { x, y } = this.#map.project(fromLocal(site, { eastM: east, northM: north }));
    return { x, y };
  }

  #pick(at: LngLat, by: 'click' | 'marker'): void {
    this.session?.setSite(at, null, { sameBuilding: by === 'marker' });
    this.dispatchEvent(new UpwindPickEvent(at, by));
    this.cursorText = t('map.moved', { place: placeText(at) });
    this.#begin();
  }

  override render(): TemplateResult {
    const state = this.session?.state;
    return html`<div class="region" role="region" aria-label=${t('map.region')}>
        <div
          class="cursor"
          role="application"
          tabindex=${state && state.tiles.length > 0 ? 0 : -1}
          aria-label=${t('map.cursor')}
          aria-describedby="cursor-hint"
          @focus=${() => this.#cursor.enter()}
          @blur=${() => this.#cursor.leave()}
          @keydown=${this.#cursor.onKey}
        >
          <span id="cursor-hint">${t('map.cursor.hint')}</span>
        </div>
        <p class="visually-hidden" aria-live="polite">${this.cursorText}</p>
        <div id="map" part="map"></div>
        ${
          this.status === 'ready'
            ? nothing
            : html`<p class="message ${this.status}">${t(`map.${this.status}`)}</p>`
        }
        <div class="card ${this.#own ? 'alone' : ''} ${state?.selection.tileId ? '' : 'passing'}">
          <slot name="card">
            ${this.#own ? html`<upwind-tile-card .session=${this.#own}></upwind-tile-card>` : nothing}
          </slot>
        </div>
        ${this.#standingAlone()} ${this.#tools()}
        ${mapFoot({ metresPerPixel: this.metresPerPixel, source: state?.imagery.source, alone: this.#own !== null })}
      </div>
      <slot></slot>`;
  }

  /** What the app says in its panel. */
  #standingAlone() {
    if (!this.#own) return nothing;
    const words = this.trouble || wordsOfRun(this.#own.state);
    const bad = this.trouble !== '' || this.#own.state.run.phase === 'failed';
    return html`<p
      class="plate status ${bad ? 'bad' : ''} ${words ? '' : 'silent'}"
      part="status"
      role="status"
    >
      ${words ? html`${bad ? icon('warning') : nothing} ${words}` : nothing}
    </p>`;
  }

  #tools() {
    const site = this.session?.state.site;
    return mapTools({
      look: this.look,
      layersOpen: this.layersOpen,
      hasSite: !!site,
      faces: typeof site?.facingDeg === 'number',
      onZoom: (by) => (by > 0 ? this.#map?.zoomIn() : this.#map?.zoomOut()),
      onFit: () => this.fit(),
      onFaces: () => this.#toggleFaces(),
      onLayers: () => (this.layersOpen = !this.layersOpen),
      onLook: (change) => this.#setLook(change),
    });
  }

  /** The outline of the building comes with its four directions, and goes with them. */
  #toggleFaces(): void {
    const off = typeof this.session?.state.site?.facingDeg !== 'number';
    void this.session?.setBearings({ facingDeg: off ? 0 : null });
    if (off) this.#outline?.handle.focus();
  }

  #setLook(change: Partial<OverlayLook>): void {
    this.look = { ...this.look, ...change };
    this.#overlay?.setLook(this.look);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-map': UpwindMap;
  }
}
