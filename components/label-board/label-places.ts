import { scaleLinear } from 'd3-scale';
import { LitElement, css, html, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { LabelRecord } from '../../src/labels/label.ts';
import { t } from '../shared/localize.ts';
import { base, tokens } from '../shared/tokens.ts';

const [WIDTH, HEIGHT, EDGE] = [368, 200, 26];
/** Dots drawn; more would only hide each other. */
const MOST_DOTS = 2000;

interface Place {
  siteId: string;
  lng: number;
  lat: number;
  count: number;
}

/**
 * Where labels lie, without asking any map server: longitude by latitude, one ring a site, one dot
 * a tile.
 * @summary Plot of labelled tiles.
 * @event {CustomEvent<string>} site - a site was picked; carries its id
 */
@customElement('upwind-label-places')
export class UpwindLabelPlaces extends LitElement {
  static override styles = [
    tokens,
    base,
    css`
      :host {
        display: block;
        margin-top: 8px;
      }
      svg.plot {
        display: block;
        width: 100%;
        height: auto;
        border-radius: var(--_radius-small);
        background: var(--_sunken);
      }
      .axis {
        stroke: var(--_line);
      }
      text {
        fill: var(--_muted);
        font-size: 10px;
      }
      .b {
        fill: var(--_b);
      }
      .c {
        fill: var(--_c);
      }
      .d {
        fill: var(--_d);
      }
      .unsure,
      .unusable {
        fill: var(--_unknown);
      }
      .ring {
        fill: none;
        stroke: var(--_ink);
        stroke-width: 1.2;
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        margin: 8px 0 0;
        padding: 0;
        list-style: none;
      }
    `,
  ];

  @property({ attribute: false }) records: readonly LabelRecord[] = [];

  override render() {
    const placed = this.records.filter(({ centre }) => centre !== null);
    if (placed.length === 0) return html`<p class="muted small">${t('labels.places.none')}</p>`;
    const sites = sitesOf(placed);
    const { x, y } = scalesOf(placed);
    const step = Math.ceil(placed.length / MOST_DOTS);
    return html`<svg
        class="plot"
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        role="img"
        aria-label=${t('labels.places.label', {
          count: placed.length,
          sites: sites.map(({ siteId, count }) => `${siteId}: ${count}`).join('; '),
        })}
      >
        ${x.ticks(4).map(
          (tick) =>
            svg`<line class="axis" x1=${x(tick)} x2=${x(tick)} y1="8" y2=${HEIGHT - EDGE}></line>
              <text x=${x(tick)} y=${HEIGHT - 9} text-anchor="middle">${degrees(tick)}</text>`,
        )}
        ${y.ticks(4).map(
          (tick) =>
            svg`<line class="axis" x1=${EDGE * 2} x2=${WIDTH - 8} y1=${y(tick)} y2=${y(tick)}></line>
              <text x=${EDGE * 2 - 5} y=${y(tick) + 3} text-anchor="end">${degrees(tick)}</text>`,
        )}
        ${placed
          .filter((_, i) => i % step === 0)
          .map(
            ({ centre, label }) =>
              svg`<circle class=${label.toLowerCase()} cx=${x(centre!.lng)} cy=${y(centre!.lat)} r="2.4"></circle>`,
          )}
        ${sites.map(
          ({ lng, lat }) => svg`<circle class="ring" cx=${x(lng)} cy=${y(lat)} r="7"></circle>`,
        )}
      </svg>
      <ul>
        ${sites.slice(0, 12).map(
          ({ siteId, count }) =>
            html`<li>
              <button
                class="button small"
                aria-label=${t('labels.places.pick', { site: siteId })}
                @click=${() => this.dispatchEvent(new CustomEvent('site', { detail: siteId }))}
              >
                ${siteId} · ${count}
              </button>
            </li>`,
        )}
      </ul>`;
  }
}

function sitesOf(labels: readonly LabelRecord[]): Place[] {
  const sites = new Map<string, Place>();
  for (const { siteId, centre } of labels) {
    const { lng, lat, count } = sites.get(siteId) ?? { lng: 0, lat: 0, count: 0 };
    const n = count + 1;
    sites.set(siteId, {
      siteId,
      lng: lng + (centre!.lng - lng) / n,
      lat: lat + (centre!.lat - lat) / n,
      count: n,
    });
  }
  return [...sites.values()].sort((a, b) => b.count - a.count || (a.siteId < b.siteId ? -1 : 1));
}

/** Equal ground both ways at the middle latitude, so that a site looks as round as it is. */
function scalesOf(labels: readonly LabelRecord[]) {
  const bounds = (values: number[]) =>
    values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)] as [number, number], [
      Infinity,
      -Infinity,
    ] as [number, number]);
  const [west, east] = bounds(labels.map(({ centre }) => centre!.lng));
  const [south, north] = bounds(labels.map(({ centre }) => centre!.lat));
  const [lng, lat] = [(west + east) / 2, (south + north) / 2];
  const squeeze = Math.max(0.05, Math.cos((lat * Math.PI) / 180));
  const [room, height] = [WIDTH - 8 - EDGE * 2, HEIGHT - 8 - EDGE];
  const span = Math.max((north - south) / height, ((east - west) * squeeze) / room, 2e-5) * 1.16;
  const half = { lng: (span * room) / squeeze / 2, lat: (span * height) / 2 };
  return {
    x: scaleLinear([lng - half.lng, lng + half.lng], [EDGE * 2, WIDTH - 8]),
    y: scaleLinear([lat - half.lat, lat + half.lat], [HEIGHT - EDGE, 8]),
  };
}

const degrees = (value: number): string => `${Number(value.toFixed(3))}°`;

declare global {
  interface HTMLElementTagNameMap {
    'upwind-label-places': UpwindLabelPlaces;
  }
}
