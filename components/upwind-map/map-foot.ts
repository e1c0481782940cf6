import { html, nothing } from 'lit';
import type { ImagerySource } from '../../src/imagery/image-source.ts';
import { fillOf, hatchDefs } from '../shared/hatch.ts';
import { t } from '../shared/localize.ts';
import { scaleBar } from './scale-bar.ts';

/** Scale, key of the colours, attribution of the imagery. */
export function mapFoot({
  metresPerPixel,
  source,
  alone,
}: {
  metresPerPixel: number;
  source: ImagerySource | null | undefined;
  /** The map stands alone, without panels over it. */
  alone: boolean;
}) {
  return html`<div class="foot ${alone ? 'alone' : ''}" part="foot">
    ${scaleBar(metresPerPixel)}
    <ul class="plate legend" aria-label=${t('map.legend')}>
      ${chip('B', `B ${t('ground.B')}`)} ${chip('C', `C ${t('ground.C')}`)}
      ${chip('D', `D ${t('ground.D')}`)} ${chip('unknown', t('map.legend.missing'))}
    </ul>
    ${source?.attribution ? html`<span class="plate">${source.attribution}</span>` : nothing}
  </div>`;
}

function chip(ground: 'B' | 'C' | 'D' | 'unknown', words: string) {
  return html`<li>
    <svg viewBox="0 0 17 17" aria-hidden="true">
      <defs>${hatchDefs('key')}</defs>
      <rect width="17" height="17" fill=${fillOf(ground)}></rect>
      <rect width="17" height="17" fill="url(#key-${ground})"></rect>
    </svg>
    ${words}
  </li>`;
}
