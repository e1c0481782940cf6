import { css } from 'lit';

/** Most of a narrow map's height that the panel takes [%]: the site stays in sight above it. */
export const NARROW_HEIGHT_PERCENT = 48;
/** Room below the panel, where the host's attribution stays readable [px]. */
export const PANEL_BOTTOM_PX = 40;

/** Width of the panel beside a map, and room for the host's buttons between it and the edge [px]. */
export const PANEL_WIDTH_PX = 380;
export const PANEL_SIDE_PX = 56;

export const controlPanelStyles = css`
  :host {
    position: absolute;
    z-index: 3;
    top: 10px;
    bottom: ${PANEL_BOTTOM_PX}px;
    width: min(${PANEL_WIDTH_PX}px, calc(100% - 66px));
    pointer-events: none;
    display: flex;
    flex-direction: column;
    color-scheme: inherit;
  }
  :host([hidden]) {
    display: none;
  }
  :host([side='right']) {
    right: ${PANEL_SIDE_PX}px;
  }
  :host([side='left']) {
    left: ${PANEL_SIDE_PX}px;
  }
  :host([narrow]) {
    top: auto;
    right: 8px;
    left: 8px;
    width: auto;
    max-height: ${NARROW_HEIGHT_PERCENT}%;
  }
  section {
    display: flex;
    flex-direction: column;
    min-height: 0;
    max-height: 100%;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
    box-shadow: var(--_shadow);
    pointer-events: auto;
    text-align: start;
    user-select: text;
    cursor: auto;
  }
  upwind-tile-card::part(card) {
    width: auto;
    box-shadow: none;
  }
  header {
    display: flex;
    align-items: center;
    justify-content: space-between;
    padding: 6px 8px 6px 16px;
    border-bottom: 1px solid var(--_line);
  }
  h2 {
    margin: 0;
    font-size: 14px;
    font-weight: 650;
  }
  .scroll {
    display: grid;
    gap: 12px;
    min-height: 0;
    padding: 14px 16px 16px;
    overflow: auto;
  }
  .scroll > * {
    min-width: 0;
  }
  .hint {
    display: flex;
    gap: 6px;
    margin: 0;
    color: var(--_muted);
  }
  /* Seen by those who come to it by keyboard. */
  .tiles {
    display: flex;
    gap: 6px;
    padding: 8px 10px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-small);
    font-size: 12px;
  }
  .tiles:not(:focus) {
    position: absolute;
    width: 1px;
    height: 1px;
    padding: 0;
    border: 0;
    overflow: hidden;
    clip-path: inset(50%);
  }
  .tiles:focus {
    outline: 2px solid var(--_focus);
    outline-offset: 1px;
  }
  details {
    border-top: 1px solid var(--_line);
    padding-top: 10px;
  }
  summary {
    cursor: pointer;
    font-weight: 550;
  }
  details > :not(summary) {
    display: block;
    margin-top: 12px;
  }
  p {
    margin: 0;
  }
`;
