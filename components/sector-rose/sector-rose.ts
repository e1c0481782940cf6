import { html, nothing, svg } from 'lit';
import type { TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { DirectionResult, SectorResult } from '../../src/analysis/site-result.ts';
import { AssessedElement } from '../shared/assessed-element.ts';
import { COMPASS, directionLetters, directionWords, lengthText } from '../shared/format.ts';
import { fillOf, groundOf, hatchDefs, inkOf } from '../shared/hatch.ts';
import { t } from '../shared/localize.ts';
import { base, tokens } from '../shared/tokens.ts';
import { polar, ringSegment } from './rose-geometry.ts';
import { roseStyles } from './sector-rose.styles.ts';

const CENTRE = 13;
const FETCH = 108;
const RING = { inner: 115, outer: 143 };
const NAME_AT = 158;
/** The eight; further ones stand outside their ring. */
const FIXED = 8;
const FURTHER_AT = 186;

/**
 * Wind rose: inside, what the wind crosses in each 45° sector, to scale from the building outward;
 * around it, the exposure of each wind direction.
 * @summary Wind rose of fetch and exposure.
 * @event {UpwindDirectionHoverEvent} upwind-direction-hover - pointer or focus on a direction
 * @event {UpwindDirectionSelectEvent} upwind-direction-select - a direction was opened or closed
 * @csspart rose - the drawing
 */
@customElement('upwind-rose')
export class UpwindRose extends AssessedElement {
  static override styles = [tokens, base, roseStyles];

  /** Which direction Tab comes to; arrow keys move it. */
  @state() private tabStop = 0;

  override render(): TemplateResult {
    const { sectors, directions } = this;
    const lookOutM = Math.max(1, ...sectors.map(({ segments }) => segments.at(-1)?.toM ?? 0));
    const hot = directions.find(({ name }) => name === this.hotDirection);
    const further = directions.length > FIXED;
    return html`<svg
      part="rose"
      viewBox=${further ? '-222 -214 444 428' : '-170 -168 340 336'}
      role="group"
      aria-label=${t('rose.label')}
      class=${hot ? 'some-hot' : ''}
      @pointerleave=${() => this.hover(null)}
    >
      <defs>${hatchDefs('rose')}</defs>
      <circle class="empty" r=${FETCH}></circle>
      ${sectors
        .slice(0, FIXED)
        .map((sector, index) =>
          this.#sector(sector, lookOutM, hot?.sectors.includes(index) ?? false),
        )}
      ${
        // The two sectors of a further bearing lie across the eight; they are shown while it is hot.
        (hot?.sectors ?? [])
          .filter((index) => index >= FIXED)
          .flatMap((index) => sectors[index] ?? [])
          .map((sector) => this.#sector(sector, lookOutM, true))
      }
      ${sectors.length > 0 ? this.#scale(lookOutM) : nothing}
      <path class="house" d="M-7 6V-2L0 -8L7 -2V6Z"></path>
      ${
        directions.length > 0
          ? directions.map((direction, index) =>
              index < FIXED ? this.#direction(direction, index) : this.#further(direction, index),
            )
          : this.#emptyRing()
      }
    </svg>`;
  }

  #sector(sector: SectorResult, lookOutM: number, hot: boolean) {
    const span = sector.toDeg - sector.fromDeg;
    const radius = (metres: number) => CENTRE + ((FETCH - CENTRE) * metres) / lookOutM;
    return svg`<g class="sector ${hot ? 'hot' : ''}" aria-hidden="true">
      ${sector.segments.map((segment) => {
        const ground = groundOf(segment.roughness);
        const d = ringSegment({
          fromDeg: sector.fromDeg,
          toDeg: sector.fromDeg + span,
          inner: radius(segment.fromM),
          outer: radius(segment.toM),
        });
        return svg`<path class="fetch" d=${d} fill=${fillOf(ground)}></path>
          <path class="hatch" d=${d} fill="url(#rose-${ground})"></path>`;
      })}
    </g>`;
  }

  /** A ring half-way out and its distance, so that the wedges can be read as lengths. */
  #scale(lookOutM: number) {
    const unitM = this.unit === 'ft' ? 304.8 : 250;
    const stepM = Math.max(1, Math.round(lookOutM / 2 / unitM)) * unitM;
    const radius = CENTRE + ((FETCH - CENTRE) * stepM) / lookOutM;
    const { x, y } = polar(22.5, radius);
    return svg`<circle class="scale-ring" r=${radius}></circle>
      <text class="scale-text" x=${x} y=${y} aria-hidden="true">${lengthText(stepM, this.unit)}</text>`;
  }

  #direction(direction: DirectionResult, index: number) {
    const { bearingDeg, exposure, flips, undetermined, name } = direction;
    const ground = groundOf(exposure);
    const d = ringSegment({ fromDeg: bearingDeg - 22.5, toDeg: bearingDeg + 22.5, ...RING });
    const middle = polar(bearingDeg, (RING.inner + RING.outer) / 2);
    const label = polar(bearingDeg, NAME_AT);
    const note = flips || undetermined;
    return svg`<g class="direction ${this.hotDirection === name ? 'hot' : ''}">
      <g class="mark" aria-hidden="true">
        <path class="ring" d=${d} fill=${fillOf(ground)}></path>
        <path class="hatch" d=${d} fill="url(#rose-${ground})"></path>
        <text class="letter" x=${middle.x} y=${middle.y} fill=${inkOf(ground)}>
          ${exposure}${note ? svg`<tspan class="flip" dy="-5">${undetermined ? '?' : '*'}</tspan>` : nothing}
        </text>
      </g>
      <text class="name" x=${label.x} y=${label.y} aria-hidden="true">${directionLetters(name)}</text>
      <path
        class="halo"
        d=${d}
        role="button"
        tabindex=${index === this.tabStop ? 0 : -1}
        data-index=${index}
        aria-label=${ariaOf(direction)}
        aria-expanded=${this.direction === name}
        @pointerenter=${() => this.hover(name)}
        @focus=${() => this.hover(name)}
        @blur=${() => this.hover(null)}
        @click=${() => this.toggle(name)}
        @keydown=${(event: KeyboardEvent) => this.#onKey(event, index)}
      ></path>
    </g>`;
  }

  /** A further bearing, such as a face of the building: a pointer outside the ring. */
  #further(direction: DirectionResult, index: number) {
    const { bearingDeg, exposure, flips, undetermined, name } = direction;
    const ground = groundOf(exposure);
    const from = polar(bearingDeg, RING.outer);
    const to = polar(bearingDeg, FURTHER_AT - 12);
    const { x, y } = polar(bearingDeg, FURTHER_AT);
    const label = polar(bearingDeg, FURTHER_AT + 22);
    const note = flips || undetermined;
    return svg`<g class="direction ${this.hotDirection === name ? 'hot' : ''}">
      <text class="name" x=${label.x} y=${label.y} aria-hidden="true">
        ${Math.round(bearingDeg)}°
      </text>
      <g class="mark" aria-hidden="true">
        <path class="pointer" d="M${from.x} ${from.y}L${to.x} ${to.y}"></path>
        <circle class="ring" cx=${x} cy=${y} r="12" fill=${fillOf(ground)}></circle>
        <text class="letter further" x=${x} y=${y} fill=${inkOf(ground)}>
          ${exposure}${note ? svg`<tspan class="flip" dy="-4">${undetermined ? '?' : '*'}</tspan>` : nothing}
        </text>
      </g>
      <circle class="halo" cx=${x} cy=${y} r="15"
        role="button"
        tabindex=${index === this.tabStop ? 0 : -1}
        data-index=${index}
        aria-label=${ariaOf(direction)}
        aria-expanded=${this.direction === name}
        @pointerenter=${() => this.hover(name)}
        @focus=${() => this.hover(name)}
        @blur=${() => this.hover(null)}
        @click=${() => this.toggle(name)}
        @keydown=${(event: KeyboardEvent) => this.#onKey(event, index)}
      ></circle>
    </g>`;
  }

  #emptyRing() {
    return COMPASS.map((name, index) => {
      const d = ringSegment({ fromDeg: index * 45 - 22.5, toDeg: index * 45 + 22.5, ...RING });
      const label = polar(index * 45, NAME_AT);
      return svg`<g aria-hidden="true"><path class="empty" d=${d}></path>
        <text class="name" x=${label.x} y=${label.y}>${directionLetters(name)}</text></g>`;
    });
  }

  #onKey(event: KeyboardEvent, index: number): void {
    const count = this.directions.length;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) {
      this.tabStop = (index + step + count) % count;
      void this.updateComplete.then(() => {
        this.renderRoot.querySelector<SVGElement>(`[data-index="${this.tabStop}"]`)?.focus();
      });
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.toggle(this.directions[index]?.name ?? '');
    } else return;
    event.preventDefault();
  }
}

function ariaOf(direction: DirectionResult): string {
  const key = direction.undetermined
    ? 'rose.direction.undetermined'
    : direction.flips
      ? 'rose.direction.flips'
      : 'rose.direction';
  return t(key, {
    name: directionWords(direction.name),
    exposure: direction.exposure,
    strict: direction.exposureStrict,
  });
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-rose': UpwindRose;
  }
}
