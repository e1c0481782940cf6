import { html, nothing } from 'lit';
import type { PropertyValues, TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { TileResult } from '../../src/analysis/site-result.ts';
import type { RgbImage } from '../../src/imagery/patch.ts';
import { attentionPicture, mostAttended } from '../../src/vit/attention-picture.ts';
import { ROUGHNESS } from '../../src/roughness/category.ts';
import { groundText, lengthText, percent } from '../shared/format.ts';
import type { LengthUnit } from '../shared/format.ts';
import { icon } from '../shared/icons.ts';
import { decimalText, t } from '../shared/localize.ts';
import { SessionElement } from '../shared/session-element.ts';
import type { SessionState } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';
import { UpwindPickEvent } from '../upwind-map/upwind-map.events.ts';
import { AttentionController } from './attention-controller.ts';
import { tileCardStyles } from './tile-card.styles.ts';
import { UpwindCardCloseEvent } from './tile-card.events.ts';

/**
 * One tile close up: the pixels the model saw, what it made of them, and where they come from.
 * @summary Card of the tile under pointer, focus or selection.
 * @event {UpwindPickEvent} upwind-pick - the site is put on this tile
 * @event {UpwindCardCloseEvent} upwind-card-close - the card was dismissed
 * @slot - what a page adds beneath the facts, such as buttons
 * @csspart card - the whole of it
 * @csspart picture - the pixels that the model saw
 */
@customElement('upwind-tile-card')
export class UpwindTileCard extends SessionElement {
  static override styles = [tokens, base, tileCardStyles];

  /** Shown without a session. */
  @property({ attribute: false }) tile: TileResult | null = null;
  /** Its pixels, without a session. */
  @property({ attribute: false }) patch: RgbImage | null = null;
  /** Lengths are shown in this unit first. */
  @property({ reflect: true }) unit: LengthUnit = 'ft';
  /** The pixels are on their way. */
  @state() private loading = false;
  @query('canvas') private canvas!: HTMLCanvasElement | null;

  protected override readonly watches: readonly (keyof SessionState)[] = [
    'selection',
    'tiles',
    'settings',
  ];
  #attention = new AttentionController(this);
  #asking: AbortController | null = null;
  /** What the picture has light on. */
  #lit: AttentionController['map'] = null;
  #shown: { id: string; sha: string | null } | null = null;

  protected override sessionChanged(state: SessionState): void {
    this.unit = state.settings.unit;
    const { hotTileId, tileId } = state.selection;
    const id = hotTileId ?? tileId;
    this.tile = state.tiles.find((tile) => tile.id === id) ?? null;
    const shown = this.tile && { id: this.tile.id, sha: this.tile.imageSha256 };
    if (shown?.id === this.#shown?.id && shown?.sha === this.#shown?.sha) return;
    this.#shown = shown;
    this.#attention.clear();
    void this.#fetchPatch();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#asking?.abort();
  }

  async #fetchPatch(): Promise<void> {
    this.#asking?.abort();
    this.patch = null;
    const { tile, session } = this;
    if (!tile || !session || tile.missing) return;
    this.patch = session.patches.get(tile.id) ?? null;
    if (this.patch) return;
    const asking = (this.#asking = new AbortController());
    this.loading = true;
    const patch = await session.patch(tile.id, asking.signal).catch(() => null);
    if (asking.signal.aborted) return;
    this.loading = false;
    this.patch = patch;
  }

  override updated(changed: PropertyValues<this>): void {
    const { map } = this.#attention;
    if (!this.patch || !this.canvas) return;
    if (changed.has('patch') || map !== this.#lit) {
      paint(this.canvas, map ? attentionPicture(this.patch, map) : this.patch);
      this.#lit = map;
    }
  }

  override render(): TemplateResult | typeof nothing {
    const { tile } = this;
    if (!tile) return nothing;
    const settled = this.session?.state.selection.tileId === tile.id;
    return html`<section part="card" aria-label=${t('card.label', { id: tile.id })}>
      <header>
        <span class="chip ${tile.roughness?.toLowerCase() ?? ''}">${tile.roughness ?? '?'}</span>
        <h3>${headline(tile)}</h3>
        ${
          settled
            ? html`<button
                class="button quiet icon"
                aria-label=${t('card.close')}
                @click=${() => this.#close()}
              >
                ${icon('close')}
              </button>`
            : nothing
        }
      </header>
      ${this.#picture(tile)} ${settled ? this.#lookButton(tile) : nothing}
      ${tile.probabilities ? bars(tile) : nothing} ${opinions(tile)} ${this.#facts(tile)}
      ${
        settled && Math.hypot(tile.eastM, tile.northM) > 1
          ? html`<button class="button move" @click=${() => this.#moveSite(tile)}>
              ${icon('target')} ${t('card.move')}
            </button>`
          : nothing
      }
      <slot></slot>
    </section>`;
  }

  #picture(tile: TileResult) {
    if (tile.missing) {
      return html`<p class="no-picture">${t(`card.missing.${tile.missing}`)} ${tile.detail}</p>`;
    }
    if (!this.patch) {
      return html`<p class="no-picture soon">
        ${tile.by === null ? t('card.waiting') : this.loading ? t('card.loading') : t('card.gone')}
      </p>`;
    }
    return html`<canvas
      part="picture"
      width=${this.patch.width}
      height=${this.patch.height}
      role="img"
      aria-label=${t(this.#attention.map ? 'card.attention.picture' : 'card.picture')}
    ></canvas>`;
  }

  #lookButton(tile: TileResult) {
    const { session } = this;
    if (!session || !this.patch || !tile.probabilities) return nothing;
    const { map, working, message } = this.#attention;
    const words = () => {
      if (working) return t('card.attention.working');
      if (message) return message;
      if (!map) return '';
      const { part, share } = mostAttended(map);
      return t('card.attention.most', {
        part: t(`card.attention.part.${part}`),
        share: percent(share),
      });
    };
    return html`<div class="look">
      <button
        class="button quiet"
        aria-pressed=${map || working ? 'true' : 'false'}
        @click=${() => void this.#attention.toggle(session, tile.id)}
      >
        ${icon('eye')} ${t('card.attention')}
      </button>
      <p role="status">${words()}</p>
    </div>`;
  }

  #facts(tile: TileResult) {
    const source = this.session?.state.result?.imagery ?? this.session?.state.imagery.source;
    const away = Math.hypot(tile.eastM, tile.northM);
    return html`<dl>
      <dt>${t('card.where')}</dt>
      <dd>
        ${
          away < 1
            ? t('card.where.site')
            : t('card.where.away', {
                length: lengthText(away, this.unit),
                bearing: Math.round(
                  (450 - (Math.atan2(tile.northM, tile.eastM) * 180) / Math.PI) % 360,
                ),
              })
        }
      </dd>
      ${
        source
          ? html`<dt>${t('card.source')}</dt>
              <dd>${source.name}${source.synthetic ? ` · ${t('card.synthetic')}` : ''}</dd>`
          : nothing
      }
      ${
        tile.acquired || (tile.imageSha256 && source && !source.synthetic)
          ? html`<dt>${t('card.acquired')}</dt>
              <dd>${tile.acquired ?? t('card.acquired.unknown')}</dd>`
          : nothing
      }
      ${
        tile.nativeMetresPerPixel
          ? html`<dt>${t('card.native')}</dt>
              <dd>${t('card.mpp', { value: decimalText(tile.nativeMetresPerPixel, 2) })}</dd>`
          : nothing
      }
    </dl>`;
  }

  #moveSite(tile: TileResult): void {
    const at = { lng: tile.lng, lat: tile.lat };
    this.session?.setSite(at);
    this.dispatchEvent(new UpwindPickEvent(at, 'click'));
  }

  #close(): void {
    this.session?.select({ tileId: null, hotTileId: null });
    this.dispatchEvent(new UpwindCardCloseEvent());
  }
}

function headline(tile: TileResult): string {
  if (tile.missing) return t('card.headline.missing');
  if (tile.by === null) return t('card.headline.waiting');
  return groundText(tile.roughness);
}

function bars(tile: TileResult) {
  const { probabilities } = tile;
  return html`<dl class="bars" aria-label=${t('card.probabilities')}>
    ${ROUGHNESS.map((category) => {
      const share = probabilities?.[category] ?? 0;
      return html`<dt>${category}</dt>
        <dd>
          <span class="track"
            ><span class="bar ${category.toLowerCase()}" .style=${`width: ${share * 100}%`}></span
          ></span>
          <span class="value number">${percent(share)}</span>
        </dd>`;
    })}
  </dl>`;
}

function opinions(tile: TileResult) {
  return html`${
    tile.by === 'person'
      ? html`<p class="line">
          ${icon('person')} ${t('card.person', { model: tile.modelRoughness ?? '–' })}
        </p>`
      : nothing
  }
  ${tile.unsure ? html`<p class="line">${icon('warning')} ${t('card.unsure')}</p>` : nothing}
  ${tile.unlike ? html`<p class="line">${icon('warning')} ${t('card.unlike')}</p>` : nothing}`;
}

/** Draws the very pixels, unscaled; CSS enlarges them. */
function paint(canvas: HTMLCanvasElement, { width, height, rgb }: RgbImage): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const pixels = new ImageData(width, height);
  for (let i = 0, from = 0; i < pixels.data.length; i += 4, from += 3) {
    pixels.data[i] = rgb[from] ?? 0;
    pixels.data[i + 1] = rgb[from + 1] ?? 0;
    pixels.data[i + 2] = rgb[from + 2] ?? 0;
    pixels.data[i + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-tile-card': UpwindTileCard;
  }
}
