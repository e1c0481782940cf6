import { ContextProvider } from '@lit/context';
import { LitElement, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CheckpointFiles } from '../../src/checkpoint/file-set.ts';
import '../faces-form/faces-form.ts';
import '../imagery-picker/imagery-picker.ts';
import type { UpwindTrainLabelsEvent } from '../label-board/label-board.events.ts';
import '../model-picker/model-picker.ts';
import { nameOf } from '../model-picker/model-picker.ts';
import '../report-form/report-form.ts';
import '../result-panel/result-panel.ts';
import '../rules-form/rules-form.ts';
import '../site-form/site-form.ts';
import '../tile-card/tile-card.ts';
import '../upwind-map/upwind-map.ts';
import type { MapInset } from '../upwind-map/upwind-map.ts';
import { bearingsOf } from '../../src/site/building-bearings.ts';
import { sessionContext } from '../shared/context.ts';
import { percent } from '../shared/format.ts';
import { icon } from '../shared/icons.ts';
import type { IconName } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';
import { Session } from '../shared/session.ts';
import type { SessionPorts, SessionState, Site } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';
import { modelField, readHash, withOwnKey, writeHash } from '../shared/url-state.ts';
import { chooseModel } from '../upwind-map/map-attributes.ts';
import { logo } from './logo.ts';
import { nearestStop, nextStop, SHEET_STOPS } from './sheet.ts';
import { LAZY_TABS } from './tabs.ts';
import type { LazyTab } from './tabs.ts';
import { appStyles } from './upwind-app.styles.ts';

type Tab = 'site' | LazyTab;
const TABS: readonly Tab[] = ['site', 'labels', 'train', 'sites'];
const NARROW = '(max-width: 720px)';
const MAP_AT_THE_LATEST_MS = 1500;

/**
 * The whole page: map, and the panel that goes with it.
 * @summary The Upwind application.
 */
@customElement('upwind-app')
export class UpwindApp extends LitElement {
  static override styles = [tokens, base, appStyles];

  /** What the session works with. Set before the element is connected. */
  @property({ attribute: false }) ports!: SessionPorts;
  /** Site that a first visit opens with, analysed at once. */
  @property({ attribute: false }) firstSite: (() => Promise<Site>) | null = null;

  @state() private tab: Tab = 'site';
  @state() private tabLoaded: Partial<Record<LazyTab, 'loading' | 'ready' | 'missing'>> = {};
  @state() private live = '';
  @state() private sheet: number = SHEET_STOPS[1];
  @state() private dragging = false;
  @state() private mapShown = false;
  @state() private trainingFiles: CheckpointFiles | null = null;

  session!: Session;
  #provider = new ContextProvider(this, { context: sessionContext });
  #stop: (() => void)[] = [];
  #narrow = matchMedia(NARROW);
  #announced = 0;
  #begun = false;
  #labelling: Promise<() => void> | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.session = new Session(this.ports);
    this.#provider.setValue(this.session);
    const onHash = () => void this.#openLink();
    const onNarrow = () => this.requestUpdate();
    addEventListener('hashchange', onHash);
    this.#narrow.addEventListener('change', onNarrow);
    this.#stop = [
      this.session.subscribe((next, changed) => this.#onSession(next, changed)),
      () => removeEventListener('hashchange', onHash),
      () => this.#narrow.removeEventListener('change', onNarrow),
    ];
    const latest = setTimeout(() => (this.mapShown = true), MAP_AT_THE_LATEST_MS);
    this.#stop.push(() => clearTimeout(latest));
    void this.#begin().finally(() => {
      this.#begun = true;
      this.#considerMap(this.session.state);
    });
  }

  /**
   * The map comes once the model is on its way: without a graphics card a map takes the page's
   * thread for seconds while it starts, and nothing else would be asked for meanwhile.
   */
  #considerMap({ run, model }: SessionState): void {
    const asked = model.status !== 'none' && (model.status !== 'loading' || model.label !== '');
    if (this.#begun && (run.phase !== 'loading-model' || asked)) this.mapShown = true;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stop.splice(0)) stop();
    void this.#labelling?.then((release) => release());
    this.#labelling = null;
    void this.session.dispose();
  }

  async #begin(): Promise<void> {
    const link = readHash(location.hash);
    await this.session.restore(link);
    const { site, result } = this.session.state;
    if (!site && this.firstSite) {
      const first = await this.firstSite();
      // Someone quick may have clicked the map meanwhile.
      if (this.session.state.site) return;
      this.session.setSite(first.at, first.name);
      void this.session.analyse();
    } else if (site && !result && link.site) void this.session.analyse();
  }

  async #openLink(): Promise<void> {
    const { site, settings } = this.session.state;
    if (location.hash === writeHash(site, settings)) return;
    const link = readHash(location.hash);
    const { model, ...others } = link.settings;
    if (others.imagery) others.imagery = withOwnKey(others.imagery, settings.imagery);
    if (Object.keys(others).length > 0) await this.session.change(others);
    // Not a mere setting: the model that is loaded has to go.
    if (model !== undefined && modelField(model) !== modelField(settings.model)) {
      await chooseModel(this.session, model);
    }
    if (!link.site) return;
    this.session.setSite(link.site.at, link.site.name);
    this.session.setHeightFt(link.site.heightFt);
    void this.session.analyse();
  }

  #onSession(next: SessionState, changed: ReadonlySet<keyof SessionState>): void {
    if (changed.has('site') || changed.has('settings')) {
      const hash = writeHash(next.site, next.settings);
      if (hash !== location.hash) history.replaceState(null, '', hash);
      document.documentElement.style.colorScheme =
        next.settings.theme === 'system' ? 'light dark' : next.settings.theme;
    }
    if (!this.mapShown) this.#considerMap(next);
    if (changed.has('run')) this.#announce(next);
    if (changed.has('result') && next.result) this.#followLabels();
    this.requestUpdate();
  }

  /** Labels load once there are tiles to label. */
  #followLabels(): void {
    if (this.#labelling) return;
    const { session } = this;
    this.#labelling = import('../label-board/follow-labels.ts').then((labels) => {
      labels.labelsOf(session);
      return () => labels.releaseLabels(session);
    });
  }

  /** Progress in words, at most every fifth of the way: a screen reader must keep up. */
  #announce({ run, result }: SessionState): void {
    if (run.phase === 'running') {
      const fifth = run.total > 0 ? Math.floor((5 * run.done) / run.total) : 0;
      if (fifth !== this.#announced || run.done === 0) {
        this.live = run.done === 0 ? t('live.started') : t('live.progress', { ...run });
      }
      this.#announced = fifth;
    } else if (run.phase === 'done' && result) {
      this.live = t('live.done', { exposure: result.governing });
    } else if (run.phase === 'cancelled') this.live = t('live.cancelled', { done: run.done });
    else if (run.phase === 'failed') {
      const message = run.noModel ? t('result.nomodel') : run.message;
      this.live = t('live.failed', { message });
    }
  }

  override render(): TemplateResult {
    const { state: now } = this.session;
    const narrow = this.#narrow.matches;
    const sheetPx = Math.round(this.sheet * innerHeight);
    return html`${this.mapShown ? this.#map(now, narrow, sheetPx) : nothing}
      <main
        @upwind-pick=${() => void this.session.analyse()}
        class="panel ${this.dragging ? 'dragging' : ''}"
        aria-label=${t('app.panel')}
        .style=${`--sheet: ${sheetPx}px`}
      >
        <button
          class="handle"
          aria-label=${
            this.sheet === SHEET_STOPS.at(-1) ? t('app.sheet.shrink') : t('app.sheet.grow')
          }
          @click=${() => (this.sheet = nextStop(this.sheet))}
          @pointerdown=${this.#onGrab}
        ></button>
        <header>
          <h1>${logo}${t('app.name')}</h1>
          <div role="tablist" aria-label=${t('app.tabs')} @keydown=${this.#onTabKey}>
            ${TABS.map(
              (tab) =>
                html`<button
                  role="tab"
                  id="tab-${tab}"
                  aria-selected=${this.tab === tab}
                  aria-controls="pane"
                  tabindex=${this.tab === tab ? 0 : -1}
                  @click=${() => this.#openTab(tab)}
                >
                  ${t(`app.tab.${tab}`)}
                </button>`,
            )}
          </div>
          ${this.#themeButton(now)}
        </header>
        <div
          class="scroll"
          id="pane"
          role="tabpanel"
          aria-labelledby="tab-${this.tab}"
          @upwind-train-labels=${this.#onTrainLabels}
          @upwind-site-open=${this.#onSiteOpen}
        >
          ${this.tab === 'site' ? this.#sitePane(now) : this.#lazyPane(this.tab)}
        </div>
      </main>
      <p class="visually-hidden" role="status">${this.live}</p>`;
  }

  #map(now: SessionState, narrow: boolean, sheetPx: number): TemplateResult {
    return html`<upwind-map
      .style=${`--sheet: ${sheetPx}px`}
      .inset=${this.#inset(narrow, sheetPx)}
      @upwind-pick=${() => void this.session.analyse()}
    >
      <upwind-tile-card
        slot="card"
        ?hidden=${narrow && this.tab === 'labels' && !now.selection.tileId}
        ><upwind-tile-label></upwind-tile-label
      ></upwind-tile-card>
    </upwind-map>`;
  }

  #inset(narrow: boolean, sheetPx: number): MapInset {
    const inset = narrow
      ? { top: 12, right: 48, bottom: Math.min(sheetPx, innerHeight * 0.55) + 40, left: 12 }
      : { top: 20, right: 60, bottom: 64, left: 432 };
    // The same object while nothing changed, so that the map does not move on every render.
    if (JSON.stringify(inset) !== JSON.stringify(this.#lastInset)) this.#lastInset = inset;
    return this.#lastInset;
  }
  #lastInset: MapInset = { top: 0, right: 0, bottom: 0, left: 0 };

  #themeButton({ settings }: SessionState) {
    const order = ['system', 'light', 'dark'] as const;
    const icons: Record<(typeof order)[number], IconName> = {
      system: 'auto',
      light: 'sun',
      dark: 'moon',
    };
    const label = t('app.theme', { theme: t(`app.theme.${settings.theme}`) });
    const next = order[(order.indexOf(settings.theme) + 1) % order.length]!;
    return html`<button
      class="button quiet icon"
      aria-label=${label}
      title=${label}
      @click=${() => void this.session.change({ theme: next })}
    >
      ${icon(icons[settings.theme])}
    </button>`;
  }

  #sitePane(now: SessionState) {
    return html`<div class="pane">
      <upwind-site-form .searchHelp=${t('site.search.help')}></upwind-site-form>
      ${this.#hint(now)}
      <upwind-result></upwind-result>
      <div class="setup">
        ${this.#setup('photo', 'app.setup.imagery', imageryName(now), html`<upwind-imagery-picker></upwind-imagery-picker>`)}
        ${this.#setup('model', 'app.setup.model', modelName(now), html`<upwind-model-picker></upwind-model-picker>`, now.run.phase === 'failed' && now.run.noModel)}
        ${this.#setup('rules', 'app.setup.rules', t('app.setup.rules.value', { edition: now.settings.edition, share: percent(now.settings.tolerance) }), html`<upwind-rules></upwind-rules>`)}
        ${this.#setup('faces', 'app.setup.faces', facesText(now), html`<upwind-faces></upwind-faces>`)}
        ${this.#setup('report', 'app.setup.report', now.settings.project, html`<upwind-report-form></upwind-report-form>`)}
      </div>
    </div>`;
  }

  #hint({ site, settings }: SessionState) {
    if (site && settings.imagery.id !== 'demo') return nothing;
    return html`<p class="hint">
      ${icon('info')} ${t(site ? 'app.hint.demo' : 'app.hint.start')}
    </p>`;
  }

  #setup(
    name: IconName,
    key: `app.setup.${'imagery' | 'model' | 'rules' | 'faces' | 'report'}`,
    value: string,
    content: TemplateResult,
    open = false,
  ) {
    return html`<details ?open=${open}>
      <summary>
        ${icon(name)}<span class="what">${t(key)}</span><span class="value">${value}</span>
        <svg class="icon turn" viewBox="0 0 16 16" aria-hidden="true">
          <path d="m6 3.5 4.5 4.5L6 12.5" />
        </svg>
      </summary>
      ${content}
    </details>`;
  }

  #lazyPane(tab: LazyTab) {
    const status = this.tabLoaded[tab];
    if (status === 'ready') return LAZY_TABS[tab].render({ trainingFiles: this.trainingFiles });
    return html`<div class="pane">
      <p class="muted">${status === 'missing' ? t(`${tab}.unavailable`) : t('app.tab.loading')}</p>
    </div>`;
  }

  readonly #onTrainLabels = ({ detail }: UpwindTrainLabelsEvent): void => {
    this.trainingFiles = detail.files;
    this.#openTab('train');
  };

  readonly #onSiteOpen = (): void => {
    this.#openTab('site');
    // What was pressed is gone with its panel.
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>('#tab-site')?.focus(),
    );
  };

  #openTab(tab: Tab): void {
    this.tab = tab;
    if (tab === 'site' || this.tabLoaded[tab]) return;
    const note = (status: 'loading' | 'ready' | 'missing') => {
      this.tabLoaded = { ...this.tabLoaded, [tab]: status };
    };
    note('loading');
    LAZY_TABS[tab].load().then(
      () => note('ready'),
      () => note('missing'),
    );
  }

  readonly #onTabKey = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(this.tab) + step + TABS.length) % TABS.length]!;
    this.#openTab(next);
    void this.updateComplete.then(() => {
      this.renderRoot.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
    });
  };

  readonly #onGrab = (event: PointerEvent): void => {
    const handle = event.currentTarget as HTMLElement;
    const start = { y: event.clientY, sheet: this.sheet };
    let moved = 0;
    const onMove = (move: PointerEvent) => {
      moved = start.y - move.clientY;
      if (Math.abs(moved) < 4) return;
      this.dragging = true;
      this.sheet = Math.min(0.96, Math.max(0.12, start.sheet + moved / innerHeight));
    };
    const onEnd = () => {
      handle.removeEventListener('pointermove', onMove);
      handle.removeEventListener('pointerup', onEnd);
      handle.removeEventListener('pointercancel', onEnd);
      if (!this.dragging) return;
      this.dragging = false;
      this.sheet = nearestStop(this.sheet, moved);
      // The click that ends a drag is not a press of the handle.
      handle.addEventListener('click', (click) => click.stopImmediatePropagation(), {
        once: true,
        capture: true,
      });
    };
    handle.setPointerCapture(event.pointerId);
    handle.addEventListener('pointermove', onMove);
    handle.addEventListener('pointerup', onEnd);
    handle.addEventListener('pointercancel', onEnd);
  };
}

function facesText({ site }: SessionState): string {
  const bearings = bearingsOf({ facingDeg: null, bearingsDeg: [], ...site });
  if (bearings.length === 0) return t('app.setup.faces.none');
  return bearings.map((deg) => `${deg}°`).join(', ');
}

const imageryName = ({ imagery, settings }: SessionState): string =>
  imagery.source?.name ?? settings.imagery.id;

function modelName({ model, settings, run }: SessionState): string {
  if (run.phase === 'failed' && run.noModel) return t('app.setup.model.none');
  if (model.status === 'ready') return `${model.info.id} · ${model.backend.name}`;
  if (model.status === 'loading') return t('app.setup.model.loading');
  if (model.status === 'failed') return t('app.setup.model.failed');
  return settings.model ? nameOf(settings.model) : '';
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-app': UpwindApp;
  }
}
