import { css } from 'lit';

export const shareStyles = css`
  .buttons {
    display: flex;
    gap: 8px;
  }
  :host {
    display: grid;
    gap: 16px;
  }
  h3 {
    margin: 0 0 6px;
    font-size: 13px;
  }
  .working {
    display: grid;
    grid-template-columns: 1fr auto auto;
    gap: 10px;
    align-items: center;
  }
  progress {
    width: 100%;
    accent-color: var(--_focus);
  }
  .lines {
    max-height: 180px;
    margin: 6px 0 0;
    padding-left: 18px;
    overflow-y: auto;
    font-size: 12px;
  }
  .buttons {
    margin-bottom: 8px;
  }
  .conflicts {
    display: grid;
    gap: 8px;
    max-height: 300px;
    margin: 0;
    padding: 0;
    overflow-y: auto;
    list-style: none;
  }
  .conflicts li {
    display: grid;
    grid-template-columns: 44px 1fr auto auto;
    gap: 8px;
    align-items: center;
  }
  .conflicts upwind-label-picture {
    border-radius: 6px;
  }
  .pair select {
    font-weight: 400;
    color: var(--_ink);
  }
  summary {
    cursor: pointer;
    font-weight: 550;
  }
  form {
    margin-top: 10px;
  }
  label.button {
    margin: 0;
    color: var(--_ink);
    font-size: 13px;
  }
  label.button:focus-within {
    outline: 2px solid var(--_focus);
    outline-offset: 2px;
  }
`;
