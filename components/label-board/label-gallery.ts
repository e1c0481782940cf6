import { html, nothing } from 'lit';
import type { PropertyValues } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { LabelFacets, LabelQuery } from '../../src/labels/label-query.ts';
import { facetsOf, filterLabels, newestFirst } from '../../src/labels/label-query.ts';
import type { LabelRecord } from '../../src/labels/label.ts';
import { LABEL_CHOICES } from '../../src/labels/label.ts';
import { findNearDuplicates } from '../../src/labels/near-duplicates.ts';
import { SPLITS } from '../../src/labels/split-by-site.ts';
import { t } from '../shared/localize.ts';
import { base, tokens } from '../shared/tokens.ts';
import { scrollToCell, windowOf } from './gallery-window.ts';
import type { GalleryView } from './gallery-window.ts';
import './label-detail.ts';
import { galleryStyles } from './label-gallery.styles.ts';
import { LABEL_KEYS, commandOf } from './label-keys.ts';
import './label-picture.ts';
import './label-places.ts';
import { LabelsElement } from './labels-element.ts';
import type { LabelsState } from './labels-state.ts';

/**
 * Every label at a glance: filter, look closer, put right, delete. Only the cells in view exist,
 * so that ten thousand stay quick.
 * @summary Gallery of labelled tiles.
 */
@customElement('upwind-label-gallery')
export class UpwindLabelGallery extends LabelsElement {
  static override styles = [tokens, base, galleryStyles];

  @state() private filter: LabelQuery = {};
  @state() private alikeOnly = false;
  @state() private view: GalleryView = { count: 0, widthPx: 0, heightPx: 0, scrollPx: 0 };
  /** Cell that has the keyboard. */
  @state() private cursor = 0;
  @state() private openId: string | null = null;
  @query('.scroller') private scroller!: HTMLElement | null;

  #all: LabelRecord[] = [];
  #facets: LabelFacets = facetsOf([]);
  #alike = new Map<string, number>();
  #compared: ReadonlySet<string> = new Set();
  #shown: LabelRecord[] = [];
  #observer: ResizeObserver | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#observer = new ResizeObserver(() => this.#measure());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#observer?.disconnect();
    this.#observer = null;
  }

  protected override labelsChanged(state: LabelsState, before: LabelsState): void {
    if (state.labels === before.labels && state.split === before.split && this.#all.length > 0) {
      return;
    }
    if (state.labels !== before.labels || this.#all.length === 0) {
      this.#all = newestFirst(state.labels.values());
      this.#facets = facetsOf(this.#all);
      this.#findAlike(state.labels);
    }
    this.#refilter();
  }

  /** Pictures never change, so another answer to one asks for no new comparison of all. */
  #findAlike(labels: LabelsState['labels']): void {
    const known = this.#compared;
    const same = known.size === labels.size && [...labels.keys()].every((id) => known.has(id));
    if (same) return;
    this.#compared = new Set(labels.keys());
    this.#alike = new Map(
      findNearDuplicates(this.#all).flatMap((group) => group.map((id) => [id, group.length - 1])),
    );
  }

  #refilter(): void {
    const query = this.alikeOnly
      ? { ...this.filter, ids: new Set(this.#alike.keys()) }
      : this.filter;
    this.#shown = filterLabels(this.#all, query, this.now.split.assigned);
    this.cursor = Math.max(0, Math.min(this.cursor, this.#shown.length - 1));
    this.view = { ...this.view, count: this.#shown.length };
  }

  override updated(changed: PropertyValues): void {
    // The card opens above the pictures, which may be out of sight, on a phone most of all.
    if (changed.has('openId') && this.openId && changed.get('openId') === null) {
      const card = this.renderRoot.querySelector('upwind-label-detail');
      void card?.updateComplete.then(() => card.scrollIntoView({ block: 'nearest' }));
    }
    if (!this.scroller) return;
    this.#observer?.observe(this.scroller);
    this.#measure();
  }

  #measure(): void {
    const { scroller } = this;
    if (!scroller) return;
    const [widthPx, heightPx] = [scroller.clientWidth, scroller.clientHeight];
    const { scrollTop: scrollPx } = scroller;
    const { view } = this;
    if (widthPx === view.widthPx && heightPx === view.heightPx && scrollPx === view.scrollPx)
      return;
    this.view = { ...view, widthPx, heightPx, scrollPx };
  }

  override render() {
    if (!this.now.ready) return html`<p class="muted">${t('labels.opening')}</p>`;
    if (this.#all.length === 0) return html`<p class="muted">${t('labels.gallery.empty')}</p>`;
    const open = this.openId ? this.now.labels.get(this.openId) : undefined;
    return html`${this.#filters()}
      ${
        open
          ? html`<upwind-label-detail
              .label=${open}
              .alike=${this.#alike.get(open.id) ?? 0}
              @close=${() => this.#close()}
            ></upwind-label-detail>`
          : nothing
      }
      ${this.#grid()}
      <details class="places">
        <summary>${t('labels.places')}</summary>
        <upwind-label-places
          .records=${this.#shown}
          @site=${(event: CustomEvent<string>) => this.#setFilter({ siteId: event.detail })}
        ></upwind-label-places>
      </details>`;
  }

  #filters() {
    const { sites, sources, labellers } = this.#facets;
    const select = (
      key: 'label' | 'split' | 'siteId' | 'sourceId' | 'labeller',
      name: string,
      options: { value: string; words: string }[],
    ) =>
      html`<label
        ><span>${name}</span>
        <select
          class="field"
          .value=${this.filter[key] ?? ''}
          @change=${(event: Event) =>
            this.#setFilter({ [key]: (event.target as HTMLSelectElement).value || undefined })}
        >
          <option value="">${t('labels.filter.all')}</option>
          ${options.map(
            ({ value, words }) =>
              html`<option value=${value} ?selected=${this.filter[key] === value}>
                ${words}
              </option>`,
          )}
        </select>
      </label>`;
    const plain = (list: readonly string[]) => list.map((value) => ({ value, words: value }));
    return html`<div class="filters">
        ${select(
          'label',
          t('labels.filter.class'),
          LABEL_CHOICES.map((value) => ({ value, words: t(`labels.choice.${value}`) })),
        )}
        ${select(
          'split',
          t('labels.filter.split'),
          SPLITS.map((value) => ({ value, words: t(`labels.split.${value}`) })),
        )}
        ${select('siteId', t('labels.filter.site'), plain(sites))}
        ${select(
          'sourceId',
          t('labels.filter.source'),
          sources.map(({ id, name }) => ({ value: id, words: name })),
        )}
        ${select('labeller', t('labels.filter.by'), plain(labellers))}
        <label
          ><span>${t('labels.filter.text')}</span>
          <input
            class="field"
            type="search"
            .value=${this.filter.text ?? ''}
            @input=${(event: Event) =>
              this.#setFilter({ text: (event.target as HTMLInputElement).value })}
          />
        </label>
      </div>
      <div class="row small">
        <label class="check"
          ><input
            type="checkbox"
            .checked=${this.alikeOnly}
            ?disabled=${this.#alike.size === 0}
            @change=${(event: Event) => {
              this.alikeOnly = (event.target as HTMLInputElement).checked;
              this.#refilter();
            }}
          />
          ${t('labels.filter.alike', { count: this.#alike.size })}</label
        >
        <span class="muted number" role="status"
          >${t('labels.gallery.shown', { shown: this.#shown.length, count: this.#all.length })}</span
        >
      </div>`;
  }

  #setFilter(change: Partial<LabelQuery>): void {
    this.filter = { ...this.filter, ...change };
    this.cursor = 0;
    this.#refilter();
    this.scroller?.scrollTo({ top: 0 });
  }

  #grid() {
    const { columns, cellPx, first, end, topPx, bottomPx } = windowOf(this.view);
    const shown = this.#shown.slice(first, end);
    return html`<div
      class="scroller"
      role="listbox"
      tabindex="0"
      aria-label=${t('labels.gallery.label')}
      aria-activedescendant=${this.#shown.length > 0 ? `cell-${this.cursor}` : nothing}
      @scroll=${() => this.#measure()}
      @keydown=${this.#onKey}
      @click=${this.#onClick}
    >
      ${this.#shown.length === 0 ? html`<p class="muted">${t('labels.gallery.nothing')}</p>` : nothing}
      <div
        class="grid"
        role="presentation"
        .style=${`padding: ${topPx}px 0 ${bottomPx}px; grid-template-columns: repeat(${columns}, 1fr); grid-auto-rows: ${cellPx}px`}
      >
        ${shown.map((label, i) => this.#cell(label, first + i))}
      </div>
    </div>`;
  }

  #cell(label: LabelRecord, index: number) {
    const split = this.now.split.assigned[label.siteId] ?? 'train';
    const alike = this.#alike.has(label.id);
    const words = { label: label.label, site: label.siteId, split: t(`labels.split.${split}`) };
    return html`<div
      class="cell ${index === this.cursor ? 'cursor' : ''}"
      id="cell-${index}"
      role="option"
      aria-selected=${index === this.cursor}
      aria-setsize=${this.#shown.length}
      aria-posinset=${index + 1}
      aria-label=${t(alike ? 'labels.gallery.item.alike' : 'labels.gallery.item', words)}
      data-index=${index}
    >
      <upwind-label-picture label-id=${label.id} .source=${this.#pixels}></upwind-label-picture>
      <span class="chip ${label.label.toLowerCase()}" data-text=${LABEL_KEYS[label.label]}></span>
      ${split === 'train' ? nothing : html`<span class="mark split" data-text=${words.split}></span>`}
      ${alike ? html`<span class="mark alike" data-text="≈"></span>` : nothing}
    </div>`;
  }

  readonly #onClick = (event: Event): void => {
    const cell = (event.target as Element).closest<HTMLElement>('.cell');
    if (!cell) return;
    this.cursor = Number(cell.dataset.index);
    this.openId = this.#shown[this.cursor]?.id ?? null;
  };

  #close(): void {
    this.openId = null;
    this.scroller?.focus({ preventScroll: true });
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const { columns } = windowOf(this.view);
    const last = this.#shown.length - 1;
    const steps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -columns,
      ArrowDown: columns,
      Home: -last,
      End: last,
    };
    const step = steps[event.key];
    const label = this.#shown[this.cursor];
    const command = commandOf(event);
    if (step !== undefined) {
      this.cursor = Math.max(0, Math.min(last, this.cursor + step));
      this.scroller!.scrollTop = scrollToCell(this.cursor, this.view);
      if (this.openId) this.openId = this.#shown[this.cursor]?.id ?? null;
    } else if (event.key === 'Enter' && label) this.openId = label.id;
    else if (event.key === 'Escape' && this.openId) this.openId = null;
    else if (event.key === 'Delete' && label) void this.labels?.remove([label.id]);
    else if (command?.do === 'label' && label)
      void this.labels?.relabel([label.id], command.choice);
    else return;
    event.preventDefault();
  };

  readonly #pixels = async (id: string): Promise<Uint8Array | null> =>
    (await this.labels?.open())?.store.pixels(id) ?? null;
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-label-gallery': UpwindLabelGallery;
  }
}
