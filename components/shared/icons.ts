import { svg, html } from 'lit';
import type { TemplateResult } from 'lit';

/** 16 px line icons, drawn here so that the page needs no icon font or server. */
const paths = {
  search: svg`<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5"/>`,
  chevron: svg`<path d="m6 3.5 4.5 4.5L6 12.5"/>`,
  close: svg`<path d="m4 4 8 8M12 4l-8 8"/>`,
  download: svg`<path d="M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13h10"/>`,
  link: svg`<path d="M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 0 0-3.7-3.7l-.6.6M9.2 6.8a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 0 0 3.7 3.7l.6-.6"/>`,
  warning: svg`<path d="M8 2.4 14.2 13H1.8L8 2.4ZM8 6.6v3M8 11.4v.1"/>`,
  info: svg`<circle cx="8" cy="8" r="6"/><path d="M8 7.3v3.4M8 5.2v.1"/>`,
  check: svg`<path d="m3.5 8.5 3 3 6-7"/>`,
  sun: svg`<circle cx="8" cy="8" r="2.8"/><path d="M8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1"/>`,
  moon: svg`<path d="M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6Z"/>`,
  auto: svg`<circle cx="8" cy="8" r="5.5"/><path d="M8 2.5v11" /><path d="M8 2.5a5.5 5.5 0 0 1 0 11Z" fill="currentColor"/>`,
  layers: svg`<path d="m8 2.5 5.5 3L8 8.5l-5.5-3 5.5-3ZM2.8 8.4 8 11.2l5.2-2.8M2.8 11 8 13.8 13.2 11"/>`,
  photo: svg`<rect x="2.2" y="3.2" width="11.6" height="9.6" rx="1.6"/><path d="m2.6 11 3.2-3.2 2.4 2.4 2-2 3.2 3"/>`,
  model: svg`<circle cx="3.6" cy="4.4" r="1.5"/><circle cx="3.6" cy="11.6" r="1.5"/><circle cx="12.4" cy="8" r="1.5"/><path d="m5 5 6 2.4M5 11l6-2.4"/>`,
  rules: svg`<path d="M3 13V3h3v10ZM6 13h7V9H6"/><path d="M9 13v-2M11 13v-2"/>`,
  report: svg`<path d="M4 2.5h5.5L12.5 5.5v8h-8.5Z"/><path d="M9.3 2.7v3h3M6 8.5h4.5M6 11h4.5"/>`,
  person: svg`<circle cx="8" cy="5.4" r="2.5"/><path d="M3.2 13.2a4.8 4.8 0 0 1 9.6 0"/>`,
  target: svg`<circle cx="8" cy="8" r="4.5"/><path d="M8 1.5v3M8 11.5v3M1.5 8h3M11.5 8h3"/>`,
  eye: svg`<path d="M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8Z"/><circle cx="8" cy="8" r="1.9"/>`,
  plus: svg`<path d="M8 3v10M3 8h10"/>`,
  minus: svg`<path d="M3 8h10"/>`,
  faces: svg`<path d="m8 2.4 5.6 5.6L8 13.6 2.4 8 8 2.4Z"/><path d="M10.8 5.2 13 3M13 3h-2.2M13 3v2.2"/>`,
  pen: svg`<path d="M3 13l.7-3L10.5 3.2a1.4 1.4 0 0 1 2 0l.3.3a1.4 1.4 0 0 1 0 2L6 12.3 3 13Z"/>`,
  undo: svg`<path d="M5.5 3 2.8 5.7l2.7 2.7M3 5.7h6a3.6 3.6 0 0 1 0 7.2H6.5"/>`,
};
export type IconName = keyof typeof paths;

export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${paths[name]}</svg>`;
}
