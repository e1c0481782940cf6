import { css } from 'lit';

export const roseStyles = css`
  :host {
    display: block;
    max-width: 440px;
  }
  svg {
    display: block;
    width: 100%;
    height: auto;
    overflow: visible;
  }
  .fetch,
  .ring {
    stroke: var(--_surface);
    stroke-width: 1.2;
    stroke-linejoin: round;
  }
  .ring {
    stroke-width: 2.5;
  }
  .hatch {
    pointer-events: none;
  }
  .sector,
  .direction .mark {
    transition: opacity 0.15s;
  }
  .some-hot .sector:not(.hot),
  .some-hot .direction:not(.hot) .mark {
    opacity: 0.45;
  }
  .halo {
    fill: none;
    stroke: none;
    cursor: pointer;
    pointer-events: all;
    outline: none;
  }
  .halo[aria-expanded='true'] {
    stroke: var(--_ink);
    stroke-width: 2;
  }
  .halo:focus-visible {
    stroke: var(--_focus);
    stroke-width: 3.5;
  }
  .letter {
    font-size: 14px;
    font-weight: 750;
  }
  .letter.further {
    font-size: 12px;
  }
  .pointer {
    stroke: var(--_line-strong);
    stroke-width: 1.5;
  }
  .flip {
    font-size: 9px;
    font-weight: 700;
  }
  .name {
    font-size: 11px;
    font-weight: 600;
    fill: var(--_muted);
  }
  .direction.hot .name,
  .direction:has([aria-expanded='true']) .name {
    fill: var(--_ink);
  }
  text {
    text-anchor: middle;
    dominant-baseline: central;
    user-select: none;
  }
  .scale-ring {
    fill: none;
    stroke: var(--_ink);
    stroke-width: 0.8;
    stroke-dasharray: 2 3;
    opacity: 0.55;
    pointer-events: none;
  }
  .scale-text {
    font-size: 8.5px;
    font-weight: 600;
    fill: var(--_ink);
    paint-order: stroke;
    stroke: var(--_surface);
    stroke-width: 3;
    stroke-linejoin: round;
    pointer-events: none;
  }
  .house {
    fill: var(--_surface);
    stroke: var(--_ink);
    stroke-width: 1.6;
    stroke-linejoin: round;
  }
  .empty {
    fill: var(--_sunken);
    stroke: var(--_line);
  }
`;
