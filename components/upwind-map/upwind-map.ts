import { ContextProvider } from '@lit/context';
import type { Map as MapLibreMap } from 'maplibre-gl';
import { html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { SiteResult, TileResult } from '../../src/analysis/site-result.ts';
import type { BuildingOutline } from '../../src/maplibre/building-outline.ts';
import type { SiteOverlay } from '../../src/maplibre/site-overlay.ts';
import type { OverlayLook } from '../../src/maplibre/overlay-layers.ts';
import { destination, fromLocal } from '../../src/site/geodesy.ts';
import type { LngLat } from '../../src/site/lng-lat.ts';
import { sessionContext } from '../shared/context.ts';
import { groundText, percent, placeText } from '../shared/format.ts';
import { fillOf, hatchDefs } from '../shared/hatch.ts';
import { icon } from '../shared/icons.ts';
import type { IconName } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';
import { ownSession } from '../shared/own-session.ts';
import { SessionElement } from '../shared/session-element.ts';
import type { Session, SessionState } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';
import { baseStyle } from './base-style.ts';
import type { MapAttributes } from './map-attributes.ts';
import { applyAttributes, attributesOf, MAP_ATTRIBUTES } from './map-attributes.ts';
import { radiiOf } from './radii.ts';
import { scaleBar } from './scale-bar.ts';
import { hoverTile, showSession } from './show-session.ts';
import { siteTile, tileAfter } from './tile-steps.ts';
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

interface ScreenPoint {
  x: number;
  y: number;
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
  #cursor: string | null = null;

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
      map = new module.Map({
        container: this.container,
        style: baseStyle(null),
        center: this.session?.state.site?.at ?? { lng: 0, lat: 20 },
        zoom: this.session?.state.site ? 13 : 2,
        attributionControl: false,
        // No fading: without a GPU it would redraw the map through the whole analysis.
        fadeDuration: 0,
        maxPitch: 0,
        dragRotate: false,
        pitchWithRotate: false,
        maxZoom: 19,
        // Shift with a drag takes tiles in, to label them together; zooming has other ways.
        boxZoom: { boxZoomEnd: (_map, from, to) => this.#markBox(from, to) },
        locale: { 'Map.Title': t('map.label') },
      });
    } catch {
      this.status = 'failed';
      return;
    }
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
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
      control.on('tilehover', ({ tileId, bearingDeg }) => this.#onHover(tileId, bearingDeg)),
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

  #onHover(tileId: string | null, bearingDeg: number | null): void {
    hoverTile(this.session, tileId, bearingDeg);
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
          @focus=${() => this.#moveCursor(this.#cursorTile())}
          @blur=${() => this.session?.select({ hotTileId: null, hotDirection: null })}
          @keydown=${this.#onKey}
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
        <div class="card ${this.#own ? 'alone' : ''}">
          <slot name="card">
            ${this.#own ? html`<upwind-tile-card .session=${this.#own}></upwind-tile-card>` : nothing}
          </slot>
        </div>
        ${this.#standingAlone()} ${this.#tools()} ${this.#foot()}
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
    const button = (name: IconName, label: string, act: () => void, pressed?: boolean) =>
      html`<button
        class="button quiet icon"
        aria-label=${label}
        title=${label}
        aria-expanded=${pressed ?? nothing}
        @click=${act}
      >
        ${icon(name)}
      </button>`;
    return html`<div class="tools" part="tools">
      <div class="group">
        ${button('plus', t('map.zoomin'), () => this.#map?.zoomIn())}
        ${button('minus', t('map.zoomout'), () => this.#map?.zoomOut())}
        ${button('target', t('map.fit'), () => this.fit())}
      </div>
      <div class="group">
        <button
          class="button quiet icon"
          aria-label=${t('app.setup.faces')}
          title=${t('app.setup.faces')}
          aria-pressed=${typeof this.session?.state.site?.facingDeg === 'number'}
          ?disabled=${!this.session?.state.site}
          @click=${() => this.#toggleFaces()}
        >
          ${icon('faces')}
        </button>
        ${button('layers', t('map.layers'), () => (this.layersOpen = !this.layersOpen), this.layersOpen)}
      </div>
      ${this.layersOpen ? this.#layers() : nothing}
    </div>`;
  }

  /** The outline of the building comes with its four directions, and goes with them. */
  #toggleFaces(): void {
    const off = typeof this.session?.state.site?.facingDeg !== 'number';
    void this.session?.setBearings({ facingDeg: off ? 0 : null });
    if (off) this.#outline?.handle.focus();
  }

  #layers() {
    const check = (key: 'tiles' | 'sectors' | 'rings') =>
      html`<label>
        <input
          type="checkbox"
          .checked=${this.look[key]}
          @change=${(event: Event) =>
            this.#setLook({ [key]: (event.target as HTMLInputElement).checked })}
        />
        ${t(`map.layer.${key}`)}
      </label>`;
    return html`<div class="group layers" role="group" aria-label=${t('map.layers')}>
      ${check('tiles')} ${check('sectors')} ${check('rings')}
      <label class="stack">
        ${t('map.opacity')}
        <input
          type="range"
          min="0"
          max="1"
          step="0.05"
          .value=${String(this.look.opacity)}
          @input=${(event: Event) =>
            this.#setLook({ opacity: Number((event.target as HTMLInputElement).value) })}
        />
      </label>
    </div>`;
  }

  #setLook(change: Partial<OverlayLook>): void {
    this.look = { ...this.look, ...change };
    this.#overlay?.setLook(this.look);
  }

  #foot() {
    const source = this.session?.state.imagery.source;
    const chip = (ground: 'B' | 'C' | 'D' | 'unknown', words: string) =>
      html`<li>
        <svg viewBox="0 0 17 17" aria-hidden="true">
          <defs>${hatchDefs('key')}</defs>
          <rect width="17" height="17" fill=${fillOf(ground)}></rect>
          <rect width="17" height="17" fill="url(#key-${ground})"></rect>
        </svg>
        ${words}
      </li>`;
    return html`<div class="foot ${this.#own ? 'alone' : ''}" part="foot">
      ${scaleBar(this.metresPerPixel)}
      <ul class="plate legend" aria-label=${t('map.legend')}>
        ${chip('B', `B ${t('ground.B')}`)} ${chip('C', `C ${t('ground.C')}`)}
        ${chip('D', `D ${t('ground.D')}`)} ${chip('unknown', t('map.legend.missing'))}
      </ul>
      ${source?.attribution ? html`<span class="plate">${source.attribution}</span>` : nothing}
    </div>`;
  }

  #cursorTile(): TileResult | null {
    const tiles = this.session?.state.tiles ?? [];
    const held = this.#cursor ?? this.session?.state.selection.tileId;
    return tiles.find(({ id }) => id === held) ?? siteTile(tiles);
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const tiles = this.session?.state.tiles ?? [];
    const from = this.#cursorTile();
    if (!from) return;
    const next = tileAfter(event.key, from, tiles);
    if (next && event.shiftKey) this.#markStep(from, next);
    else if (next) this.#moveCursor(next);
    else if (event.key === 'Enter' || event.key === ' ') this.session?.select({ tileId: from.id });
    else if (event.key === 'Escape') this.session?.select({ tileId: null, markedTileIds: [] });
    else return;
    event.preventDefault();
  };

  /** Shift with an arrow takes both tiles in. */
  #markStep(from: TileResult, next: TileResult): void {
    const marked = this.session?.state.selection.markedTileIds ?? [];
    this.session?.select({ markedTileIds: [...new Set([...marked, from.id, next.id])] });
    this.#moveCursor(next);
  }

  #moveCursor(tile: TileResult | null): void {
    if (!tile) return;
    this.#cursor = tile.id;
    this.cursorText = wordsOf(tile);
    const bearing = (Math.atan2(tile.eastM, tile.northM) * 180) / Math.PI;
    const away = Math.hypot(tile.eastM, tile.northM);
    this.#onHover(tile.id, away < 1 ? null : (bearing + 360) % 360);
  }
}

function wordsOfRun({ run, model, result }: SessionState): string {
  if (run.phase === 'loading-model') {
    return t((model.status === 'loading' && model.label) || 'plug.loading');
  }
  if (run.phase === 'running') return t('plug.running', { done: run.done, total: run.total });
  if (run.phase === 'failed') {
    return t('plug.failed', { message: run.message || t('result.nomodel.title') });
  }
  return result ? t('plug.done', { exposure: result.governing }) : '';
}

function wordsOf(tile: TileResult): string {
  const away = Math.round(Math.hypot(tile.eastM, tile.northM));
  const bearing = Math.round((Math.atan2(tile.eastM, tile.northM) * 180) / Math.PI + 360) % 360;
  const where =
    away < 1 ? t('card.where.site') : t('card.where.away', { length: `${away} m`, bearing });
  if (tile.missing) return t('map.cursor.missing', { where });
  if (tile.by === null) return t('map.cursor.waiting', { where });
  return t('map.cursor.tile', {
    where,
    roughness: tile.roughness ?? '–',
    words: groundText(tile.roughness),
    confidence: percent(tile.confidence),
  });
}

/** Ground size of a CSS pixel at the map's centre [m]. */
function metresPerPixelOf(map: MapLibreMap): number {
  const { lat } = map.getCenter();
  return (40_075_016.686 * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** map.getZoom());
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-map': UpwindMap;
  }
}
