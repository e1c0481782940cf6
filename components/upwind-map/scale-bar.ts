import { html, nothing } from 'lit';
import { METRES_PER_FOOT } from '../../src/site/height.ts';
import { wholeText } from '../shared/localize.ts';

/** The longest 1, 2 or 5 times a power of ten that fits. */
export function roundLength(longest: number): number {
  const power = 10 ** Math.floor(Math.log10(longest));
  return [5, 2, 1].map((step) => step * power).find((length) => length <= longest) ?? power;
}

/** Scale bar in feet and metres, at most 110 px long. */
export function scaleBar(metresPerPixel: number) {
  if (!(metresPerPixel > 0)) return nothing;
  const longestM = 110 * metresPerPixel;
  const feet = roundLength(longestM / METRES_PER_FOOT);
  const metres = roundLength(longestM);
  const bar = (lengthM: number, label: string) =>
    html`<span .style=${`width: ${(lengthM / metresPerPixel).toFixed(1)}px`}>${label}</span>`;
  return html`<div class="plate scale" aria-hidden="true">
    ${bar(feet * METRES_PER_FOOT, `${wholeText(feet)} ft`)} ${bar(metres, `${wholeText(metres)} m`)}
  </div>`;
}
