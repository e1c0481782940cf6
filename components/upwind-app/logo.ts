import { html } from 'lit';

/** A building with the wind's arcs in front of it. */
export const logo = html`<svg viewBox="0 0 24 24" aria-hidden="true">
  <path d="M14 21v-8.2l4-3.3 4 3.3V21Z" fill="currentColor" />
  <g fill="none" stroke-width="2.4" stroke-linecap="round">
    <path d="M2 5.5h9.2a2.6 2.6 0 1 0-2.5-3.2" stroke="var(--_b)" />
    <path d="M2 11h8" stroke="var(--_c)" />
    <path d="M2 16.5h7.4" stroke="var(--_d)" />
  </g>
</svg>`;
