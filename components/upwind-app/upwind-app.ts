import { ContextProvider } from '@lit/context';
import { LitElement, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CheckpointFiles } from '../../src/checkpoint/file-set.ts';
import type { UpwindTrainLabelsEvent } from '../label-board/label-board.events.ts';
import '../tile-card/tile-card.ts';
import '../upwind-map/upwind-map.ts';
import type { MapInset } from '../upwind-map/upwind-map.ts';
import { sessionContext } from '../shared/context.ts';
import { icon } from '../shared/icons.ts';
import type { IconName } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';
import { Session } from '../shared/session.ts';
import type { SessionPorts, SessionState, Site } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';
import { modelField, readHash, withOwnKey, writeHash } from '../shared/url-state.ts';
import { Announcer } from './announcer.ts';
import { logo } from './logo.ts';
import { dragSheet, nearestStop, nextStop, SHEET_STOPS } from './sheet.ts';
import { sitePane } from './site-pane.ts';
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
  #announcer = new Announcer();
  #begun = false;
  /** Counts links opened in this visit. */
  #links = 0;
  #labelling: Promise<() => void> | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.session = new Session(this.ports);
    this.#provider.setValue(this.session);
    const onHash = () => void this.#openLink();
    const onNarrow = () => this.requestUpdate();
    addEventListener('hashchange', onHash);
    this.#narrow.addEventListener('change', onNarrow);
    addEventListener('dragover', keepPage);
    addEventListener('drop', keepPage);
    this.#stop = [
      () => removeEventListener('dragover', keepPage),
      () => removeEventListener('drop', keepPage),
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
    const opened = ++this.#links;
    if (link.site) {
      const { at, name, heightFt, facingDeg = null, bearingsDeg = [] } = link.site;
      this.session.setSite(at, name);
      this.session.setHeightFt(heightFt);
      void this.session.setBearings({ facingDeg, bearingsDeg });
    }
    const { model, ...others } = link.settings;
    if (others.imagery) others.imagery = withOwnKey(others.imagery, settings.imagery);
    if (Object.keys(others).length > 0) await this.session.change(others);
    // Another link was opened meanwhile: its choices stay.
    if (opened !== this.#links) return;
    // Not a mere setting: the model that is loaded has to go.
    if (model !== undefined && modelField(model) !== modelField(settings.model)) {
      await this.session.chooseModel(model);
    }
    if (link.site && opened === this.#links) void this.session.analyse();
  }

  #onSession(next: SessionState, changed: ReadonlySet<keyof SessionState>): void {
    if (changed.has('site') || changed.has('settings')) {
      const hash = writeHash(next.site, next.settings);
      if (hash !== location.hash) history.replaceState(null, '', hash);
      document.documentElement.style.colorScheme =
        next.settings.theme === 'system' ? 'light dark' : next.settings.theme;
    }
    if (!this.mapShown) this.#considerMap(next);
    if (changed.has('run')) this.live = this.#announcer.wordsOf(next) ?? this.live;
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
          ${this.tab === 'site' ? sitePane(now) : this.#lazyPane(this.tab)}
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
    dragSheet(event, this.sheet, {
      onMove: (share) => {
        this.dragging = true;
        this.sheet = share;
      },
      onEnd: (moved) => {
        this.dragging = false;
        this.sheet = nearestStop(this.sheet, moved);
      },
    });
  };
}

/** A file let go beside its place would open instead of the page, and what goes on would be lost. */
function keepPage(event: DragEvent): void {
  if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = 'none';
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-app': UpwindApp;
  }
}
