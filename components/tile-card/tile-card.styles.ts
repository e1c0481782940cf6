import { css } from 'lit';

export const tileCardStyles = css`
  :host {
    display: block;
  }
  section {
    width: 248px;
    padding: 12px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
    box-shadow: var(--_shadow);
  }
  header {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 28px;
    margin-bottom: 10px;
  }
  h3 {
    flex: 1;
    margin: 0;
    font-size: 13px;
    font-weight: 650;
    line-height: 1.3;
  }
  header .button {
    width: 28px;
    min-height: 28px;
    margin: -2px -4px -2px 0;
  }
  canvas,
  .no-picture {
    display: block;
    width: 100%;
    aspect-ratio: 1;
    margin: 0 0 12px;
    border-radius: var(--_radius-small);
    background: var(--_sunken);
  }
  .no-picture {
    display: grid;
    place-content: center;
    aspect-ratio: 2.4;
    padding: 12px;
    text-align: center;
    color: var(--_muted);
  }
  .look {
    margin: -4px 0 10px;
    font-size: 12px;
  }
  .look .button {
    width: 100%;
  }
  .look .button[aria-pressed='true'] {
    background: var(--_sunken);
    box-shadow: inset 0 0 0 1px currentColor;
  }
  .look p {
    margin: 4px 0 0;
    color: var(--_muted);
  }
  .look p:empty {
    display: none;
  }
  dl {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 4px 10px;
    margin: 0;
    font-size: 12px;
  }
  dt {
    color: var(--_muted);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .bars {
    margin-bottom: 12px;
    align-items: center;
  }
  .bars dt {
    font-weight: 700;
    color: var(--_ink);
  }
  .bars dd {
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .track {
    flex: 1;
    height: 8px;
    border-radius: 4px;
    background: var(--_hover);
    overflow: hidden;
  }
  .bar {
    display: block;
    height: 100%;
    min-width: 1px;
    border-radius: 4px;
  }
  .bar.b {
    background: var(--_b);
  }
  .bar.c {
    background: var(--_c);
  }
  .bar.d {
    background: var(--_d);
  }
  .value {
    width: 38px;
    text-align: right;
  }
  .move {
    width: 100%;
    margin-top: 12px;
  }
  @media (max-width: 720px) {
    section {
      display: grid;
      grid-template-columns: 92px 1fr;
      /* Picture and bars side by side, whatever comes between them. */
      grid-auto-flow: dense;
      gap: 0 14px;
      width: 290px;
    }
    section > *,
    ::slotted(*) {
      grid-column: 1 / -1;
    }
    canvas,
    .no-picture.soon {
      grid-column: 1;
      margin: 0 0 10px;
    }
    /* As large as the picture that comes, so that nothing moves when it does. */
    .no-picture.soon {
      aspect-ratio: 1;
      padding: 4px;
      font-size: 11px;
    }
    .bars {
      grid-column: 2;
      align-content: center;
      margin: 0 0 10px;
    }
    dl:not(.bars) {
      grid-template-columns: auto 1fr;
    }
  }
  .line {
    display: flex;
    gap: 7px;
    margin: 0 0 8px;
    font-size: 12px;
  }
  .line svg {
    margin-top: 1px;
  }
`;
