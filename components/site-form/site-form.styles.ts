import { css } from 'lit';

export const siteFormStyles = css`
  :host {
    display: block;
  }
  form {
    display: grid;
    gap: 10px;
  }
  .search {
    position: relative;
  }
  .search svg {
    position: absolute;
    left: 11px;
    top: 12px;
    color: var(--_muted);
    pointer-events: none;
  }
  .search .field {
    min-height: 40px;
    padding-left: 34px;
    font-size: 14px;
  }
  .asking {
    margin: 4px 0 0;
    color: var(--_muted);
  }
  .hits {
    margin: 4px 0 0;
    padding: 4px;
    list-style: none;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-small);
    background: var(--_raised);
  }
  .hits button {
    width: 100%;
    padding: 6px 8px;
    border: 0;
    border-radius: 6px;
    background: none;
    text-align: left;
  }
  .hits button:hover {
    background: var(--_hover);
  }
  .row {
    display: flex;
    align-items: end;
    gap: 8px;
  }
  label,
  .label {
    display: block;
    margin-bottom: 4px;
    font-size: 12px;
    font-weight: 550;
    color: var(--_muted);
  }
  .height {
    display: flex;
  }
  .height .field {
    width: 76px;
    border-radius: var(--_radius-small) 0 0 var(--_radius-small);
    border-right: 0;
  }
  .height .field:focus-visible {
    z-index: 1;
  }
  .units {
    display: flex;
    border: 1px solid var(--_line-strong);
    border-radius: 0 var(--_radius-small) var(--_radius-small) 0;
    background: var(--_sunken);
  }
  .units button {
    min-width: 34px;
    border: 0;
    background: none;
    color: var(--_muted);
    font-weight: 600;
  }
  .units button:last-child {
    border-radius: 0 7px 7px 0;
  }
  .units button[aria-pressed='true'] {
    background: var(--_raised);
    color: var(--_ink);
    box-shadow: inset 0 0 0 1px var(--_line);
  }
  .go {
    flex: 1;
    min-height: 36px;
  }
  .progress {
    display: grid;
    gap: 6px;
  }
  progress {
    width: 100%;
    height: 6px;
    border: 0;
    border-radius: 3px;
    overflow: hidden;
    appearance: none;
    background: var(--_hover);
  }
  progress::-webkit-progress-bar {
    background: var(--_hover);
  }
  progress::-webkit-progress-value {
    border-radius: 3px;
    background: var(--_focus);
    transition: width 0.2s;
  }
  progress::-moz-progress-bar {
    border-radius: 3px;
    background: var(--_focus);
  }
  .status {
    display: flex;
    justify-content: space-between;
    gap: 8px;
    margin: 0;
    font-size: 12px;
    color: var(--_muted);
  }
`;
