import { css } from 'lit';

/** The parts of MapLibre's own style sheet that a map without its controls needs. */
export const mapStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    position: relative;
    min-height: 240px;
    overflow: hidden auto;
    isolation: isolate;
  }
  .region {
    position: relative;
    flex: 1 1 clamp(240px, 60vh, 480px);
    min-height: 240px;
    background: #8d968f;
  }
  #map,
  .maplibregl-canvas-container {
    position: absolute;
    inset: 0;
  }
  .maplibregl-canvas {
    position: absolute;
    left: 0;
    top: 0;
  }
  .maplibregl-canvas:focus-visible {
    outline: 3px solid var(--_focus);
    outline-offset: -3px;
  }
  .maplibregl-canary {
    background-color: salmon;
  }
  .maplibregl-map {
    overflow: hidden;
    -webkit-tap-highlight-color: transparent;
  }
  .maplibregl-canvas-container.maplibregl-interactive {
    cursor: crosshair;
    user-select: none;
  }
  .maplibregl-canvas-container.maplibregl-touch-zoom-rotate.maplibregl-touch-drag-pan,
  .maplibregl-canvas-container.maplibregl-touch-zoom-rotate.maplibregl-touch-drag-pan
    .maplibregl-canvas {
    touch-action: none;
  }
  .maplibregl-control-container {
    display: none;
  }
  .maplibregl-boxzoom {
    position: absolute;
    left: 0;
    top: 0;
    width: 0;
    height: 0;
    border: 2px dotted #10161d;
    background: #fff;
    opacity: 0.5;
  }
  .upwind-site-marker {
    border-radius: 50%;
  }
  .upwind-site-marker:focus-visible {
    outline: 3px solid var(--_focus);
    outline-offset: 1px;
  }
  .message {
    position: absolute;
    inset: 0;
    display: grid;
    place-content: center;
    margin: 0;
    padding: 24px;
    text-align: center;
    color: #10161d;
  }
  .message.failed {
    background: var(--_sunken);
    color: var(--_ink);
  }

  .tools {
    position: absolute;
    z-index: 3;
    top: var(--upwind-map-inset-top, 12px);
    right: 12px;
    display: grid;
    gap: 8px;
    justify-items: end;
  }
  .group {
    display: grid;
    border: 1px solid var(--_line);
    border-radius: 10px;
    background: var(--_surface);
    box-shadow: var(--_shadow);
  }
  .group .button {
    width: 36px;
    min-height: 36px;
    border-radius: 9px;
  }
  .layers {
    width: 212px;
    padding: 12px;
    gap: 8px;
  }
  .layers label {
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .layers input {
    accent-color: var(--_focus);
  }
  .layers input[type='range'] {
    width: 100%;
    margin: 0;
  }
  .layers .stack {
    display: block;
    color: var(--_muted);
    font-size: 12px;
  }

  .foot {
    position: absolute;
    z-index: 2;
    right: 0;
    bottom: var(--upwind-map-inset-bottom, 0px);
    left: var(--upwind-map-inset-left, 0px);
    display: flex;
    flex-wrap: wrap;
    align-items: flex-end;
    justify-content: space-between;
    gap: 6px 12px;
    padding: 0 10px 8px;
    pointer-events: none;
  }
  .plate {
    padding: 3px 8px;
    border-radius: 7px;
    background: color-mix(in srgb, var(--_surface) 90%, transparent);
    color: var(--_ink);
    font-size: 11.5px;
  }
  .status {
    position: absolute;
    z-index: 3;
    top: calc(var(--upwind-map-inset-top, 0px) + 12px);
    left: calc(var(--upwind-map-inset-left, 0px) + 12px);
    max-width: calc(100% - 90px);
    margin: 0;
    font-weight: 600;
  }
  .status.silent {
    background: none;
  }
  .status.bad {
    color: var(--_danger);
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 12px;
    margin: 0;
    padding: 5px 9px;
    list-style: none;
  }
  .legend li {
    display: flex;
    align-items: center;
    gap: 5px;
  }
  .legend svg {
    width: 17px;
    height: 17px;
    border-radius: 4px;
  }
  .scale {
    display: grid;
    gap: 1px;
    width: max-content;
  }
  .scale span {
    display: block;
    padding: 0 3px;
    border: solid var(--_ink);
    border-width: 0 1.5px 1.5px;
    font-size: 10.5px;
    line-height: 1.25;
    text-align: center;
    white-space: nowrap;
    overflow: visible;
  }
  .scale span + span {
    border-width: 1.5px 1.5px 0;
    margin-top: -2.5px;
  }
  .card {
    position: absolute;
    z-index: 4;
    top: var(--upwind-map-inset-top, 12px);
    right: 60px;
  }
  /* A finger hovers before it presses: what comes under it meanwhile must not take the press. */
  .card.passing {
    pointer-events: none;
  }
  .card.alone {
    max-height: calc(100% - 24px);
    overflow: auto;
    border-radius: var(--_radius);
  }
  .cursor {
    position: absolute;
    z-index: 3;
    left: calc(var(--upwind-map-inset-left, 0px) + 12px);
    top: var(--upwind-map-inset-top, 12px);
    width: 1px;
    height: 1px;
    overflow: hidden;
  }
  .cursor:focus-visible {
    width: auto;
    height: auto;
    padding: 6px 10px;
    border-radius: 8px;
    background: var(--_surface);
    box-shadow: var(--_shadow);
  }
  @media (max-width: 720px) {
    .legend {
      display: none;
    }
    .card {
      right: auto;
      left: 12px;
      max-width: calc(100vw - 76px);
      max-height: calc(100dvh - var(--upwind-map-inset-bottom, 0px) - 20px);
      overflow: auto;
      border-radius: var(--_radius);
    }
    .foot {
      flex-wrap: nowrap;
      padding-bottom: 8px;
    }
    .foot > :last-child {
      min-width: 0;
      text-align: end;
      overflow-wrap: anywhere;
    }
    .card.alone {
      max-width: calc(100% - 76px);
    }
    .scale {
      flex: none;
    }
  }
`;
