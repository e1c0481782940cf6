import { css } from 'lit';

export const appStyles = css`
  :host {
    position: fixed;
    inset: 0;
    display: block;
    /* Clipped, not hidden: what takes the focus inside may not scroll the frame away. */
    overflow: clip;
    background: var(--_sunken);
  }
  upwind-map {
    position: absolute;
    inset: 0;
    --upwind-map-inset-left: 424px;
  }
  .panel {
    position: absolute;
    z-index: 5;
    top: 12px;
    bottom: 12px;
    left: 12px;
    display: flex;
    flex-direction: column;
    width: 400px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
    box-shadow: var(--_shadow);
    overflow: clip;
  }
  .handle {
    display: none;
  }
  header {
    display: flex;
    align-items: center;
    gap: 6px;
    padding: 12px 12px 10px 18px;
  }
  h1 {
    display: flex;
    align-items: center;
    gap: 9px;
    flex: 1;
    margin: 0;
    font-size: 15px;
    font-weight: 700;
    letter-spacing: -0.01em;
  }
  h1 svg {
    width: 24px;
    height: 24px;
  }
  [role='tablist'] {
    display: flex;
    gap: 2px;
    padding: 3px;
    border-radius: 9px;
    background: var(--_sunken);
  }
  [role='tab'] {
    min-height: 28px;
    padding: 0 11px;
    border: 0;
    border-radius: 7px;
    background: none;
    color: var(--_muted);
    font-weight: 550;
  }
  [role='tab'][aria-selected='true'] {
    background: var(--_raised);
    color: var(--_ink);
    box-shadow: 0 0 0 1px var(--_line);
  }
  .scroll {
    /* Words for screen readers alone lie where they are read, not beyond the panel. */
    position: relative;
    flex: 1;
    min-height: 0;
    overflow-y: auto;
    overscroll-behavior: contain;
    scrollbar-width: thin;
    scrollbar-color: var(--_line-strong) transparent;
  }
  .pane {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 16px;
    padding: 4px 18px 18px;
  }
  .hint {
    display: flex;
    gap: 8px;
    margin: 0;
    font-size: 12.5px;
    color: var(--_muted);
  }
  .hint svg {
    margin-top: 1px;
  }
  .setup {
    border-top: 1px solid var(--_line);
    margin: 0 -18px -18px;
  }
  details {
    border-bottom: 1px solid var(--_line);
  }
  details:last-child {
    border-bottom: 0;
  }
  summary {
    display: flex;
    align-items: center;
    gap: 9px;
    min-height: 46px;
    padding: 0 18px;
    cursor: pointer;
    list-style: none;
  }
  summary::-webkit-details-marker {
    display: none;
  }
  summary:hover {
    background: var(--_hover);
  }
  summary:focus-visible {
    outline-offset: -3px;
    border-radius: 8px;
  }
  summary > svg:first-child {
    color: var(--_muted);
  }
  summary .what {
    font-weight: 600;
  }
  summary .value {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    text-align: right;
    color: var(--_muted);
  }
  summary .turn {
    width: 13px;
    color: var(--_muted);
    transition: transform 0.15s;
  }
  details[open] .turn {
    transform: rotate(90deg);
  }
  details > :not(summary) {
    padding: 2px 18px 18px;
  }

  @media (max-width: 720px) {
    upwind-map {
      --upwind-map-inset-left: 0px;
      --upwind-map-inset-bottom: min(var(--sheet), 60dvh);
      bottom: 0;
    }
    .panel {
      top: auto;
      right: 0;
      bottom: 0;
      left: 0;
      width: auto;
      height: var(--sheet);
      max-height: calc(100% - 8px);
      border-width: 1px 0 0;
      border-radius: 18px 18px 0 0;
      transition: height 0.22s ease;
    }
    .panel.dragging {
      transition: none;
    }
    .handle {
      display: grid;
      place-items: center;
      flex: none;
      width: 100%;
      height: 24px;
      padding: 0;
      border: 0;
      background: none;
      touch-action: none;
    }
    .handle::before {
      content: '';
      width: 40px;
      height: 4px;
      border-radius: 2px;
      background: var(--_line-strong);
    }
    header {
      padding: 0 12px 10px 16px;
    }
    .pane {
      padding: 2px 16px 18px;
    }
    .setup {
      margin: 0 -16px -18px;
    }
  }
  @media (max-width: 400px) {
    [role='tab'] {
      padding: 0 9px;
    }
  }
`;
