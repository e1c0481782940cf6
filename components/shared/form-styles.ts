import { css } from 'lit';

/** Stacked labels and fields, as pickers use them. */
export const formStyles = css`
  :host {
    display: block;
  }
  .stack {
    display: grid;
    gap: 12px;
  }
  .stack > *,
  fieldset > * {
    min-width: 0;
  }
  label,
  .label {
    display: block;
    margin-bottom: 4px;
    font-size: 12px;
    font-weight: 550;
    color: var(--_muted);
  }
  .pair {
    display: grid;
    grid-template-columns: 1fr auto;
    gap: 8px;
    align-items: end;
  }
  .pair > label {
    margin-bottom: 0;
  }
  label .field {
    font-weight: 400;
  }
  .halves {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 12px;
  }
  .check {
    display: flex;
    gap: 8px;
    align-items: flex-start;
    margin: 0;
    color: var(--_ink);
    font-size: 13px;
    font-weight: 400;
  }
  .check input {
    margin: 2px 0 0;
    accent-color: var(--_focus);
  }
  input[type='range'] {
    width: 100%;
    margin: 4px 0;
    accent-color: var(--_focus);
  }
  .hint {
    margin: 4px 0 0;
    font-size: 12px;
    color: var(--_muted);
  }
  .hint a {
    color: inherit;
  }
  .drop {
    display: grid;
    justify-items: center;
    gap: 8px;
    padding: 14px;
    border: 1.5px dashed var(--_line-strong);
    border-radius: var(--_radius-small);
    text-align: center;
  }
  .drop.over {
    border-color: var(--_focus);
    background: var(--_hover);
  }
  .drop p {
    margin: 0;
  }
  .drop .buttons {
    display: flex;
    gap: 8px;
  }
  .state {
    display: flex;
    gap: 8px;
    padding: 9px 10px;
    margin: 0;
    border-radius: var(--_radius-small);
    background: var(--_sunken);
    overflow-wrap: anywhere;
  }
  .state svg {
    margin-top: 1px;
  }
  .state.bad {
    color: var(--_danger);
  }
`;
