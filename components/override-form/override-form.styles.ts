import { css } from 'lit';

export const overrideFormStyles = css`
  form {
    padding: 12px;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-small);
    background: var(--_surface);
  }
  h5 {
    margin: 0;
    font-size: 12.5px;
    font-weight: 650;
  }
  .stack {
    gap: 10px;
  }
  .pair > * {
    min-width: 0;
  }
  .pair .field {
    width: 104px;
  }
  .choice {
    display: flex;
    gap: 4px;
  }
  .choice button {
    min-width: 34px;
    height: 32px;
    border: 1px solid var(--_line-strong);
    border-radius: 6px;
    background: var(--_surface);
    color: var(--_ink);
    font: inherit;
    font-weight: 700;
    cursor: pointer;
  }
  .choice button[aria-pressed='true'] {
    border-color: var(--_ink);
    box-shadow: inset 0 0 0 2px var(--_ink);
  }
  .why {
    display: grid;
    gap: 8px;
  }
  .buttons {
    display: flex;
    gap: 8px;
  }
  .hint:empty {
    display: none;
  }
  .hint {
    margin: 0;
    color: var(--_ink);
  }
  p.error {
    margin: 0;
  }
`;
