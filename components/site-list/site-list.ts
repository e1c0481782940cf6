import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { SiteResult } from '../../src/analysis/site-result.ts';
import type { SavedSite, SiteDb } from '../../src/platform/browser/site-db.ts';
import { batchCsv } from '../../src/report/batch-csv.ts';
import { saveBlob } from '../label-board/save-blob.ts';
import { icon } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';
import { SessionElement } from '../shared/session-element.ts';
import type { SessionState } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';
import './site-batch.ts';
import './site-compare.ts';
import { nameOf, siteEntry } from './site-entry.ts';
import { UpwindSiteOpenEvent } from './site-list.events.ts';
import { listStyles } from './site-list.styles.ts';
import { sitesOf } from './sites-of.ts';
import type { Sites } from './sites-of.ts';

/** Sites that are shown before somebody asks for all. */
const FIRST = 100;
/** Roses that fit beside each other in a panel. */
const MOST_COMPARED = 6;
/** Sites from which a name is easier typed than found. */
const SEARCHABLE = 9;

/**
 * Saved sites with their answers: opened again without a network, renamed, deleted, compared,
 * exported as one table; and the batch that fills the list from a CSV.
 * @summary The list of saved sites.
 * @event {UpwindSiteOpenEvent} upwind-site-open - a saved answer is shown; carries it
 */
@customElement('upwind-site-list')
export class UpwindSiteList extends SessionElement {
  static override styles = [tokens, base, listStyles];

  @state() private saved: readonly SavedSite[] | null = null;
  @state() private chosen: ReadonlySet<string> = new Set();
  @state() private compared: readonly SiteResult[] | null = null;
  @state() private renaming: string | null = null;
  @state() private deleted: { site: SavedSite; result: SiteResult } | null = null;
  @state() private filter = '';
  @state() private all = false;
  @state() private message = '';
  @state() private failed = '';

  protected override readonly watches: readonly (keyof SessionState)[] = ['result', 'settings'];
  #sites: Sites | null = null;
  #unfollow: (() => void) | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unfollow?.();
    this.#unfollow = null;
    this.#sites = null;
  }

  protected override sessionChanged(): void {
    if (this.#sites || !this.session || !this.isConnected) return;
    const sites = (this.#sites = sitesOf(this.session));
    void this.#try(async (db) => {
      if (this.#sites !== sites) return;
      this.#unfollow?.();
      this.#unfollow = db.subscribe(() => void this.#reload());
      await this.#reload();
    });
  }

  #reload(): Promise<void> {
    return this.#try(async (db) => {
      this.saved = await db.list();
      const keys = new Set(this.saved.map(({ key }) => key));
      if ([...this.chosen].some((key) => !keys.has(key))) {
        this.chosen = new Set([...this.chosen].filter((key) => keys.has(key)));
      }
    });
  }

  /** Every failure of the store is told on the page. */
  async #try(work: (db: SiteDb) => Promise<void>): Promise<void> {
    if (!this.#sites) return;
    try {
      await work(await this.#sites.openDb());
      this.failed = '';
    } catch (error) {
      this.failed = error instanceof Error ? error.message : String(error);
    }
  }

  override render(): TemplateResult {
    return html`<div class="pane">
      ${this.failed ? html`<p class="alert" role="alert">${icon('warning')} <span>${this.failed}</span></p>` : nothing}
      ${this.compared ? this.#comparison(this.compared) : this.#list()}
      <p class="visually-hidden" role="status">${this.message}</p>
    </div>`;
  }

  #comparison(results: readonly SiteResult[]) {
    return html`<div class="title">
        <h2 tabindex="-1">${t('compare.title')}</h2>
        <button class="button" @click=${() => this.#closeComparison()}>${t('compare.back')}</button>
      </div>
      <upwind-site-compare .results=${results} unit=${this.#unit}></upwind-site-compare>`;
  }

  #list() {
    const { saved } = this;
    const current = this.session?.state.result ?? null;
    return html`<div class="title">
        <h2>${this.#title()}</h2>
        <button
          class="button primary"
          ?disabled=${!current || !saved}
          @click=${() => void this.#save()}
        >
          ${t('sites.save')}
        </button>
      </div>
      ${saved?.length === 0 ? html`<p class="muted">${t('sites.empty')}</p>` : nothing}
      ${this.#undo()} ${saved && saved.length > 0 ? this.#entries(saved) : nothing}
      <upwind-site-batch
        .batch=${this.#sites?.batch ?? null}
        unit=${this.#unit}
      ></upwind-site-batch>`;
  }

  get #unit() {
    return this.session?.state.settings.unit ?? 'ft';
  }

  #title(): string {
    const count = this.saved?.length;
    if (count === undefined) return this.failed ? t('sites.title.none') : t('sites.opening');
    if (count === 0) return t('sites.title.none');
    return count === 1 ? t('sites.title.one') : t('sites.title', { count });
  }

  #undo() {
    if (!this.deleted) return nothing;
    const { site } = this.deleted;
    return html`<p class="undo">
      <span>${t('sites.deleted', { name: nameOf(site) })}</span>
      <button class="button" @click=${() => void this.#restore()}>
        ${icon('undo')} ${t('sites.undo')}
      </button>
    </p>`;
  }

  #entries(saved: readonly SavedSite[]) {
    const text = this.filter.trim().toLowerCase();
    const found = text ? saved.filter((site) => nameOf(site).toLowerCase().includes(text)) : saved;
    const shown = this.all ? found : found.slice(0, FIRST);
    return html`${this.#tools(saved)}
      <ul class="sites" aria-label=${t('sites.list')}>
        ${shown.map((site) => this.#entry(site))}
      </ul>
      ${found.length === 0 ? html`<p class="muted">${t('sites.nothing', { text: this.filter })}</p>` : nothing}
      ${
        found.length > shown.length
          ? html`<button class="button" @click=${() => (this.all = true)}>
              ${t('sites.more', { count: found.length })}
            </button>`
          : nothing
      }`;
  }

  #tools(saved: readonly SavedSite[]) {
    const count = this.chosen.size;
    const fits = count >= 2 && count <= MOST_COMPARED;
    return html`<div class="tools">
      ${
        saved.length >= SEARCHABLE
          ? html`<input
              class="field"
              type="search"
              aria-label=${t('sites.search')}
              placeholder=${t('sites.search')}
              .value=${this.filter}
              @input=${(event: Event) => (this.filter = (event.target as HTMLInputElement).value)}
            />`
          : nothing
      }
      <button
        class="button compare"
        ?disabled=${!fits}
        aria-describedby=${fits ? nothing : 'compare-hint'}
        @click=${() => void this.#compare()}
      >
        ${count > 0 ? t('sites.compare.count', { count }) : t('sites.compare')}
      </button>
      <button class="button" @click=${() => this.#export(saved)}>
        ${icon('download')} ${count > 0 ? t('sites.export.count', { count }) : t('sites.export')}
      </button>
      ${fits || saved.length < 2 ? nothing : html`<p class="hint" id="compare-hint">${t('sites.compare.hint')}</p>`}
    </div>`;
  }

  #entry(site: SavedSite) {
    const { key } = site;
    return siteEntry(site, {
      unit: this.#unit,
      chosen: this.chosen.has(key),
      renaming: this.renaming === key,
      onChoose: (on) => this.#tick(key, on),
      onOpen: () => void this.#open(site),
      onDelete: () => void this.#delete(site),
      onRename: {
        begin: () => void this.#beginRename(key),
        save: (name) => void this.#rename(key, name),
        cancel: () => this.#endRename(key),
      },
    });
  }

  #save(): Promise<void> {
    return this.#try(async (db) => {
      // A correction made just now is saved too.
      await this.session?.settled();
      const result = this.session?.state.result;
      if (!result) return;
      const site = await db.put(result, { savedAt: new Date().toISOString() });
      this.message = t('sites.saved', { name: nameOf(site) });
    });
  }

  #open(site: SavedSite): Promise<void> {
    return this.#try(async (db) => {
      const result = await db.get(site.key);
      if (!result) throw new Error(t('sites.gone'));
      this.session?.openResult(result);
      this.message = t('sites.opened', { name: nameOf(site) });
      this.dispatchEvent(new UpwindSiteOpenEvent(result));
    });
  }

  async #beginRename(key: string): Promise<void> {
    this.renaming = key;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLInputElement>('.rename input')?.select();
  }

  #endRename(key: string): void {
    this.renaming = null;
    this.#focusEntry(key);
  }

  #rename(key: string, name: string): Promise<void> {
    return this.#try(async (db) => {
      await db.rename(key, name);
      await this.#reload();
      this.#endRename(key);
    });
  }

  /** Gone at once, and back with one press until the next is deleted. */
  #delete(site: SavedSite): Promise<void> {
    return this.#try(async (db) => {
      // An answer that no longer reads is deleted for good.
      const result = await db.get(site.key).catch(() => null);
      const at = this.saved?.findIndex(({ key }) => key === site.key) ?? 0;
      await db.delete(site.key);
      this.deleted = result && { site, result };
      this.message = t('sites.deleted', { name: nameOf(site) });
      await this.#reload();
      const next = this.saved?.[Math.min(at, (this.saved?.length ?? 0) - 1)];
      if (next) this.#focusEntry(next.key);
      else void this.updateComplete.then(() => this.#focus('.undo button'));
    });
  }

  #restore(): Promise<void> {
    return this.#try(async (db) => {
      const { deleted } = this;
      if (!deleted) return;
      await db.put(deleted.result, { savedAt: deleted.site.savedAt });
      this.deleted = null;
      this.message = t('sites.restored', { name: nameOf(deleted.site) });
      await this.#reload();
      this.#focusEntry(deleted.site.key);
    });
  }

  #tick(key: string, on: boolean): void {
    const chosen = new Set(this.chosen);
    if (on) chosen.add(key);
    else chosen.delete(key);
    this.chosen = chosen;
  }

  #compare(): Promise<void> {
    return this.#try(async (db) => {
      const keys = (this.saved ?? []).map(({ key }) => key).filter((key) => this.chosen.has(key));
      const results = await Promise.all(keys.map((key) => db.get(key)));
      this.compared = results.filter((result) => result !== null);
      await this.updateComplete;
      this.#focus('h2');
    });
  }

  #closeComparison(): void {
    this.compared = null;
    void this.updateComplete.then(() => this.#focus('.compare'));
  }

  #export(saved: readonly SavedSite[]): void {
    const sites = this.chosen.size > 0 ? saved.filter(({ key }) => this.chosen.has(key)) : saved;
    const csv = batchCsv(sites.map(({ row }) => row));
    const name = 'upwind-sites.csv';
    saveBlob(new Blob([csv], { type: 'text/csv' }), name);
    this.message = t('sites.export.made', { name });
  }

  #focusEntry(key: string): void {
    void this.updateComplete.then(() => this.#focus(`[data-key="${CSS.escape(key)}"]`));
  }

  #focus(selector: string): void {
    this.renderRoot.querySelector<HTMLElement>(selector)?.focus();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-site-list': UpwindSiteList;
  }
}
