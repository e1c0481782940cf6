import { html, nothing } from 'lit';
import type { OverlayLook } from '../../src/maplibre/overlay-layers.ts';
import { icon } from '../shared/icons.ts';
import type { IconName } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';

/** How the map's buttons stand, and what they do. */
export interface MapToolsOptions {
  look: OverlayLook;
  layersOpen: boolean;
  hasSite: boolean;
  /** The building has an outline, and with it the four directions square to its faces. */
  faces: boolean;
  onZoom(by: 1 | -1): void;
  onFit(): void;
  onFaces(): void;
  onLayers(): void;
  onLook(change: Partial<OverlayLook>): void;
}

/** Buttons for zoom, view, building and layers. */
export function mapTools(options: MapToolsOptions) {
  const { layersOpen, onZoom, onFit, onLayers } = options;
  return html`<div class="tools" part="tools">
    <div class="group">
      ${button('plus', t('map.zoomin'), () => onZoom(1))}
      ${button('minus', t('map.zoomout'), () => onZoom(-1))}
      ${button('target', t('map.fit'), onFit)}
    </div>
    <div class="group">
      <button
        class="button quiet icon"
        aria-label=${t('app.setup.faces')}
        title=${t('app.setup.faces')}
        aria-pressed=${options.faces}
        ?disabled=${!options.hasSite}
        @click=${options.onFaces}
      >
        ${icon('faces')}
      </button>
      ${button('layers', t('map.layers'), onLayers, layersOpen)}
    </div>
    ${layersOpen ? layers(options) : nothing}
  </div>`;
}

function button(name: IconName, label: string, act: () => void, expanded?: boolean) {
  return html`<button
    class="button quiet icon"
    aria-label=${label}
    title=${label}
    aria-expanded=${expanded ?? nothing}
    @click=${act}
  >
    ${icon(name)}
  </button>`;
}

function layers({ look, onLook }: MapToolsOptions) {
  const check = (key: 'tiles' | 'sectors' | 'rings') =>
    html`<label>
      <input
        type="checkbox"
        .checked=${look[key]}
        @change=${(event: Event) => onLook({ [key]: (event.target as HTMLInputElement).checked })}
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
        .value=${String(look.opacity)}
        @input=${(event: Event) =>
          onLook({ opacity: Number((event.target as HTMLInputElement).value) })}
      />
    </label>
  </div>`;
}
