import { css } from 'lit';

export const tableStyles = css`
  abbr {
    text-decoration: none;
  }
  :host {
    display: block;
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th {
    padding: 0 6px 6px;
    text-align: left;
    font-size: 11px;
    font-weight: 550;
    color: var(--_muted);
    white-space: nowrap;
  }
  .end {
    text-align: right;
  }
  td,
  tbody th {
    padding: 0 6px;
    height: 36px;
    border-top: 1px solid var(--_line);
    vertical-align: middle;
    color: var(--_ink);
    font-size: 13px;
  }
  thead th:first-child {
    padding-left: 24px;
  }
  tbody th {
    padding-left: 0;
  }
  tr.row {
    cursor: pointer;
  }
  tr.row.hot > *,
  tr.row:hover > * {
    background: var(--_hover);
  }
  tr.row.open > * {
    background: var(--_sunken);
  }
  tr.row > :first-child {
    border-radius: var(--_radius-small) 0 0 var(--_radius-small);
  }
  tr.row > :last-child {
    border-radius: 0 var(--_radius-small) var(--_radius-small) 0;
  }
  .open-direction {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    height: 28px;
    padding: 0 6px 0 4px;
    border: 0;
    border-radius: 6px;
    background: none;
    font-weight: 650;
    text-align: left;
    line-height: 1.15;
  }
  .open-direction svg {
    flex: none;
    width: 13px;
    height: 13px;
    color: var(--_muted);
    transition: transform 0.15s;
  }
  [aria-expanded='true'] svg {
    transform: rotate(90deg);
  }
  .exposure {
    display: flex;
    align-items: center;
    gap: 6px;
    white-space: nowrap;
  }
  .note {
    font-size: 11px;
    font-weight: 600;
    color: var(--_muted);
  }
  .strip {
    min-width: 56px;
    width: 30%;
  }
  .detail td {
    height: auto;
    padding: 2px 8px 16px 24px;
    border-top: 0;
    background: var(--_sunken);
    border-radius: 0 0 var(--_radius-small) var(--_radius-small);
  }
  .why {
    display: grid;
    gap: 10px;
  }
  h3,
  p {
    margin: 0;
  }
  h3 {
    font-size: 13px;
    font-weight: 650;
  }
  h4 {
    display: flex;
    justify-content: space-between;
    gap: 8px;
    margin: 4px 0 2px;
    font-size: 11.5px;
    font-weight: 600;
    color: var(--_muted);
  }
  .governs {
    color: var(--_ink);
  }
  dl {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 3px 14px;
    margin: 0;
  }
  dt {
    color: var(--_muted);
  }
  dd {
    margin: 0;
  }
  .flag {
    display: flex;
    gap: 7px;
    padding: 7px 9px;
    border: 1px solid var(--_warn-line);
    border-radius: var(--_radius-small);
    background: var(--_warn-surface);
  }
  .flag svg {
    margin-top: 1px;
  }
  .note svg {
    width: 12px;
    height: 12px;
    vertical-align: -2px;
  }
  .tool {
    margin-top: 4px;
    height: 28px;
    font-size: 12px;
  }
  .tiles ul {
    display: flex;
    flex-wrap: wrap;
    gap: 3px;
    margin: 4px 0;
    padding: 0;
    list-style: none;
  }
  .tile {
    width: 26px;
    height: 26px;
    padding: 0;
    border: 1px solid var(--_line-strong);
    border-radius: 5px;
    background: var(--_surface);
    color: var(--_ink);
    font-size: 11.5px;
    font-weight: 700;
    cursor: pointer;
  }
  .tile.decides {
    border: 2px solid var(--_ink);
  }
  .tile[aria-pressed='true'] {
    background: var(--_hover);
  }
  .boundary p {
    margin-bottom: 4px;
  }
`;
