import { css } from 'lit';

export const galleryStyles = css`
  :host {
    display: grid;
    gap: 12px;
  }
  .filters {
    display: grid;
    grid-template-columns: repeat(3, minmax(0, 1fr));
    gap: 8px;
  }
  .filters span {
    display: block;
    margin-bottom: 3px;
    font-size: 12px;
    color: var(--_muted);
  }
  .filters .field {
    min-width: 0;
    padding: 0 6px;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 4px 12px;
  }
  .check {
    display: flex;
    gap: 6px;
    align-items: center;
  }
  .check input {
    margin: 0;
    accent-color: var(--_focus);
  }
  .scroller {
    height: min(48vh, 560px);
    min-height: 200px;
    overflow-y: auto;
    overflow-x: hidden;
    scrollbar-gutter: stable;
    border-radius: var(--_radius-small);
    contain: strict;
  }
  .grid {
    display: grid;
    gap: 6px;
  }
  .cell {
    position: relative;
    border-radius: 6px;
    overflow: hidden;
    cursor: pointer;
    background: var(--_sunken);
  }
  .cell upwind-label-picture {
    width: 100%;
    height: 100%;
  }
  /* Drawn, not written: the cell's name says it in words already. */
  .cell [data-text]::before {
    content: attr(data-text);
  }
  .cell .chip {
    position: absolute;
    top: 4px;
    left: 4px;
    box-shadow: 0 0 0 1px rgb(0 0 0 / 0.35);
  }
  .cell .mark {
    position: absolute;
    right: 4px;
    padding: 0 5px;
    border-radius: 5px;
    background: rgb(12 17 23 / 0.82);
    color: #fff;
    font-size: 11px;
    line-height: 17px;
  }
  .cell .split {
    bottom: 4px;
  }
  .cell .alike {
    top: 4px;
    font-weight: 700;
  }
  .scroller:focus-visible .cursor,
  .cell:hover {
    outline: 3px solid var(--_focus);
    outline-offset: -3px;
  }
  .places summary {
    cursor: pointer;
    font-weight: 550;
  }
  p {
    margin: 0;
  }
  @media (max-width: 400px) {
    .filters {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }
`;
