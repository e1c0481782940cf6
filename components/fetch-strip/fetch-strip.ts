import { css, html, nothing, svg } from 'lit';
import type { TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { FetchSegment } from '../../src/analysis/site-result.ts';
import { METRES_PER_FOOT } from '../../src/site/height.ts';
import { bothLengths, groundText, lengthText, percent } from '../shared/format.ts';
import type { LengthUnit } from '../shared/format.ts';
import { fillOf, groundOf, hatchDefs, inkOf } from '../shared/hatch.ts';
import { t } from '../shared/localize.ts';
import { SessionElement } from '../shared/session-element.ts';
import { base, tokens } from '../shared/tokens.ts';
import { breakLines } from './break-lines.ts';
import { UpwindBreakMoveEvent } from './fetch-strip.events.ts';

/** A distance that a rule asks for, marked on the strip. */
export interface FetchMark {
  lengthFt: number;
  label: string;
}

const WIDTH = 320;

/**
 * What the wind crosses on its way to the building, to scale, building at the left end.
 * @summary Fetch strip of one sector.
 * @event {UpwindBreakMoveEvent} upwind-break-move - the end of a stretch was moved
 * @cssproperty --upwind-b - fill of roughness B (also -c, -d)
 */
@customElement('upwind-fetch-strip')
export class UpwindFetchStrip extends SessionElement {
  static override styles = [
    tokens,
    base,
    css`
      :host {
        display: block;
      }
      svg {
        display: block;
        width: 100%;
        height: auto;
        overflow: visible;
      }
      :host([compact]) svg {
        height: 14px;
      }
      .segment {
        stroke: var(--_surface);
        stroke-width: 1;
      }
      text {
        font-size: 9.5px;
        fill: var(--_muted);
        font-variant-numeric: tabular-nums;
      }
      .letter {
        font-size: 12px;
        font-weight: 750;
        text-anchor: middle;
        dominant-baseline: central;
      }
      .mark {
        stroke: var(--_ink);
        stroke-width: 1;
        stroke-dasharray: 2 2;
      }
      .mark-text {
        fill: var(--_ink);
        font-weight: 600;
      }
      .tick {
        stroke: var(--_line-strong);
      }
      .drawing {
        position: relative;
      }
      .rail {
        position: absolute;
        left: calc(100% / 322);
        right: calc(100% / 322);
        top: calc(100% * 18 / 64);
        height: calc(100% * 26 / 64);
      }
      .handle {
        position: absolute;
        top: -4px;
        bottom: -4px;
        width: 24px;
        margin-left: -12px;
        cursor: ew-resize;
        touch-action: none;
      }
      .handle::before {
        content: '';
        position: absolute;
        left: 9px;
        top: 0;
        bottom: 0;
        width: 6px;
        border: 1.5px solid var(--_surface);
        border-radius: 4px;
        background: var(--_ink);
      }
      .handle:focus-visible {
        outline: 2px solid var(--_focus);
        outline-offset: -2px;
        border-radius: 6px;
      }
    `,
  ];

  /** It has a session for its words alone. */
  protected override readonly watches = [];

  /** From the site outward. */
  @property({ attribute: false }) segments: readonly FetchSegment[] = [];
  @property({ attribute: false }) marks: readonly FetchMark[] = [];
  @property({ reflect: true }) unit: LengthUnit = 'ft';
  /** Bar alone, for a table cell; what it shows must then be said elsewhere. */
  @property({ type: Boolean, reflect: true }) compact = false;

  /** Break lines can be moved; tells so with `upwind-break-move`. */
  @property({ type: Boolean, reflect: true }) editable = false;

  /** A break line under the hand: drawn here, told when it is let go. */
  @state() private held: { segment: number; atM: number } | null = null;

  /** Puts the focus on a break line. */
  focusBreakLine(segment: number): void {
    this.renderRoot.querySelectorAll<HTMLElement>('.handle')[segment]?.focus();
  }

  get #shown(): readonly FetchSegment[] {
    const { held } = this;
    if (!held) return this.segments;
    return this.segments.map((one, index) => ({
      ...one,
      ...(index === held.segment && { toM: held.atM }),
      ...(index === held.segment + 1 && { fromM: held.atM }),
    }));
  }

  override render(): TemplateResult {
    const lengthM = this.segments.at(-1)?.toM ?? 0;
    if (lengthM === 0) return html`${nothing}`;
    return this.compact
      ? this.#bar(lengthM)
      : html`<div class="drawing">${this.#drawing(lengthM)}${this.#handles()}</div>
          ${this.#list()}`;
  }

  #handles() {
    if (!this.editable) return nothing;
    const { unit } = this;
    const segments = this.#shown;
    const onMove = (segment: number, atM: number, settled: boolean): void => {
      this.held = settled ? null : { segment, atM };
      if (settled) this.dispatchEvent(new UpwindBreakMoveEvent(segment, atM));
    };
    return html`<div class="rail">${breakLines({ segments, unit, onMove })}</div>`;
  }

  #bar(lengthM: number) {
    return html`<svg viewBox="0 0 ${WIDTH} 40" preserveAspectRatio="none" aria-hidden="true">
      ${this.segments.map(({ roughness, fromM, toM }) => {
        const x = (fromM / lengthM) * WIDTH;
        return svgRect(x, ((toM - fromM) / lengthM) * WIDTH, fillOf(groundOf(roughness)));
      })}
    </svg>`;
  }

  #drawing(lengthM: number) {
    const x = (metres: number) => (metres / lengthM) * WIDTH;
    const unitM = this.unit === 'ft' ? 1000 * METRES_PER_FOOT : 500;
    const every = unitM * Math.max(1, Math.ceil(lengthM / unitM / 6));
    const ticks = Array.from({ length: Math.floor(lengthM / every) + 1 }, (_, i) => i * every);
    return html`<svg viewBox="-1 -18 ${WIDTH + 2} 64" aria-hidden="true">
      <defs>${hatchDefs('strip')}</defs>
      ${this.#shown.map((segment) => this.#segment(segment, x))}
      ${this.marks
        .filter(({ lengthFt }) => lengthFt * METRES_PER_FOOT < lengthM)
        .map(({ lengthFt, label }) => svgMark(x(lengthFt * METRES_PER_FOOT), label))}
      ${ticks.map((metres, i) => svgTick(x(metres), i === 0 ? '0' : lengthText(metres, this.unit)))}
    </svg>`;
  }

  #segment({ roughness, fromM, toM }: FetchSegment, x: (metres: number) => number) {
    const ground = groundOf(roughness);
    const [from, width] = [x(fromM), x(toM) - x(fromM)];
    return [
      svgRect(from, width, fillOf(ground), 26),
      svgRect(from, width, `url(#strip-${ground})`, 26),
      width > 14 ? svgLetter(from + width / 2, roughness ?? '?', inkOf(ground)) : nothing,
    ];
  }

  /** The same in words, for a screen reader and for whoever wants the figures. */
  #list() {
    return html`<ol class="visually-hidden">
      ${this.segments.map(
        ({ roughness, fromM, toM, share }) =>
          html`<li>
            ${t('strip.segment', {
              ground: roughness ?? t('ground.unknown'),
              words: groundText(roughness),
              from: lengthText(fromM, this.unit),
              to: bothLengths(toM, this.unit),
              share: percent(share),
            })}
          </li>`,
      )}
    </ol>`;
  }
}

const svgRect = (x: number, width: number, fill: string, height = 40) =>
  svg`<rect class="segment" x=${x} y="0" width=${width} height=${height} fill=${fill}></rect>`;

const svgLetter = (x: number, letter: string, ink: string) =>
  svg`<text class="letter" x=${x} y="13" .style=${`fill: ${ink}`}>${letter}</text>`;

const svgTick = (x: number, label: string) =>
  svg`<path class="tick" d="M${x} 27v4"></path>
    <text x=${x} y="41" text-anchor=${x < 12 ? 'start' : x > WIDTH - 20 ? 'end' : 'middle'}>${label}</text>`;

const svgMark = (x: number, label: string) =>
  svg`<path class="mark" d="M${x} -5V30"></path>
    <text class="mark-text" x=${x} y="-9" text-anchor=${x < 30 ? 'start' : 'middle'}>${label}</text>`;

declare global {
  interface HTMLElementTagNameMap {
    'upwind-fetch-strip': UpwindFetchStrip;
  }
}
